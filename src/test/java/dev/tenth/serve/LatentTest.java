package dev.tenth.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.recipe.Prior;
import dev.tenth.store.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
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
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Time-lapses and walks over a real store and real sockets, of a model whose every pixel is known. */
@Timeout(60)
class LatentTest {
    private static final StoreLimits STORE =
            new StoreLimits(1000, 1 << 20, 1 << 20, 1 << 20, 2, 1 << 16, 1 << 16, 3, Duration.ofSeconds(30));
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Prior PRIOR = new Prior.Normal();
    private static final int SEED = 7;
    private static final long STALL_MILLIS = 2000;

    @TempDir
    Path home;

    private final Painter recipe = new Painter();
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private EmbeddedStore store;
    private Engine engine;
    private WalkDoor walks;
    private HttpServer server;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(home, STORE);
        engine = new Engine(
                new Models(store.log(), store.checkpoints(), Map.of(recipe.id(), recipe, "gated", new Gated())),
                new ServeLimits(1, 1 << 20, Duration.ofMinutes(1), 100, Duration.ZERO),
                new ServeMeters(new SimpleMeterRegistry()),
                Device.CPU);
        walks = new WalkDoor(vertx, engine, STALL_MILLIS);
        Router router = Router.router(vertx);
        walks.register(router);
        new TimelapseDoor(engine, store.log(), store.blobs()).register(router);
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        engine.close();
        store.close();
    }

    private RunEntry run(String id, String recipe, long lastSeq) {
        return new RunEntry(
                id,
                recipe,
                "only",
                "{}",
                1,
                id,
                Optional.empty(),
                "RUNNING",
                "",
                1,
                1,
                lastSeq,
                "{}",
                1,
                NOW,
                Optional.empty(),
                Optional.empty());
    }

    private void start(String id, String recipe) {
        store.log().create(run(id, recipe, 1), List.of(new Event(id, 1, 0, NOW, "run.state", "{}")), Optional.empty());
    }

    private void append(String id, long seq, long step, String type, String data) {
        store.log()
                .append(run(id, recipe.id(), seq), List.of(new Event(id, seq, step, NOW, type, data)))
                .toCompletableFuture()
                .join();
    }

    private void checkpoint(String id, long step, float weight) {
        Safetensors content = new Safetensors(Map.of("w", HostTensor.of(new float[] {weight}, 1)), Map.of());
        store.checkpoints().write(id, step, 1, content::write);
    }

    private URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + server.actualPort() + path);
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
        start("r", recipe.id());
        for (int step = 0; step <= 4; step++) {
            checkpoint("r", 10L * step, .05f * step);
        }
        HttpResponse<byte[]> answer = get("/api/v1/runs/r/timelapse.gif?seed=7&rows=2&columns=3");
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
        start("r", recipe.id());
        for (int step = 0; step < 200; step++) {
            checkpoint("r", step, step == 199 ? 9 : 0);
        }
        List<BufferedImage> frames = frames(
                get("/api/v1/runs/r/timelapse.gif?seed=7&rows=1&columns=1").body());
        assertThat(frames.size()).isBetween(30, 60);
        assertThat(grey(frames.getLast(), 1, 1)).isEqualTo(Painter.grey(9, PRIOR.draw(SEED, 0, 3)[0]));
        assertThat(TimelapseDoor.chosen(IntStream.range(0, 1000).boxed().toList(), 60))
                .hasSize(60)
                .startsWith(0)
                .endsWith(999)
                .isSorted();
    }

    @Test
    void aTimelapseOfWhatWasShownLeavesOutWhatWasTakenBack() throws Exception {
        start("r", recipe.id());
        append("r", 2, 10, "image", image("samples", 10));
        append("r", 3, 10, "image", image("other", 0));
        append("r", 4, 20, "image", image("samples", 20));
        append("r", 5, 10, "run.resumed", "{\"fromStep\":10,\"fromSeq\":3}");
        append("r", 6, 20, "image", image("samples", 30));
        List<BufferedImage> frames =
                frames(get("/api/v1/runs/r/timelapse.gif?picture=samples").body());
        assertThat(frames.stream().map(frame -> grey(frame, 0, 0))).containsExactly(10, 30);
        HttpResponse<byte[]> none = get("/api/v1/runs/r/timelapse.gif?picture=nothing");
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
                .put("ref", "/api/v1/blobs/" + store.blobs().put(png.toByteArray()) + ".png")
                .encode();
    }

    @Test
    void aTimelapseThatCannotBeIsRefusedWithTheFieldNamed() throws Exception {
        start("r", recipe.id());
        start("numbers", "gated");
        assertProblem("/api/v1/runs/nothing/timelapse.gif", 404, "nothing");
        assertProblem("/api/v1/runs/r/timelapse.gif", 503, "no checkpoint yet");
        checkpoint("r", 1, 1);
        assertProblem("/api/v1/runs/r/timelapse.gif?rows=99", 400, "rows");
        assertProblem("/api/v1/runs/r/timelapse.gif?rows=16&columns=16", 400, "rows");
        assertProblem("/api/v1/runs/r/timelapse.gif?seed=x", 400, "seed");
        checkpoint("numbers", 1, 1);
        assertProblem("/api/v1/runs/numbers/timelapse.gif", 400, "latent vectors");
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

        Walker(String run, boolean reads) {
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
            frames.add(new JsonObject(text.toString()));
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
            while (frame instanceof JsonObject) {
                frame = next();
            }
            return (Integer) frame;
        }

        JsonObject text() throws InterruptedException {
            Object frame = next();
            while (!(frame instanceof JsonObject)) {
                frame = next();
            }
            return (JsonObject) frame;
        }
    }

    @Test
    void aWalkBeginsAtTheVectorsOfItsSeedAndLeadsToTheNext() throws Exception {
        start("r", recipe.id());
        checkpoint("r", 5, .1f);
        Walker walker = new Walker("r", true);
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
        start("r", recipe.id());
        checkpoint("r", 5, .1f);
        Walker walker = new Walker("r", true);
        walker.say("{\"seed\":7,\"rows\":1,\"columns\":1,\"speed\":0}");
        assertThat(walker.text().getInteger("step")).isEqualTo(5);
        checkpoint("r", 6, .2f);
        append("r", 2, 6, "checkpoint", "{\"step\":6}");
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
        start("r", recipe.id());
        checkpoint("r", 5, .1f);
        Walker stalled = new Walker("r", false);
        stalled.say("{\"rows\":8,\"columns\":8,\"speed\":5}");
        await().until(() -> recipe.painted.get() == 64);
        Walker other = new Walker("r", true);
        other.say("{\"rows\":1,\"columns\":1,\"speed\":5}");
        for (int i = 0; i < 20; i++) {
            other.grey();
        }
        other.socket.abort();
        assertThat(recipe.painted.get()).isBetween(64 + 20, 64 + 20 + 3);
    }

    @Test
    void whoDoesNotReadIsLeftAndWhoReadsIsNotHoweverLong() throws Exception {
        start("r", recipe.id());
        checkpoint("r", 5, .1f);
        Walker stalled = new Walker("r", false);
        stalled.say("{\"rows\":8,\"columns\":8,\"speed\":5}");
        Walker reader = new Walker("r", true);
        reader.say("{\"rows\":1,\"columns\":1,\"speed\":5}");
        Walker still = new Walker("r", true);
        still.say("{\"rows\":1,\"columns\":1,\"speed\":0}");
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(4 * STALL_MILLIS)) {
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
    void whenTheServiceLeavesTheViewersAreToldToComeBack() throws Exception {
        start("r", recipe.id());
        checkpoint("r", 5, .1f);
        Walker walker = new Walker("r", true);
        walker.say("{}");
        walker.grey();
        walks.close();
        assertThat(walker.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1012);
    }
}
