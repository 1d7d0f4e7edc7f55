package dev.tenth.run;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.app.Generated;
import dev.tenth.event.CurrentState;
import dev.tenth.event.Event;
import dev.tenth.event.EventCodec;
import dev.tenth.event.EventType;
import dev.tenth.event.RunState;
import dev.tenth.event.Timeline;
import dev.tenth.recipe.Shown;
import dev.tenth.run.Counting.Gate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Logs of real runs, and what {@link Timeline} makes of them, as files. The dashboard has a fold of its own; its tests read the same
 * files, so that neither changes without the other. {@code make generated} records them again.
 */
@Timeout(180)
class RecordedLogsTest {
    private static final Path FOLDER = Path.of("src/test/resources/logs");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern COMMAND_ID = Pattern.compile("(?<=\\{\"id\":\")[0-9a-z]{12}(?=\")");

    @TempDir
    Path home;

    private final Counting counting = new Counting();

    // ---- recording

    private Gate gate(long step) {
        Gate gate = new Gate(step);
        counting.stepping = gate;
        return gate;
    }

    private static void showEverything(long step, Consumer<Shown> show) {
        show.accept(new Shown.Text("sample", "after step " + step + ": \"ok\""));
        float own = step;
        show.accept(new Shown.Field("plane", -1, 1, 0, .5, 2, 2, new float[] {0, own / 8, Float.NaN, 1e-9f}));
        if (step % 2 == 0) {
            Map<String, double[]> series = new LinkedHashMap<>();
            series.put("data", new double[] {.5, step, Double.POSITIVE_INFINITY});
            series.put("model", new double[] {step / 3.0, 0, 1});
            show.accept(new Shown.Curve("density", new double[] {0, .5, 1}, series));
            byte grey = (byte) (16 * step);
            show.accept(new Shown.Image("digits", 1, 1, new byte[] {grey, grey, grey}, step == 0 ? null : "one"));
        }
        if (step % 3 == 0) {
            show.accept(new Shown.Histogram("weights", new double[] {0, 1, 2}, Map.of("w", new double[] {step, 1})));
            show.accept(new Shown.Matrix("confusion", List.of("a", "b"), List.of("c"), new double[][] {{step}, {.25}}));
            show.accept(new Shown.Trail("path", Map.of("sgd", new double[][] {{0, step}, {.5, Double.NaN}})));
        }
    }

    @Test
    void aRunThatDiesTwiceIsTurnedAndPinnedAndForked() throws Exception {
        counting.showing = RecordedLogsTest::showEverything;
        Path once;
        String run;
        try (RunRoom room = new RunRoom(home.resolve("a"), counting)) {
            Gate seventh = gate(7);
            run = room.submit(Map.of("steps", 12, "checkpointEvery", 4));
            seventh.awaitReached();
            once = room.kill(run, home.resolve("once"));
            seventh.open();
        }
        Path twice;
        try (RunRoom room = new RunRoom(once, counting)) {
            Gate sixth = gate(6);
            room.resume(run);
            sixth.awaitReached();
            room.runs.command(run, new Command.Set(Map.of("rate", 2.5)));
            room.runs.pin(run, 0, true);
            room.runs.pin(run, 4, true);
            room.runs.pin(run, 0, false);
            Gate tenth = new Gate(10);
            counting.stepping = tenth;
            sixth.open();
            tenth.awaitReached();
            twice = room.kill(run, home.resolve("twice"));
            tenth.open();
        }
        try (RunRoom room = new RunRoom(twice, counting)) {
            Gate eleventh = gate(11);
            room.resume(run);
            eleventh.awaitReached();
            room.runs.command(run, new Command.Pause());
            eleventh.open();
            room.awaitState(run, RunState.PAUSED);
            room.runs.command(run, new Command.Resume());
            room.awaitState(run, RunState.SUCCEEDED);
            record("resumed", room, run);
            counting.stepping = step -> {};
            String child = room.runs
                    .command(run, new Command.Fork(Optional.of(8L), Map.of("rate", -1.0), Optional.of("the other way")))
                    .forked()
                    .orElseThrow();
            room.awaitState(child, RunState.SUCCEEDED);
            record("forked", room, child);
        }
    }

