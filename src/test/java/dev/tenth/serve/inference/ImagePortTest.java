package dev.tenth.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenth.recipe.Shown;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.torch.DType;
import dev.tenth.torch.HostTensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pictures as tensors and back. */
class ImagePortTest {
    private static ImagePort port(Long... row) {
        return ImagePort.of(List.of(new Port("image", DType.FLOAT32, List.of(row), "")))
                .orElseThrow();
    }

    private static Shown.Image shown(int width, int height, java.util.function.IntUnaryOperator red) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            rgb[3 * i] = (byte) red.applyAsInt(i);
        }
        return new Shown.Image("image", width, height, rgb, null);
    }

    @Test
    void aPictureOfAnotherSizeIsStretchedOrShrunkAndKeepsItsLight() {
        // A ramp from left to right stays one, away from the edges.
        Shown.Image ramp = shown(120, 90, i -> 2 * (i % 120));
        float[] small = port(30L, 40L, 3L).row(ramp).floats();
        float[] large = port(90L, 240L, 3L).row(ramp).floats();
        for (int x = 1; x < 39; x++) {
            assertThat(small[3 * (40 * 15 + x)] * 255).isCloseTo(2 * (3 * x + 1f), within(1e-2f));
        }
        for (int x = 1; x < 239; x++) {
            assertThat(large[3 * (240 * 45 + x)] * 255).isCloseTo(x - .5f, within(1e-2f));
        }
        // Fine stripes become their mean, and nothing but them.
        float[] stripes = port(8L, 8L, 3L).row(shown(64, 64, i -> i % 2 * 200)).floats();
        for (int i = 0; i < 64; i++) {
            assertThat(stripes[3 * i] * 255).isCloseTo(100, within(4f));
            assertThat(stripes[3 * i + 1]).isZero();
        }
    }

    @Test
    void greyIsTheLumaOfTheColours() {
        for (ImagePort grey : List.of(port(2L, 2L), port(4L))) {
            float[] values = grey.row(shown(2, 2, i -> 85 * i)).floats();
            for (int i = 0; i < 4; i++) {
                assertThat(values[i]).isCloseTo(.299f * i / 3, within(1e-6f));
            }
        }
        assertThat(grey(port(4L), 0, 1, .25f, 2)).containsExactly(0, 255, 64, 255);
    }

    private static int[] grey(ImagePort port, float... values) {
        byte[] rgb = port.tiled(HostTensor.of(values, port.port().shape(1))).rgb();
        return IntStream.range(0, values.length).map(i -> rgb[3 * i] & 0xff).toArray();
    }

    @Test
    void whatIsNoPictureIsNotTakenForOne() {
        for (Port port : List.of(
                new Port("image", DType.FLOAT32, List.of(5L), ""),
                new Port("image", DType.FLOAT32, List.of(4L, 4L, 2L), ""),
                new Port("image", DType.UINT8, List.of(4L, 4L), ""),
                new Port("x", DType.FLOAT32, List.of(4L, 4L), ""))) {
            assertThat(ImagePort.of(List.of(port))).isEqualTo(Optional.empty());
        }
    }
}
