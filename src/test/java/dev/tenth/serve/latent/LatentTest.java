package dev.tenth.serve.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.recipe.Prior;
import dev.tenth.serve.engine.EngineUnderTest;
import dev.tenth.serve.engine.Painter;
import dev.tenth.serve.engine.RawWebSocket;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** Time-lapses and walks over a real store and real sockets, of a model whose every pixel is known. */
@QuarkusTest
@TestProfile(EngineUnderTest.Profile.class)
@TestMethodOrder(OrderAnnotation.class)
@Timeout(120)
class LatentTest {
    private static final Prior PRIOR = new Prior.Normal();
    private static final int SEED = 7;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    EngineUnderTest service;

    @Inject
    LatentWalkSocket walks;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Walker> walkers = new ArrayList<>();
    private static int runs;
    private final String run = "walks" + runs++;
    private Painter recipe;

    @BeforeEach
    void open() {
        recipe = service.painter;
        service.start(run, recipe);
    }

    @AfterEach
    void close() {
        walkers.forEach(walker -> walker.socket.abort());
        await().atMost(PATIENCE).until(() -> service.openSockets("walk") == 0 && service.underWay() == 0);
    }

    private void append(long seq, long step, String type, String data) {
        service.append(run, recipe, seq, step, type, data);
    }

    private void checkpoint(long step, float weight) {
        service.checkpoint(run, step, weight);
    }

