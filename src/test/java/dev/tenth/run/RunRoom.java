package dev.tenth.run;

import static org.awaitility.Awaitility.await;

import dev.tenth.data.Library;
import dev.tenth.event.Event;
import dev.tenth.event.EventType;
import dev.tenth.event.RunState;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Residents;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import dev.tenth.torch.Device;
import dev.tenth.torch.Torch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The runs of a service over a real store, which a test can hold up, let fail, and end and start again. */
final class RunRoom implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final int CORES = 2;

    private final Path home;
    final EmbeddedStore store;
    final LocalRuns runs;
    /** Called with the name of each method of the log before it is carried out; it may wait, and throw. */
    volatile Consumer<String> logging = method -> {};

    RunRoom(Path home, Recipe<?>... recipes) {
        Torch.load();
        this.home = home;
        store = new EmbeddedStore(home, StoreLimits.DEFAULT);
        runs = new LocalRuns(
                List.of(recipes),
                new RunContext(
                        log(),
                        store.checkpoints(),
                        store.blobs(),
                        new Library(home.resolve("uploads"), home.resolve("data")),
                        new Residents(),
                        Device.CPU,
                        CORES,
                        Limits.DEFAULT,
                        new RunMeters(new SimpleMeterRegistry()),
                        "test"));
        runs.recover();
    }

    private RunLog log() {
        return (RunLog) Proxy.newProxyInstance(
                RunLog.class.getClassLoader(), new Class<?>[] {RunLog.class}, (_, method, arguments) -> {
                    logging.accept(method.getName());
                    try {
                        return method.invoke(store.log(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** A run of the recipe {@code counting}. */
    String submit(Map<String, Object> parameters) {
        return runs.submit(
                        new Runs.Submission(
                                "counting", Optional.empty(), parameters, Optional.of(1L), Optional.empty()),
                        Optional.empty())
                .id();
    }

    String state(String run) {
        return runs.find(run).map(RunEntry::state).orElse("gone");
    }

    String reason(String run) {
        return runs.find(run).orElseThrow().reason();
    }

    void awaitState(String run, RunState state) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> org.assertj.core.api.Assertions.assertThat(state(run))
                        .as(runs.find(run).map(RunEntry::reason).orElse("gone"))
                        .isEqualTo(state.name()));
    }

    List<Event> events(String run) {
        return store.log().read(run, 0, 100_000);
    }

    /** What the log tells of a kind of event, oldest first. */
    List<String> events(String run, EventType type) {
        return events(run).stream()
                .filter(event -> event.type().equals(type.wire()))
                .map(Event::data)
                .toList();
    }

    /** Resumes a run that was found dead. */
    void resume(String run) {
        awaitState(run, RunState.INTERRUPTED);
        runs.command(run, new Command.Resume());
    }

    /** What the disk of a service looks like that dies in this moment, in which nothing is being written but by this run. */
    Path kill(String run, Path copy) throws IOException {
        store.log().flush(run);
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(home.relativize(file).toString()));
            }
        }
        return copy;
    }

    /** The threads of runs. */
    static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("run-"))
                .count();
    }

    @Override
    public void close() {
        logging = method -> {};
        runs.close();
        store.close();
    }
}
