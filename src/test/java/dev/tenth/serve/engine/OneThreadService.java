package dev.tenth.serve.engine;

import dev.tenth.event.Event;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.RunEntry;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusMock;
import io.quarkus.test.junit.QuarkusTestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service with another engine under its resources: over a real store of the test's own and real sockets, with one thread and models
 * that wait where a test wants.
 */
@Timeout(240)
public abstract class OneThreadService {
    /** Bodies that are held at the same time. */
    public static final long BODIES = 16 << 20;

    public static class LittleMemory implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("tenth.limits.bodies-bytes", Long.toString(BODIES));
        }
    }

    public static final StoreLimits STORE =
            new StoreLimits(1000, 1 << 20, 1 << 20, 1 << 20, 2, 1 << 16, 1 << 16, 3, Duration.ofSeconds(30));
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    public Path home;

    public final Gated recipe = new Gated();
    public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    public final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TestHTTPResource
    public URI service;

    @Inject
    public Connections connections;

    public EmbeddedStore store;
    public Models models;
    public Engine engine;

    public void open(int waiting, long bytes) {
        store = new EmbeddedStore(home, STORE);
        models = new Models(store.log(), checkpoints(), Map.of(recipe.id(), recipe));
        engine = new Engine(
                models,
                new ServeLimits(1, bytes, Duration.ofMinutes(1), waiting, Duration.ofMillis(1)),
                new ServeMeters(meters),
                Device.CPU);
        QuarkusMock.installMockForType(engine, Engine.class);
    }

    /** Where the engine finds states. */
    public Checkpoints checkpoints() {
        return store.checkpoints();
    }

    @AfterEach
    public void close() {
        recipe.gate.release(1000);
        leave();
    }

    private void leave() {
        engine.close();
        store.close();
    }

    /** The same as another process over the same home. */
    public void openAgain(int waiting, long bytes) {
        leave();
        meters.clear();
        open(waiting, bytes);
    }

    /** A run with one checkpoint, whose only weight is the number. */
    public Checkpoint model(String run, float number) {
        run(run, "SUCCEEDED");
        return checkpoint(run, 1, number);
    }

    /** A run without a checkpoint. */
    public void run(String run, String state) {
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

    public Checkpoint checkpoint(String run, long step, float number) {
        return store.checkpoints().write(run, step, 1, content(number)::write);
    }

    public static Safetensors content(float number) {
        return new Safetensors(Map.of("w", HostTensor.of(new float[] {number}, 1)), Map.of());
    }

    public CompletableFuture<HttpResponse<String>> post(String path, String body) {
        return client.sendAsync(
                HttpRequest.newBuilder(service.resolve(path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    public Socket connect() throws IOException {
        return new Socket(service.getHost(), service.getPort());
    }

    public static String request(float x) {
        return "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[" + x + "]}]}";
    }

    public int underWay() {
        return (int) meters.get("serve.requests.active").gauge().value();
    }
}
