package dev.tenth.serve.engine;

import dev.tenth.event.Event;
import dev.tenth.recipe.Recipe;
import dev.tenth.store.Blobs;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusTestProfile;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The engine of a real service, over a store of its own, with one thread and recipes that do what a test tells them. */
@Alternative
@Singleton
public class EngineUnderTest {
    public static final Duration STALL = Duration.ofSeconds(2);
    public static final Duration IDLE = Duration.ofSeconds(8);
    public static final int WALKS = 32;
    /** So few that all are there before the first is found to stall. */
    public static final int TEXTS = 60;
    /** Requests of one model that may wait: more than walks, and so few that all are there before the first is found to stall. */
    public static final int WAITING = 40;

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    public final Gated gated = new Gated();
    public final Painter painter = new Painter();
    public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    public final EmbeddedStore store;
    private final Engine engine;

    /** With little patience, so that a test need not have more. */
    public static final class Profile implements QuarkusTestProfile {
        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(EngineUnderTest.class);
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "tenth.limits.walks", Integer.toString(WALKS),
                    "tenth.limits.text-sockets", Integer.toString(TEXTS),
                    "tenth.limits.socket-stall", STALL.toString(),
                    "tenth.limits.socket-idle", IDLE.toString());
        }
    }

    public EngineUnderTest() {
        try {
            store = new EmbeddedStore(Files.createTempDirectory("tenth"), OneThreadService.STORE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Recipe<?>> recipes = Map.of(gated.id(), gated, painter.id(), painter);
        engine = new Engine(
                new Models(store.log(), store.checkpoints(), recipes),
                new ServeLimits(1, 1 << 20, Duration.ofMinutes(1), WAITING, Duration.ZERO),
                new ServeMeters(meters),
                Device.CPU);
    }

    @Produces
    @Singleton
    public Engine engine() {
        return engine;
    }

    @Produces
    @Singleton
    public RunLog log() {
        return store.log();
    }

    @Produces
    @Singleton
    public Blobs blobs() {
        return store.blobs();
    }

    @PreDestroy
    public void close() {
        gated.gate.release(1000);
        engine.close();
        store.close();
    }

    private static RunEntry run(String id, String recipe, long lastSeq) {
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

    /** A run without a checkpoint. */
    public void start(String id, Recipe<?> recipe) {
        store.log()
                .create(
                        run(id, recipe.id(), 1),
                        List.of(new Event(id, 1, 0, NOW, "run.state", "{}")),
                        Optional.empty());
    }

    public void append(String id, Recipe<?> recipe, long seq, long step, String type, String data) {
        store.log()
                .append(run(id, recipe.id(), seq), List.of(new Event(id, seq, step, NOW, type, data)))
                .toCompletableFuture()
                .join();
    }

    /** A checkpoint whose only weight is the number. */
    public void checkpoint(String id, long step, float weight) {
        Safetensors content = new Safetensors(Map.of("w", HostTensor.of(new float[] {weight}, 1)), Map.of());
        store.checkpoints().write(id, step, 1, content::write);
    }

    /** Requests and texts that have a model. */
    public int underWay() {
        return (int) meters.get("serve.requests.active").gauge().value();
    }

    public int openSockets(String endpoint) {
        return (int)
                meters.get("serve.sockets").tag("endpoint", endpoint).gauge().value();
    }
}
