package dev.tenth.serve.inference;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenth.data.FetchedData;
import dev.tenth.serve.engine.RunsUnderTest;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** A digit as a PNG is read as the same digit as a tensor. */
@QuarkusTest
class DigitPictureTest {
    private static final int SIDE = 28;

    private static byte[] digit(Path file, int place) throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            in.skipNBytes(16 + (long) place * SIDE * SIDE);
            return in.readNBytes(SIDE * SIDE);
        }
    }

    private static byte[] png(byte[] digit, int side) throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, SIDE, SIDE, digit);
        BufferedImage drawn = image;
        if (side != SIDE) {
            drawn = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
            Graphics2D graphics = drawn.createGraphics();
            graphics.drawImage(image, 0, 0, side, side, null);
            graphics.dispose();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(drawn, "png", bytes);
        return bytes.toByteArray();
    }

    private static List<Float> probabilities(Response answer) {
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        InferenceSchema.check("inferResponse", answer.asString());
        return answer.jsonPath().getList("outputs.find { it.name == 'probabilities' }.data", Float.class);
    }

    @Test
    void aDigitIsReadAlikeAsPictureAndAsTensor() throws IOException {
        Path file = FetchedData.file("mnist/t10k-images-idx3-ubyte");
        String model = RunsUnderTest.trained(
                "mlp-digits", 1, Map.of("epochs", 1, "batch", 5000, "hidden", 32, "lanes", "adam", "showEvery", 1000));
        String path = "/v2/models/" + model + "/infer";
        for (int place = 0; place < 3; place++) {
            byte[] digit = digit(file, place);
            List<Float> pixels = new ArrayList<>();
            for (byte pixel : digit) {
                pixels.add((pixel & 0xff) / 255f);
            }
            List<Float> expected = probabilities(given().contentType("application/json")
                    .body(Map.of(
                            "inputs",
                            List.of(Map.of(
                                    "name", "image", "datatype", "FP32", "shape", List.of(1, 784), "data", pixels))))
                    .post(path));
            Response picture =
                    given().contentType("image/png").body(png(digit, SIDE)).post(path);
            List<Float> same = probabilities(picture);
            List<Float> close = probabilities(
                    given().contentType("image/png").body(png(digit, 10 * SIDE)).post(path));
            assertThat(expected).hasSize(10);
            for (int i = 0; i < 10; i++) {
                assertThat(same.get(i)).isCloseTo(expected.get(i), within(1e-6f));
                assertThat(close.get(i)).isCloseTo(expected.get(i), within(.02f));
            }
        }
    }
}
