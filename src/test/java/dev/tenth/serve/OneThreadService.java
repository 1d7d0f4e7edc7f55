package dev.tenth.serve;

import dev.tenth.store.Checkpoint;
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
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine and its doors over a real store and real sockets, with one thread and models that wait where a test wants. */
@Timeout(240)
abstract class OneThreadService {
    static final StoreLimits STORE =
            new StoreLimits(1000, 1 << 20, 1 << 20, 1 << 20, 2, 1 << 16, 1 << 16, 3, Duration.ofSeconds(30));
    static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path home;

    final Gated recipe = new Gated();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Vertx vertx = Vertx.vertx();
    final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    /** Connections that ended. */
    final AtomicInteger closed = new AtomicInteger();

    EmbeddedStore store;
    Models models;
    Engine engine;
    HttpServer server;

    /** Bodies that are held at the same time. */
    static final long BODIES = 16 << 20;

    void open(int waiting, long bytes) {
        store = new EmbeddedStore(home, STORE);
        models = new Models(store.log(), store.checkpoints(), Map.of(recipe.id(), recipe));
        engine = new Engine(
                models,
                new ServeLimits(1, bytes, Duration.ofMinutes(1), waiting, Duration.ofMillis(1), BODIES),
                new ServeMeters(meters),
                Device.CPU);
        Router router = Router.router(vertx);
        new OpenInferenceDoor(engine, "test").register(router);
        new GenerateDoor(engine).register(router);
        new CompletionsDoor(engine).register(router);
        server = vertx.createHttpServer()
                .connectionHandler(connection -> connection.closeHandler(_ -> closed.incrementAndGet()))
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
        leave();
    }

    private void leave() {
        engine.close();
        store.close();
    }

    /** The same as another process over the same home. */
    void openAgain(int waiting, long bytes) {
        server.close().toCompletionStage().toCompletableFuture().join();
        leave();
        meters.clear();
        open(waiting, bytes);
    }

    /** A run with one checkpoint, whose only weight is the number. */
    Checkpoint model(String run, float number) {
        run(run, "SUCCEEDED");
        return checkpoint(run, 1, number);
    }

    /** A run without a checkpoint. */
    void run(String run, String state) {
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
                                state,
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
    }

    Checkpoint checkpoint(String run, long step, float number) {
        return store.checkpoints().write(run, step, 1, content(number)::write);
    }

    static Safetensors content(float number) {
        return new Safetensors(Map.of("w", HostTensor.of(new float[] {number}, 1)), Map.of());
    }

    CompletableFuture<HttpResponse<String>> post(String path, String body) {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    static String request(float x) {
        return "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[" + x + "]}]}";
    }

    int underWay() {
        return (int) meters.get("serve.requests.active").gauge().value();
    }
}
