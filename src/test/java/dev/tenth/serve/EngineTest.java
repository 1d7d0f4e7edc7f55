package dev.tenth.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tenth.recipe.TextModel.Choice;
import dev.tenth.serve.Models.Version;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine and its doors over a real store and real sockets, with one thread and models that wait where a test wants. */
@Timeout(60)
class EngineTest {
    private static final StoreLimits STORE = new StoreLimits(1000, 1 << 20, 1 << 20, 1 << 20, 2, 1 << 16, 1 << 16);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path home;

    private final Gated recipe = new Gated();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private EmbeddedStore store;
    private Models models;
    private Engine engine;
    private HttpServer server;

    private void open(int waiting, long bytes) {
        store = new EmbeddedStore(home, STORE);
        models = new Models(store.log(), store.checkpoints(), Map.of(recipe.id(), recipe));
        engine = new Engine(
                models,
                new ServeLimits(1, bytes, Duration.ofMinutes(1), waiting, Duration.ofMillis(1)),
                new ServeMeters(meters),
                Device.CPU);
        Router router = Router.router(vertx);
        new OpenInferenceDoor(engine, "test").register(router);
        new GenerateDoor(engine).register(router);
        new CompletionsDoor(engine).register(router);
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void close() {
        recipe.gate.release(1000);
        vertx.close().toCompletionStage().toCompletableFuture().join();
        engine.close();
        store.close();
    }

    /** A run with one checkpoint, whose only weight is the number. */
    private Checkpoint model(String run, float number) {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        store.log()
                .create(
                        new RunEntry(
                                run,
                                recipe.id(),
                                "only",
                                "{}",
                                1,
                                run,
                                Optional.empty(),
                                "SUCCEEDED",
                                "",
                                1,
                                1,
                                1,
                                "{}",
                                1,
                                now,
                                Optional.empty(),
                                Optional.empty()),
                        List.of(new Event(run, 1, 0, now, "run.state", "{}")),
                        Optional.empty());
        return checkpoint(run, 1, number);
    }

    private Checkpoint checkpoint(String run, long step, float number) {
        return store.checkpoints().write(run, step, 1, content(number)::write);
    }

    private static Safetensors content(float number) {
        return new Safetensors(Map.of("w", HostTensor.of(new float[] {number}, 1)), Map.of());
    }

    private CompletableFuture<Map<String, HostTensor>> infer(String run, String ability, float x) {
        Version version = models.find(run, Models.LATEST);
        return engine.infer(
                version, version.infer(Optional.of(ability)), Map.of("x", HostTensor.of(new float[] {x}, 1)));
    }

    private static float y(CompletableFuture<Map<String, HostTensor>> answer) {
        return answer.join().get("y").floats()[0];
    }

    private CompletableFuture<HttpResponse<String>> post(String path, String body) {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String request(float x) {
        return "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[" + x + "]}]}";
    }

    private int underWay() {
        return (int) meters.get("serve.requests.active").gauge().value();
    }

    @Test
    void whatWaitsTogetherIsComputedTogether() throws Exception {
        open(100, 1 << 20);
        model("slow", 1);
        model("quick", 2);
        CompletableFuture<?> blocking = infer("slow", "predict", 1);
        recipe.arrivals.acquire(); // it has the only thread
        List<CompletableFuture<Map<String, HostTensor>>> waiting = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            waiting.add(infer("quick", "classify", i));
        }
        recipe.gate.release();
        blocking.join();
        for (int i = 0; i < 90; i++) {
            assertThat(y(waiting.get(i))).isEqualTo(2f * i);
        }
        var batches = meters.get("serve.batch.size").tag("ability", "classify").summary();
        assertThat(batches.max()).isEqualTo(Batcher.MOST_ROWS);
        assertThat(batches.totalAmount()).isEqualTo(90);
        assertThat(batches.count()).isEqualTo(2);
    }

    @Test
    void whoComesAloneDoesNotWait() {
        open(100, 1 << 20);
        model("quick", 1);
        for (int i = 0; i < 5; i++) {
            assertThat(y(infer("quick", "classify", i))).isEqualTo(2f * i);
        }
        assertThat(meters.get("serve.batch.size").summary().max()).isEqualTo(1);
    }

    @Test
    void oneRequestMoreThanMayWaitIsToldToComeBack() throws Exception {
        open(3, 1 << 20);
        model("slow", 1);
        List<CompletableFuture<HttpResponse<String>>> three = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            three.add(post("/v2/models/slow/infer", request(i)));
        }
        await().atMost(PATIENCE).until(() -> underWay() == 3);
        HttpResponse<String> refused = post("/v2/models/slow/infer", request(9)).join();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        InferenceSchema.check("error", refused.body());
        recipe.gate.release(3);
        for (CompletableFuture<HttpResponse<String>> each : three) {
            assertThat(each.join().statusCode()).isEqualTo(200);
        }
        assertThat(recipe.computed).doesNotContain(9f);
        recipe.gate.release();
        assertThat(post("/v2/models/slow/infer", request(9)).join().statusCode())
                .isEqualTo(200);
    }

