package dev.tenth.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.run.MetricHistory.Line;
import dev.tenth.store.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of a log: metrics over the steps, and pins. */
class MetricHistoryTest {
    private static final StoreLimits LIMITS =
            new StoreLimits(20_000, 1 << 22, 1 << 20, 1 << 16, 2, 1 << 16, 1 << 16, 3, Duration.ofSeconds(30));
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path home;

    private EmbeddedStore store;
    private final List<Event> events = new ArrayList<>();

    @BeforeEach
    void open() {
        store = new EmbeddedStore(home, LIMITS);
        tell(0, "run.state", "{}");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void tell(long step, String type, String data) {
        events.add(new Event("r", events.size() + 1L, step, NOW, type, data));
    }

    private void metrics(long step, String values) {
        tell(step, "metrics", "{\"values\":" + values + "}");
    }

    private void store() {
        RunEntry run = new RunEntry(
                "r",
                "any",
                "only",
                "{}",
                1,
                "r",
                Optional.empty(),
                "RUNNING",
                "",
                1,
                1,
                events.size(),
                "{}",
                1,
                NOW,
                Optional.empty(),
                Optional.empty());
        store.log().create(run, events, Optional.empty());
    }

    @Test
    void eachMetricHasItsOwnStepsAndNothingThatWasTakenBack() {
        metrics(1, "{\"loss\":3,\"error\":0.5}");
        metrics(2, "{\"loss\":null}");
        metrics(3, "{\"loss\":9,\"error\":9}");
        tell(2, "run.resumed", "{\"fromStep\":2,\"fromSeq\":3}");
        metrics(3, "{\"loss\":1}");
        store();
        Map<String, Line> lines = MetricHistory.of(store.log(), "r");
        assertThat(lines.keySet()).containsExactly("loss", "error");
        assertThat(lines.get("loss").steps()).containsExactly(1L, 2L, 3L);
        assertThat(lines.get("loss").values()).containsExactly(3.0, null, 1.0);
        assertThat(lines.get("error").steps()).containsExactly(1L);
    }

    @Test
    void aLongLineIsBoundedAndKeepsItsEnds() {
        for (int step = 1; step <= 3 * MetricHistory.MOST_POINTS; step++) {
            metrics(step, "{\"loss\":" + step + "}");
        }
        store();
        List<Long> steps = MetricHistory.of(store.log(), "r").get("loss").steps();
        assertThat(steps.size()).isBetween(MetricHistory.MOST_POINTS / 2, MetricHistory.MOST_POINTS);
        assertThat(steps)
                .startsWith(1L)
                .endsWith(3L * MetricHistory.MOST_POINTS)
                .isSorted();
    }

    @Test
    void aPinHoldsUntilItIsTakenAway() {
        tell(5, "command.applied", "{\"id\":\"a\",\"type\":\"pin\",\"step\":5,\"checkpoint\":3}");
        tell(5, "command.applied", "{\"id\":\"b\",\"type\":\"pin\",\"step\":5,\"checkpoint\":4}");
        tell(6, "command.applied", "{\"id\":\"c\",\"type\":\"set\",\"step\":6}");
        tell(7, "command.applied", "{\"id\":\"d\",\"type\":\"unpin\",\"step\":7,\"checkpoint\":3}");
        store();
        assertThat(Pins.of(store.log(), "r")).isEqualTo(Set.of(4L));
    }
}