    private static int port() {
        return ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);
    }

    private URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + port() + path);
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri("http", path)).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static List<BufferedImage> frames(byte[] gif) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream stream = ImageIO.createImageInputStream(new ByteArrayInputStream(gif))) {
            reader.setInput(stream);
            List<BufferedImage> frames = new ArrayList<>();
            for (int i = 0; i < reader.getNumImages(true); i++) {
                frames.add(reader.read(i));
            }
            return frames;
        }
    }

    private static int grey(BufferedImage frame, int x, int y) {
        assertThat(frame.getRGB(x, y) & 0xffffff).isEqualTo((frame.getRGB(x, y) & 0xff) * 0x010101);
        return frame.getRGB(x, y) & 0xff;
    }

    // ---- time-lapse

    @Test
    void aTimelapseShowsTheSameVectorsAtEveryCheckpoint() throws Exception {
        for (int step = 0; step <= 4; step++) {
            checkpoint(10L * step, .05f * step);
        }
        HttpResponse<byte[]> answer = get("/api/v1/runs/" + run + "/timelapse.gif?seed=7&rows=2&columns=3");
        assertThat(answer.statusCode()).as(new String(answer.body())).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("image/gif");
        assertThat(new String(answer.body(), StandardCharsets.ISO_8859_1))
                .startsWith("GIF89a")
                .contains("NETSCAPE2.0");
        List<BufferedImage> frames = frames(answer.body());
        assertThat(frames).hasSize(5);
        int factor = frames.getFirst().getWidth() / 8; // three pictures of two pixels and two gaps
        assertThat(factor).isGreaterThan(1);
        for (int step = 0; step <= 4; step++) {
            for (int i = 0; i < 6; i++) {
                int x = factor * (i % 3 * 3) + factor / 2;
                int y = factor * (i / 3 * 3) + factor / 2;
                assertThat(grey(frames.get(step), x, y))
                        .isEqualTo(Painter.grey(.05f * step, PRIOR.draw(SEED, i, 3)[0]));
            }
        }
    }

    @Test
    void aLongRunGivesNoMoreFramesThanCanBeWatched() throws Exception {
        for (int step = 0; step < 200; step++) {
            checkpoint(step, step == 199 ? 9 : 0);
        }
        List<BufferedImage> frames = frames(get("/api/v1/runs/" + run + "/timelapse.gif?seed=7&rows=1&columns=1")
                .body());
        assertThat(frames.size()).isBetween(30, 60);
        assertThat(grey(frames.getLast(), 1, 1)).isEqualTo(Painter.grey(9, PRIOR.draw(SEED, 0, 3)[0]));
        assertThat(TimelapseResource.chosen(IntStream.range(0, 1000).boxed().toList(), 60))
                .hasSize(60)
                .startsWith(0)
                .endsWith(999)
                .isSorted();
    }

    @Test
    void aTimelapseOfWhatWasShownLeavesOutWhatWasTakenBack() throws Exception {
        append(2, 10, "image", image("samples", 10));
        append(3, 10, "image", image("other", 0));
        append(4, 20, "image", image("samples", 20));
        append(5, 10, "run.resumed", "{\"fromStep\":10,\"fromSeq\":3}");
        append(6, 20, "image", image("samples", 30));
        List<BufferedImage> frames = frames(
                get("/api/v1/runs/" + run + "/timelapse.gif?picture=samples").body());
        assertThat(frames.stream().map(frame -> grey(frame, 0, 0))).containsExactly(10, 30);
        HttpResponse<byte[]> none = get("/api/v1/runs/" + run + "/timelapse.gif?picture=nothing");
        assertThat(none.statusCode()).isEqualTo(400);
        assertThat(new String(none.body())).contains("[other, samples]");
    }

    private String image(String id, int grey) throws IOException {
        BufferedImage picture = new BufferedImage(3, 3, BufferedImage.TYPE_INT_RGB);
        IntStream.range(0, 9).forEach(i -> picture.setRGB(i % 3, i / 3, grey * 0x010101));
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        return new JsonObject()
                .put("id", id)
                .put("ref", "/api/v1/blobs/" + service.store.blobs().put(png.toByteArray()) + ".png")
                .put("width", 3)
                .put("height", 3)
                .encode();
    }

    @Test
    void aTimelapseThatCannotBeIsRefusedWithTheFieldNamed() throws Exception {
        String numbers = run + "numbers";
        service.start(numbers, service.gated);
        assertProblem("/api/v1/runs/nothing/timelapse.gif", 404, "nothing");
        assertProblem("/api/v1/runs/" + run + "/timelapse.gif", 503, "no checkpoint yet");
        checkpoint(1, 1);
        assertProblem("/api/v1/runs/" + run + "/timelapse.gif?rows=99", 400, "rows");
        assertProblem("/api/v1/runs/" + run + "/timelapse.gif?rows=16&columns=16", 400, "rows");
        assertProblem("/api/v1/runs/" + run + "/timelapse.gif?seed=x", 400, "seed");
        service.checkpoint(numbers, 1, 1);
        assertProblem("/api/v1/runs/" + numbers + "/timelapse.gif", 400, "latent vectors");
    }

    private void assertProblem(String path, int status, String detail) throws Exception {
        HttpResponse<byte[]> answer = get(path);
        assertThat(answer.statusCode()).as(path).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(new JsonObject(new String(answer.body())).getString("detail"))
                .contains(detail);
    }

    // ---- walk

    /** A client that takes what it asks for. */
    private final class Walker implements WebSocket.Listener {
        final LinkedBlockingQueue<Object> frames = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final boolean reads;
        final WebSocket socket;

        Walker(boolean reads) {
            walkers.add(this);
            this.reads = reads;
            socket = client.newWebSocketBuilder()
                    .buildAsync(uri("ws", "/ws/v1/models/" + run + "/walk"), this)
                    .join();
        }

        void say(String message) {
            socket.sendText(message, true).join();
        }

        @Override
        public void onOpen(WebSocket open) {
            if (reads) {
                open.request(Long.MAX_VALUE);
            }
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            frames.add(text.toString()); // read on the thread of the test, which has its class loader
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            frames.add(data.get(0) & 0xff);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
        }

        Object next() throws InterruptedException {
            Object frame = frames.poll(20, TimeUnit.SECONDS);
            assertThat(frame).isNotNull();
            return frame;
        }

        int grey() throws InterruptedException {
            Object frame = next();
            while (frame instanceof String) {
                frame = next();
            }
            return (Integer) frame;
        }

        JsonObject text() throws InterruptedException {
            Object frame = next();
            while (!(frame instanceof String)) {
                frame = next();
            }
            return new JsonObject((String) frame);
        }
    }

    @Test
    void aWalkBeginsAtTheVectorsOfItsSeedAndLeadsToTheNext() throws Exception {
        checkpoint(5, .1f);
        Walker walker = new Walker(true);
        walker.say("{\"seed\":7,\"rows\":1,\"columns\":1,\"speed\":0}");
        JsonObject about = walker.text();
        assertThat(about.getInteger("step")).isEqualTo(5);
        assertThat(List.of(about.getInteger("width"), about.getInteger("height"), about.getInteger("channels")))
                .containsExactly(2, 2, 1);
        assertThat(walker.grey()).isEqualTo(Painter.grey(.1f, PRIOR.draw(SEED, 0, 3)[0]));
        walker.say("{\"speed\":2}");
        Set<Integer> onTheWay = new TreeSet<>();
        for (int i = 0; i < 5000; i++) {
            float[] from = PRIOR.draw(SEED, i / 1000, 3);
            float[] to = PRIOR.draw(SEED, i / 1000 + 1, 3);
            onTheWay.add(Painter.grey(.1f, PRIOR.between(from, to, i % 1000 / 1000.0)[0]));
        }
        Set<Integer> seen = new TreeSet<>();
        for (int i = 0; i < 15; i++) {
            seen.add(walker.grey());
        }
        assertThat(onTheWay).containsAll(seen);
        assertThat(seen).hasSizeGreaterThan(3);
    }

    @Test
    void aNewerCheckpointIsSeenAtOnceAndAnOlderOneWhenAskedFor() throws Exception {
        checkpoint(5, .1f);
        Walker walker = new Walker(true);
        walker.say("{\"seed\":7,\"rows\":1,\"columns\":1,\"speed\":0}");
        assertThat(walker.text().getInteger("step")).isEqualTo(5);
        checkpoint(6, .2f);
        append(2, 6, "checkpoint", "{\"step\":6}");
        assertThat(walker.text().getInteger("step")).isEqualTo(6);
        assertThat(walker.grey()).isEqualTo(Painter.grey(.2f, PRIOR.draw(SEED, 0, 3)[0]));
        walker.say("{\"step\":5}");
        assertThat(walker.text().getInteger("step")).isEqualTo(5);
        assertThat(walker.grey()).isEqualTo(Painter.grey(.1f, PRIOR.draw(SEED, 0, 3)[0]));
        walker.say("{\"step\":77}");
        assertThat(walker.text().getJsonObject("error").getString("detail")).contains("77");
        walker.say("{\"step\":6}");
        assertThat(walker.text().getInteger("step")).isEqualTo(6);
        for (String bad :
                List.of("{", "{\"rows\":0}", "{\"speed\":99}", "{\"nothing\":1}", "{\"rows\":16,\"columns\":16}")) {
            walker.say(bad);
            assertThat(walker.text().getJsonObject("error").getInteger("status"))
                    .isEqualTo(400);
        }
    }

    @Test
    void forAViewerThatDoesNotReadNothingIsPainted() throws Exception {
        checkpoint(5, .1f);
        recipe.painted.set(0);
        Walker stalled = new Walker(false);
        stalled.say("{\"rows\":8,\"columns\":8,\"speed\":5}");
        await().atMost(PATIENCE).until(() -> recipe.painted.get() == 64);
        Walker other = new Walker(true);
        other.say("{\"rows\":1,\"columns\":1,\"speed\":5}");
        for (int i = 0; i < 20; i++) {
            other.grey();
        }
        other.socket.abort();
        assertThat(recipe.painted.get()).isBetween(64 + 20, 64 + 20 + 3);
    }

    @Test
    void whoDoesNotReadIsLeftAndWhoReadsIsNotHoweverLong() throws Exception {
        checkpoint(5, .1f);
        Walker stalled = new Walker(false);
        stalled.say("{\"rows\":8,\"columns\":8,\"speed\":5}");
        Walker reader = new Walker(true);
        reader.say("{\"rows\":1,\"columns\":1,\"speed\":5}");
        Walker still = new Walker(true);
        still.say("{\"rows\":1,\"columns\":1,\"speed\":0}");
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(4 * EngineUnderTest.STALL.toMillis())) {
            reader.grey();
        }
        assertThat(reader.closed).isNotDone();
        assertThat(still.closed).isNotDone();
        // It gets the one picture that was under way, and the reason.
        stalled.socket.request(Long.MAX_VALUE);
        assertThat(stalled.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1013);
        assertThat(stalled.frames.stream().filter(Integer.class::isInstance)).hasSize(1);
    }

    @Test
    void ofAHundredWalksAtOnceAsManyOpenAsMayBe() throws Exception {
        checkpoint(5, .1f);
        List<RawWebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sockets.add(new RawWebSocket(port(), "/ws/v1/models/" + run + "/walk"));
        }
        int opened = 0;
        for (RawWebSocket socket : sockets) {
            RawWebSocket.Answer answer = socket.answer();
            if (answer.status() == 101) {
                opened++;
            } else {
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.headers()).containsKey("Retry-After");
                assertThat(new JsonObject(answer.body()).getString("detail")).contains("tenth.limits.walks");
            }
        }
        assertThat(opened).isEqualTo(EngineUnderTest.WALKS);
        for (RawWebSocket socket : sockets) {
            socket.reset();
        }
        await().atMost(PATIENCE).until(() -> service.openSockets("walk") == 0);
    }

    @Test
    void viewersThatGoAwayAtAnyTimeGiveTheirPlacesBack() throws Exception {
        checkpoint(5, .1f);
        for (int i = 0; i < 20 * EngineUnderTest.WALKS; i++) {
            RawWebSocket socket = new RawWebSocket(port(), "/ws/v1/models/" + run + "/walk");
            if (i % 3 == 1 && socket.answer().status() == 101) {
                socket.say("{\"rows\":8,\"columns\":8,\"speed\":5}");
            }
            socket.reset();
        }
        await().atMost(PATIENCE).until(() -> service.openSockets("walk") == 0 && service.underWay() == 0);
        for (int i = 0; i < EngineUnderTest.WALKS; i++) {
            new Walker(true);
        }
    }

    @Test
    void aViewerThatBreaksTheProtocolIsClosedWithItsCode() throws Exception {
        checkpoint(5, .1f);
        for (int code : List.of(1002, 1003, 1007)) {
            try (RawWebSocket socket = new RawWebSocket(port(), "/ws/v1/models/" + run + "/walk")) {
                socket.answer();
                socket.say("{\"rows\":1,\"columns\":1,\"speed\":5}");
                socket.read();
                switch (code) {
                    case 1002 -> socket.send(RawWebSocket.FINAL | 3, new byte[1]);
                    case 1003 -> socket.send(RawWebSocket.FINAL | RawWebSocket.BINARY, new byte[1]);
                    default -> socket.send(RawWebSocket.FINAL | RawWebSocket.TEXT, new byte[] {(byte) 0xff});
                }
                assertThat(socket.closeCode()).isEqualTo(code);
            }
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void whenTheServiceLeavesTheViewersAreToldToComeBack() throws Exception {
        checkpoint(5, .1f);
        Walker walker = new Walker(true);
        walker.say("{}");
        walker.grey();
        walks.leave();
        assertThat(walker.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1012);
    }
}