    @Test
    void whatAClientThatLeftAskedForIsNotComputed() throws Exception {
        open(100, 1 << 20);
        model("slow", 1);
        CompletableFuture<?> first = infer("slow", "predict", 1);
        recipe.arrivals.acquire();
        try (Socket leaving = new Socket("127.0.0.1", server.actualPort())) {
            String body = request(2);
            OutputStream out = leaving.getOutputStream();
            out.write(("POST /v2/models/slow/infer HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body)
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
            await().atMost(PATIENCE).until(() -> underWay() == 2);
        }
        await().atMost(PATIENCE).until(() -> underWay() == 1);
        CompletableFuture<Map<String, HostTensor>> third = infer("slow", "predict", 3);
        recipe.gate.release(3);
        first.join();
        assertThat(y(third)).isEqualTo(6);
        assertThat(recipe.computed).containsExactly(1f, 3f);
    }

    @Test
    void aDeletedModelIsGoneAndWhatRunsFinishes() throws Exception {
        open(100, 1 << 20);
        model("slow", 1);
        CompletableFuture<HttpResponse<String>> running = post("/v2/models/slow/infer", request(4));
        recipe.arrivals.acquire();
        CompletableFuture<HttpResponse<String>> queued = post("/v2/models/slow/infer", request(5));
        await().atMost(PATIENCE).until(() -> underWay() == 2);
        store.log().delete("slow");
        store.checkpoints().deleteAll("slow");
        HttpResponse<String> gone = post("/v2/models/slow/infer", request(6)).join();
        assertThat(gone.statusCode()).isEqualTo(410);
        assertThat(recipe.closed).isEmpty();
        recipe.gate.release(2);
        assertThat(running.join().statusCode()).isEqualTo(200);
        assertThat(queued.join().statusCode()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> recipe.closed.equals(List.of(1f)));
    }

    @Test
    void theLongestUnusedMakesRoomAndNothingInUseDoes() throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        content(1).write(Channels.newChannel(file));
        open(100, 2L * file.size() + file.size() / 2);
        model("a", 1);
        model("b", 2);
        model("c", 3);
        recipe.gate.release(4);
        for (String run : List.of("a", "b", "a", "c")) {
            infer(run, "predict", 0).join();
        }
        await().atMost(PATIENCE).until(() -> recipe.closed.equals(List.of(2f)));
        recipe.gate.drainPermits();
        recipe.arrivals.drainPermits();
        CompletableFuture<?> ofA = infer("a", "predict", 1);
        CompletableFuture<?> ofC = infer("c", "predict", 1);
        assertThatThrownBy(() -> infer("b", "predict", 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("tenth.limits.loaded-models-bytes");
        recipe.gate.release(3);
        ofA.join();
        ofC.join();
        infer("b", "predict", 1).join();
        assertThat(recipe.opened).containsExactly(1f, 2f, 3f, 2f);
    }

    @Test
    void latestIsTheNewestCheckpointAndAVersionStays() {
        open(100, 1 << 20);
        model("a", 1);
        recipe.gate.release(3);
        infer("a", "predict", 0).join();
        checkpoint("a", 2, 2);
        assertThat(models.find("a", Models.LATEST).name()).isEqualTo("1"); // not announced yet
        RunEntry entry = store.log().find("a").orElseThrow();
        store.log()
                .append(
                        new RunEntry(
                                entry.id(),
                                entry.recipe(),
                                entry.preset(),
                                entry.parameters(),
                                entry.seed(),
                                entry.name(),
                                entry.parent(),
                                entry.state(),
                                entry.reason(),
                                2,
                                2,
                                2,
                                "{}",
                                2,
                                entry.createdAt(),
                                Optional.empty(),
                                Optional.empty()),
                        List.of(new Event("a", 2, 2, entry.createdAt(), "checkpoint", "{}")))
                .toCompletableFuture()
                .join();
        assertThat(models.find("a", Models.LATEST).name()).isEqualTo("2");
        assertThat(models.find("a", "1").name()).isEqualTo("1");
        infer("a", "predict", 0).join();
        assertThat(recipe.opened).containsExactly(1f, 2f);
    }

    private Narration narration(String prefix, int length, Narration.Listener listener) {
        return new Narration(
                engine,
                models.find("a", Models.LATEST),
                new TextRequest(prefix, length, new Choice(1, 0, 1), List.of(), 1),
                OptionalInt.empty(),
                vertx.getOrCreateContext(),
                listener);
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void aShortTextDoesNotWaitForTheEndOfALongOne() throws Exception {
        open(100, 1 << 20);
        model("a", 1);
        Narration.Listener reader = (_, _) -> Future.succeededFuture();
        Narration longOne = narration("gated", TextRequest.LONGEST, reader);
        longOne.tell();
        recipe.arrivals.acquire(); // it has the only thread
        Future<Narration.End> shortOne = narration("short", 32, reader).tell();
        recipe.gate.release(50); // far fewer pieces than the long one has
        assertThat(join(shortOne).characters()).isEqualTo(32);
        longOne.cancel();
    }

    @Test
    void aTextThatNobodyReadsIsNotWritten() {
        open(100, 1 << 20);
        model("a", 1);
        Promise<Void> read = Promise.promise();
        Narration stalled = narration("stalled", 1000, (_, _) -> read.future());
        Future<Narration.End> end = stalled.tell();
        join(narration("read", 1000, (_, _) -> Future.succeededFuture()).tell());
        assertThat(recipe.written.stream().filter("stalled"::equals)).hasSize(1);
        read.complete();
        assertThat(join(end)).isEqualTo(new Narration.End(Narration.Reason.LENGTH, 1000));
        assertThat(underWay()).isZero();
    }

    @Test
    void aTextIsNotWrittenOnWhenItsClientLeaves() throws IOException {
        open(100, 1 << 20);
        model("a", 1);
        try (Socket leaving = new Socket("127.0.0.1", server.actualPort())) {
            String body = new JsonObject(Map.of("model", "a", "max_tokens", 100_000, "stream", true)).encode();
            leaving.getOutputStream()
                    .write(("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                    + body)
                            .getBytes(StandardCharsets.UTF_8));
            assertThat(leaving.getInputStream().read()).isEqualTo('H');
        }
        await().atMost(PATIENCE).until(() -> underWay() == 0);
        assertThat(recipe.written.size()).isLessThan(100_000 / 16);
    }

    @Test
    void whatBreaksInMidStreamIsAnErrorChunk() {
        open(100, 1 << 20);
        model("a", 1);
        HttpResponse<String> completion = post(
                        "/v1/completions", "{\"model\":\"a\",\"prompt\":\"break\",\"max_tokens\":100,\"stream\":true}")
                .join();
        assertThat(completion.statusCode()).isEqualTo(200);
        String[] events = completion.body().split("\n\n");
        assertThat(events[0]).contains("\"text\":\"a\"");
        assertThat(events[events.length - 2]).startsWith("data: {\"error\":{\"message\":");
        assertThat(events[events.length - 1]).isEqualTo("data: [DONE]");
        String generated = post(
                        "/v2/models/a/generate_stream",
                        "{\"text_input\":\"break\",\"parameters\":{\"max_tokens\":100}}")
                .join()
                .body();
        assertThat(generated.lines().filter(line -> line.contains("text_output")))
                .isNotEmpty();
        String last = generated.strip().lines().toList().getLast();
        InferenceSchema.check("error", last.substring("data: ".length()));
        HttpResponse<String> whole = post(
                        "/v2/models/a/generate", "{\"text_input\":\"break\",\"parameters\":{\"max_tokens\":100}}")
                .join();
        assertThat(whole.statusCode()).isEqualTo(500);
        assertThat(underWay()).isZero();
    }
}
