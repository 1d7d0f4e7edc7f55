package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions of any number of channels, in memory that held something else before. */
class ConvolutionTest {
    private static final int JUNK = 20_000_000;

    /** Numbers of channels that fill oneDNN's blocks, and such that do not. */
    @ParameterizedTest
    @CsvSource({"1,16", "1,20", "3,20", "16,32", "17,64", "20,50", "24,48", "48,64"})
    void readsNoMemoryThatNobodyWrote(int in, int out) {
        Conv layer = Conv.of("layer", in, out, 3, 1, 1);
        findsNothingLeft(in, layer::apply, layer.weight(), layer.bias());
    }

    @ParameterizedTest
    @CsvSource({"1,16", "16,1", "16,3", "20,16", "32,20", "17,5", "32,16", "100,48"})
    void enlargingReadsNoMemoryThatNobodyWrote(int in, int out) {
        TransposedConv layer = TransposedConv.of("layer", in, out, 3, 1, 1);
        findsNothingLeft(in, layer::apply, layer.weight(), layer.bias());
    }

    /** Pictures as files have them, red green blue red …, and the same with their planes apart. */
    @Test
    void itIsAllTheSameHowThePixelsLieInMemory() {
        Conv layer = Conv.of("layer", 3, 20, 3, 1, 1);
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method("convolve", t -> {
                    Tensor planes = t.random(t.integer("seed")).uniform(4, 3, 8, 8);
                    Tensor pixels = planes.permute(0, 2, 3, 1).reshape(4, 8 * 8 * 3); // row by row, as in a file
                    t.output("planes", gradient(t, layer, planes));
                    t.output(
                            "pixels",
                            gradient(t, layer, pixels.reshape(4, 8, 8, 3).permute(0, 3, 1, 2)));
                }));
        try (Executable executable = new Executable(program, Device.CPU, 1)) {
            Map<String, HostTensor> gradients =
                    executable.call("convolve").with("seed", 5).run();
            assertThat(gradients.get("pixels")).isEqualTo(gradients.get("planes"));
        }
    }

    private static Tensor gradient(Trace t, Conv layer, Tensor images) {
        Tensor loss = layer.apply(images).square().mean();
        return t.gradient(loss, List.of(t.value(layer.weight()))).getFirst();
    }

    private static void findsNothingLeft(int in, UnaryOperator<Tensor> layer, Variable weight, Variable bias) {
        Program program = Program.trace(Precision.FLOAT32, methods -> methods.method("litter", t -> {
                    Tensor zeros = t.zeros(JUNK);
                    t.output("sum", zeros.dividedBy(zeros).sum());
                })
                .method("convolve", t -> {
                    Tensor images =
                            t.random(t.integer("seed")).uniform(64, in, 14, 14).leaf();
                    Tensor maps = layer.apply(images);
                    t.output("maps", maps.sum());
                    List<Tensor> gradients =
                            t.gradient(maps.square().mean(), List.of(images, t.value(weight), t.value(bias)));
                    for (int i = 0; i < gradients.size(); i++) {
                        t.output("gradient" + i, gradients.get(i).sum());
                    }
                }));
        try (Executable clean = new Executable(program, Device.CPU, 1);
                Executable littered = new Executable(program, Device.CPU, 1)) {
            Map<String, HostTensor> expected =
                    clean.call("convolve").with("seed", 5).run();
            assertThat(littered.call("litter").run().get("sum").floats()).containsExactly(Float.NaN);
            assertThat(littered.call("convolve").with("seed", 5).run()).isEqualTo(expected);
            expected.values().forEach(value -> assertThat(value.floats()[0]).isFinite());
        }
    }
}
