package dev.tenth.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.event.Event;
import dev.tenth.event.EventType;
import dev.tenth.event.RunState;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Preset;
import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.RunEntry;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store that an older or a newer version of the service wrote. */
@Timeout(180)
class OtherVersionTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String KNOWN = "{\"steps\":10,\"rate\":2.0,\"width\":1,\"threads\":1,\"checkpointEvery\":100,"
            + "\"showEvery\":1,\"device\":\"auto\"}";

    @TempDir
    Path home;

    private final Counting counting = new Counting();

    private record Written(
            String id, String recipe, String preset, String parameters, String state, List<String[]> more) {}

    private static Written run(String id, String preset, String parameters, String state) {
        return new Written(id, "counting", preset, parameters, state, List.of());
    }

    /** Writes a store as another version would. */
    private void write(Written... runs) {
        try (EmbeddedStore store = new EmbeddedStore(home, StoreLimits.DEFAULT)) {
            for (Written run : runs) {
                List<Event> events = new ArrayList<>();
                events.add(new Event(
                        run.id(), 1, 0, NOW, "run.state", "{\"state\":\"" + run.state() + "\",\"reason\":\"\"}"));
                run.more()
                        .forEach(more -> events.add(new Event(run.id(), events.size() + 1L, 0, NOW, more[0], more[1])));
                store.log()
                        .create(
                                new RunEntry(
                                        run.id(),
                                        run.recipe(),
                                        run.preset(),
                                        run.parameters(),
                                        1,
                                        run.id(),
                                        Optional.empty(),
                                        run.state(),
                                        "",
                                        0,
                                        10,
                                        events.size(),
                                        "{}",
                                        0,
                                        NOW,
                                        Optional.empty(),
                                        Optional.empty()),
                                events,
                                Optional.empty());
            }
        }
    }

    @Test
    void aRunThatCannotBeReadIsInterruptedAndTheOthersBegin() {
        write(
                run("renamed", "slow", "{\"gone\":3,\"steps\":10}", "QUEUED"),
                run("outside", "slow", "{\"steps\":0}", "QUEUED"),
                run("mistyped", "slow", "{\"steps\":\"ten\"}", "QUEUED"),
                run("malformed", "slow", "[]", "QUEUED"),
                new Written("unknown", "no-such-recipe", "slow", "{}", "QUEUED", List.of()),
                run("fine", "slow", KNOWN, "QUEUED"));
        try (RunRoom room = new RunRoom(home, counting)) {
            room.awaitState("fine", RunState.SUCCEEDED);
            for (String run : List.of("renamed", "outside", "mistyped", "malformed", "unknown")) {
                assertThat(room.state(run)).as(run).isEqualTo("INTERRUPTED");
            }
            assertThat(room.reason("renamed")).startsWith("params: ").contains("gone");
            assertThat(room.reason("outside")).startsWith("params: ").contains("steps");
            assertThat(room.reason("unknown")).startsWith("recipe: ").contains("no-such-recipe");
            assertThatThrownBy(() -> room.runs.command("renamed", new Command.Resume()))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OTHER_VERSION))
                    .hasMessageContaining("gone");
            room.runs.delete("renamed");
        }
        // The version that knows the parameter goes on with it.
        try (RunRoom room = new RunRoom(home, counting)) {
            assertThat(room.state("outside")).isEqualTo("INTERRUPTED");
        }
    }

    @Test
    void whatARunDoesNotTellItsOwnPresetDoes() {
        write(
                run("fast", "fast", "{\"steps\":10}", "QUEUED"),
                run("gone", "removed-since", "{\"steps\":10}", "QUEUED"));
        try (RunRoom room = new RunRoom(home, counting)) {
            room.awaitState("fast", RunState.SUCCEEDED);
            room.awaitState("gone", RunState.SUCCEEDED);
            assertThat(room.runs.find("fast").orElseThrow().metrics()).isEqualTo("{\"sum\":100.0}");
            assertThat(room.runs.find("gone").orElseThrow().metrics()).isEqualTo("{\"sum\":10.0}");
            String child = room.runs
                    .command("fast", new Command.Fork(Optional.of(0L), Map.of(), Optional.empty()))
                    .forked()
                    .orElseThrow();
            room.awaitState(child, RunState.SUCCEEDED);
            assertThat(room.runs.find(child).orElseThrow().metrics()).isEqualTo("{\"sum\":100.0}");
        }
    }

    @Test
    void aRunThatOnceTurnedWhatIsGoneWaitsForTheVersionThatKnowsIt() {
        write(new Written("turned", "counting", "slow", KNOWN, "QUEUED", List.<String[]>of(new String[] {
            "command.applied",
            "{\"id\":\"a\",\"type\":\"set\",\"step\":0,\"parameters\":{\"gone\":2},\"previous\":{\"gone\":1}}"
        })));
        try (RunRoom room = new RunRoom(home, counting)) {
            room.awaitState("turned", RunState.INTERRUPTED);
            assertThat(room.reason("turned")).contains("gone");
        }
        Counting newer = new Counting(
                "counting",
                List.of(new Preset<>("slow", "", "", new Counting.Settings(5, 1, 1, new Pace(1, 1000, 1)))));
        try (RunRoom room = new RunRoom(home, newer)) {
            assertThat(room.state("turned")).isEqualTo("INTERRUPTED");
        }
    }

    @Test
    void whatANewerVersionToldIsLeftAsItIs() {
        write(
                new Written(
                        "newer",
                        "counting",
                        "slow",
                        KNOWN,
                        "QUEUED",
                        List.of(
                                new String[] {"hologram", "{\"depth\":3}"},
                                new String[] {"command.applied", "{\"id\":\"a\",\"type\":\"rewind\",\"step\":0}"})),
                run("asleep", "slow", KNOWN, "HIBERNATING"));
        try (RunRoom room = new RunRoom(home, counting)) {
            room.awaitState("newer", RunState.SUCCEEDED);
            assertThat(room.events("newer")).anyMatch(event -> event.type().equals("hologram"));
            assertThat(room.store
                            .log()
                            .timeline("newer", EventType.METRICS)
                            .metrics()
                            .get("sum")
                            .steps())
                    .hasSize(11);
            assertThat(room.state("asleep")).isEqualTo("HIBERNATING");
            for (Command command : List.of(new Command.Resume(), new Command.Stop())) {
                assertThatThrownBy(() -> room.runs.command("asleep", command))
                        .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.reason())
                                .isEqualTo(Reason.OTHER_VERSION))
                        .hasMessageContaining("HIBERNATING");
            }
            room.runs.delete("asleep");
            assertThat(room.state("asleep")).isEqualTo("gone");
        }
    }
}