    @Test
    void aRunThatLosesItsCheckpointsBeginsAgainAndIsStopped() throws Exception {
        Path killed;
        String run;
        try (RunRoom room = new RunRoom(home.resolve("a"), counting)) {
            Gate third = gate(3);
            run = room.submit(Map.of("steps", 100));
            third.awaitReached();
            killed = room.kill(run, home.resolve("killed"));
            third.open();
        }
        Files.move(killed.resolve("checkpoints").resolve(run), killed.resolve("lost"));
        try (RunRoom room = new RunRoom(killed, counting)) {
            Gate second = gate(2);
            room.resume(run);
            second.awaitReached();
            room.runs.command(run, new Command.Stop());
            second.open();
            room.awaitState(run, RunState.CANCELLED);
            record("stopped", room, run);
        }
    }

    @Test
    void aRunOverflows() throws Exception {
        Map<String, Object> overflows = new HashMap<>(Map.of("steps", 10, "rate", 4e307, "checkpointEvery", 4));
        Path killed;
        String goesOn;
        try (RunRoom room = new RunRoom(home.resolve("a"), counting)) {
            String ends = room.submit(overflows);
            room.awaitState(ends, RunState.FAILED);
            record("overflowed", room, ends);
            overflows.put("stopAtNonFinite", false);
            Gate seventh = gate(7);
            goesOn = room.submit(overflows);
            seventh.awaitReached();
            killed = room.kill(goesOn, home.resolve("killed"));
            seventh.open();
        }
        counting.stepping = step -> {};
        try (RunRoom room = new RunRoom(killed, counting)) {
            counting.loading = () -> room.runs.command(goesOn, new Command.Stop());
            room.resume(goesOn);
            room.awaitState(goesOn, RunState.CANCELLED);
            record("overflow-taken-back", room, goesOn);
        }
    }

    // ---- files

    /** Writes a log and its folds, or compares them. What differs from run to run (names, hashes, times) is numbered. */
    private static void record(String name, RunRoom room, String run) throws IOException {
        room.store.log().flush(run);
        List<Event> events = numbered(name, room.events(run));
        Generated.check(
                FOLDER.resolve(name + ".ndjson"),
                events.stream().map(EventCodec::line).collect(joining("\n")) + "\n");
        // The fold as it stands before each time the run goes on from an earlier state, and at the end.
        List<Integer> ends = new ArrayList<>(IntStream.range(0, events.size())
                .filter(i -> events.get(i).is(EventType.RUN_RESUMED))
                .boxed()
                .toList());
        ends.add(events.size());
        ArrayNode folds = JSON.createArrayNode();
        for (int end : ends) {
            folds.add(fold(events.subList(0, end)));
        }
        Generated.check(
                FOLDER.resolve(name + ".json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(folds) + "\n");
    }

    private static List<Event> numbered(String name, List<Event> events) {
        Map<String, String> hashes = new HashMap<>();
        List<Event> numbered = new ArrayList<>();
        for (Event event : events) {
            String data = replaced(
                    SHA256,
                    event.data(),
                    found -> hashes.computeIfAbsent(found, _ -> "%064x".formatted(hashes.size())));
            if (event.is(EventType.COMMAND_APPLIED)) {
                data = replaced(COMMAND_ID, data, _ -> "command-" + event.seq());
            }
            numbered.add(
                    new Event(name, event.seq(), event.step(), FIRST.plusSeconds(event.seq()), event.type(), data));
        }
        return numbered;
    }

    private static String replaced(Pattern pattern, String text, UnaryOperator<String> by) {
        return pattern.matcher(text).replaceAll((MatchResult found) -> by.apply(found.group()));
    }

    private static ObjectNode fold(List<Event> events) {
        Timeline timeline = new Timeline();
        events.forEach(timeline::take);
        CurrentState current = timeline.current();
        ObjectNode fold = JSON.createObjectNode()
                .put("lastSeq", events.getLast().seq())
                .put("step", current.step())
                .put("state", current.state())
                .put("reason", current.reason());
        fold.set("metrics", JSON.valueToTree(timeline.metrics()));
        Map<String, List<Long>> shown = new TreeMap<>();
        for (EventType type : EventType.values()) {
            timeline.shown(type).forEach((id, all) -> shown.put(type.wire() + ":" + id, numbers(all.stream())));
        }
        fold.set("shown", JSON.valueToTree(shown));
        fold.set("pinned", JSON.valueToTree(timeline.pinned()));
        fold.put("nonFinite", timeline.nonFinite().map(Event::seq).orElse(null));
        fold.set("superseded", JSON.valueToTree(numbers(events.stream().filter(timeline.superseded()::contains))));
        fold.set("hidden", JSON.valueToTree(numbers(events.stream().filter(timeline.superseded()::hides))));
        return fold;
    }

    private static List<Long> numbers(Stream<Event> events) {
        return events.map(Event::seq).toList();
    }
}
