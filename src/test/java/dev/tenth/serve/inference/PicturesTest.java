package dev.tenth.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenth.serve.engine.OneThreadService;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Pictures in and out by content type, of a model that turns light into dark. */
@QuarkusTest
@TestProfile(OneThreadService.LittleMemory.class)
class PicturesTest extends OneThreadService {
    private static final String INFER = "/v2/models/a/infer";

    private HttpResponse<byte[]> send(String path, byte[] body, String... headers) throws Exception {
        return client.send(
                HttpRequest.newBuilder(service.resolve(path))
                        .headers(headers)
                        .timeout(PATIENCE)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static BufferedImage noise(int width, int height) {
        SplittableRandom random = new SplittableRandom(1);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, random.nextInt() & 0xffffff);
        }
        return image;
    }

    private static byte[] png(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private static BufferedImage image(HttpResponse<byte[]> answer) throws IOException {
        assertThat(answer.statusCode()).as(new String(answer.body())).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("image/png");
        return ImageIO.read(new ByteArrayInputStream(answer.body()));
    }

    private static void refused(HttpResponse<byte[]> answer, int status, String said) {
        String body = new String(answer.body());
        assertThat(answer.statusCode()).as(body).isEqualTo(status);
        assertThat(InferenceSchema.check("error", body).path("error").asText()).contains(said);
    }

    @Test
    void aPictureIsMadeOfAPicture() throws Exception {
        open(100, 1 << 20);
        model("a", 1);
        BufferedImage sent = noise(6, 4);
        BufferedImage given = image(send(INFER, png(sent), "Content-Type", "image/png", "Accept", "image/png"));
        assertThat(given.getWidth()).isEqualTo(6);
        assertThat(given.getHeight()).isEqualTo(4);
        for (int i = 0; i < 24; i++) {
            assertThat(given.getRGB(i % 6, i / 6) & 0xffffff).isEqualTo(~sent.getRGB(i % 6, i / 6) & 0xffffff);
        }
    }

    @Test
    void aPictureCanBecomeTensorsAndTensorsAPictureOfAllRows() throws Exception {
        open(100, 1 << 20);
        model("a", 1);
        BufferedImage sent = noise(6, 4);
        HttpResponse<byte[]> tensors =
                send(INFER + "?ability=sample", png(sent), "Content-Type", "image/png", "Accept", "*/*");
        var output = InferenceSchema.check("inferResponse", new String(tensors.body()))
                .path("outputs")
                .path(0);
        assertThat(output.path("shape").toString()).isEqualTo("[1,4,6,3]");
        for (int i = 0; i < 24; i++) {
            int red = sent.getRGB(i % 6, i / 6) >> 16 & 0xff;
            assertThat(output.path("data").path(3 * i).doubleValue()).isCloseTo(1 - red / 255., within(1e-6));
        }
        // Three rows: black, half, white; asked for in the other direction.
        String data = IntStream.range(0, 3 * 72)
                .mapToObj(i -> Float.toString(1 - i / 72 / 2f))
                .collect(Collectors.joining(","));
        String request =
                "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"FP32\",\"shape\":[3,4,6,3],\"data\":[" + data + "]}]}";
        BufferedImage given =
                image(send(INFER, request.getBytes(), "Accept", "text/html, image/png;q=0.9, application/json;q=0.5"));
        assertThat(given.getWidth()).isEqualTo(2 * 6 + 1);
        assertThat(given.getHeight()).isEqualTo(2 * 4 + 1);
        assertThat(given.getRGB(5, 3) & 0xff).isEqualTo(0);
        assertThat(given.getRGB(7, 0) & 0xff).isEqualTo(128);
        assertThat(given.getRGB(0, 5) & 0xff).isEqualTo(255);
        assertThat(send(INFER, request.replace("[3,4,6,3]", "[3,4,6,4]").getBytes(), "Accept", "image/png")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void manyLargePicturesAtOnceFitIntoTheHeap() throws Exception {
        open(100, 1 << 20);
        model("a", 1);
        byte[] large = png(new BufferedImage(2048, 2048, BufferedImage.TYPE_INT_RGB));
        HttpRequest request = HttpRequest.newBuilder(service.resolve(INFER))
                .headers("Content-Type", "image/png", "Accept", "image/png")
                .POST(HttpRequest.BodyPublishers.ofByteArray(large))
                .build();
        List<CompletableFuture<HttpResponse<byte[]>>> answers = Stream.generate(
                        () -> client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()))
                .limit(24)
                .toList();
        for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
            assertThat(image(answer.join()).getRGB(0, 0) & 0xffffff).isEqualTo(0xffffff);
        }
    }

    @Test
    void whatCannotBeSaysWhy() throws Exception {
        open(100, 1 << 20);
        model("a", 1);
        byte[] picture = png(noise(6, 4));
        refused(send(INFER, picture, "Content-Type", "image/jpeg"), 415, "image/jpeg");
        refused(send(INFER + "?ability=predict", picture, "Content-Type", "image/png"), 415, "predict takes [x]");
        refused(
                send(INFER + "?ability=predict", request(1).getBytes(), "Accept", "image/png"),
                406,
                "predict gives [y]");
        refused(send(INFER + "?ability=dance", picture, "Content-Type", "image/png"), 400, "cannot dance");
        refused(send(INFER, "no picture".getBytes(), "Content-Type", "image/png"), 422, "body");
        refused(send(INFER, png(noise(2049, 1)), "Content-Type", "image/png"), 413, "2049 × 1");
        refused(send(INFER, new byte[Pictures.LARGEST_FILE + 1], "Content-Type", "image/png"), 413, "8,388,608");
        refused(send("/v2/models/b/infer", picture, "Content-Type", "image/png"), 404, "no run");
        assertThat(underWay()).isZero();
    }
}
