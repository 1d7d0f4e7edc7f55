package dev.tenth.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.event.Timeline.Line;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is read of a log: how the run stands, and what counts of it. */
class TimelineTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Timeline timeline = new Timeline();
    private final List<Event> events = new ArrayList<>();

    private void tell(long step, String type, String data) {
        Event event = new Event("r", events.size() + 1L, step, NOW.plusSeconds(events.size()), type, data);
        events.add(event);
        timeline.take(event);
    }

    private void metrics(long step, String values) {
        tell(step, "metrics", "{\"values\":" + values + "}");
    }

    private List<Long> superseded() {
        return events.stream()
                .filter(timeline.superseded()::contains)
                .map(Event::seq)
                .toList();
    }

    @Test
    void eachMetricHasItsOwnStepsAndNothingThatWasTakenBack() {
        tell(0, "run.state", "{\"state\":\"RUNNING\",\"reason\":\"\"}");
        metrics(1, "{\"loss\":3,\"error\":0.5}");
        metrics(2, "{\"loss\":null}");
        metrics(3, "{\"loss\":9,\"error\":9}");
        tell(2, "run.resumed", "{\"fromStep\":2,\"fromSeq\":3}");
        metrics(3, "{\"loss\":1}");
        Map<String, Line> lines = timeline.metrics();
        assertThat(lines.keySet()).containsExactly("loss", "error");
        assertThat(lines.get("loss").steps()).containsExactly(1L, 2L, 3L);
        assertThat(lines.get("loss").values()).containsExactly(3.0, null, 1.0);
        assertThat(lines.get("error").steps()).containsExactly(1L);
    }

    @Test
    void aLongLineIsBoundedAndKeepsItsEnds() {
        for (int step = 1; step <= 3 * Timeline.MOST_POINTS; step++) {
            metrics(step, "{\"loss\":" + step + "}");
        }
        List<Long> steps = timeline.metrics().get("loss").steps();
        assertThat(steps.size()).isBetween(Timeline.MOST_POINTS / 2, Timeline.MOST_POINTS);
        assertThat(steps).startsWith(1L).endsWith(3L * Timeline.MOST_POINTS).isSorted();
    }

    @Test
    void aPinHoldsUntilItIsTakenAway() {
        tell(5, "command.applied", "{\"id\":\"a\",\"type\":\"pin\",\"step\":5,\"checkpoint\":3}");
        tell(5, "command.applied", "{\"id\":\"b\",\"type\":\"pin\",\"step\":5,\"checkpoint\":4}");
        tell(6, "command.applied", "{\"id\":\"c\",\"type\":\"stop\",\"step\":6}");
        tell(7, "command.applied", "{\"id\":\"d\",\"type\":\"unpin\",\"step\":7,\"checkpoint\":3}");
        assertThat(timeline.pinned()).containsExactly(4L);
    }

    @Test
    void whatDidHappenCountsHoweverOftenTheRunGoesBack() {
        metrics(1, "{\"loss\":1}");
        tell(1, "checkpoint", "{\"step\":1,\"sha256\":\"a\",\"bytes\":1}");
        metrics(2, "{\"loss\":2}");
        tell(
                2,
                "command.applied",
                "{\"id\":\"c\",\"type\":\"set\",\"step\":2,\"parameters\":{\"rate\":2},\"previous\":{\"rate\":1}}");
        tell(2, "checkpoint", "{\"step\":2,\"sha256\":\"b\",\"bytes\":1}");
        tell(1, "run.resumed", "{\"fromStep\":1,\"fromSeq\":1}"); // the checkpoint of step 1 is event 2
        metrics(2, "{\"loss\":3}");
        assertThat(superseded()).containsExactly(3L, 5L);
        tell(0, "run.resumed", "{\"fromStep\":0,\"fromSeq\":0}");
        metrics(1, "{\"loss\":4}");
        assertThat(superseded()).containsExactly(1L, 2L, 3L, 5L, 7L);
        assertThat(timeline.superseded().hides(events.get(2))).isTrue();
        assertThat(timeline.superseded().hides(events.get(4)))
                .as("viewers see a checkpoint that does not count: it is in the record")
                .isFalse();
        assertThat(timeline.metrics().get("loss").values()).containsExactly(4.0);
        assertThat(timeline.commands()).hasSize(1).allMatch(command -> command.parameters()
                .equals(Map.of("rate", 2)));
    }

    @Test
    void aLogThatDoesNotTellTheLastEventThatCountsIsCutByStep() {
        metrics(1, "{\"loss\":1}");
        metrics(2, "{\"loss\":2}");
        metrics(3, "{\"loss\":3}");
        tell(2, "run.resumed", "{\"fromStep\":2}");
        assertThat(superseded()).containsExactly(3L);
        assertThat(timeline.metrics().get("loss").steps()).containsExactly(1L, 2L);
    }

    @Test
    void whatWasFoundNotFiniteIsForgottenWithItsStep() {
        tell(4, "non-finite", "{\"step\":4,\"count\":1,\"tensors\":[\"w\"]}");
        assertThat(timeline.nonFinite()).contains(events.getFirst());
        tell(5, "run.resumed", "{\"fromStep\":5,\"fromSeq\":1}");
        assertThat(timeline.nonFinite()).isPresent();
        tell(3, "run.resumed", "{\"fromStep\":3,\"fromSeq\":0}");
        assertThat(timeline.nonFinite()).isEmpty();
    }

    @Test
    void picturesAreFoundByTheirIdAsLongAsTheyCount() {
        String image = "{\"id\":\"%s\",\"ref\":\"%s\",\"width\":1,\"height\":1}";
        tell(1, "image", image.formatted("sample", BlobPath.png("0".repeat(64))));
        tell(2, "image", image.formatted("sample", BlobPath.png("1".repeat(64))));
        tell(2, "image", image.formatted("late", BlobPath.png("2".repeat(64))));
        tell(1, "run.resumed", "{\"fromStep\":1,\"fromSeq\":1}");
        assertThat(timeline.shown(EventType.IMAGE)).isEqualTo(Map.of("sample", events.subList(0, 1)));
    }

    @Test
    void theStateIsTheNewestOneAlsoWhereThisVersionDoesNotKnowIt() {
        tell(0, "run.state", "{\"state\":\"QUEUED\",\"reason\":\"\"}");
        tell(0, "run.state", "{\"state\":\"PREPARING\",\"reason\":\"data\"}");
        tell(0, "run.state", "{\"state\":\"PREPARING\",\"reason\":\"again\"}");
        metrics(3, "{\"loss\":1,\"error\":null}");
        assertThat(timeline.current().startedAt()).contains(NOW.plusSeconds(1));
        assertThat(timeline.current().metrics()).containsEntry("loss", 1.0).containsEntry("error", Double.NaN);
        tell(3, "run.state", "{\"state\":\"HIBERNATING\",\"reason\":\"cold\"}");
        tell(3, "hologram", "{\"depth\":[1]}");
        assertThat(timeline.current())
                .extracting(CurrentState::state, CurrentState::reason, CurrentState::step)
                .containsExactly("HIBERNATING", "cold", 3L);
        assertThat(timeline.current().endedAt()).isEmpty();
        tell(3, "run.state", "{\"state\":\"CANCELLED\",\"reason\":\"\"}");
        assertThat(timeline.current().endedAt()).contains(NOW.plusSeconds(6));
    }

    @Test
    void dataThatTheirTypeCannotHaveAreNamed() {
        assertThatThrownBy(() -> tell(1, "run.resumed", "{\"fromSeq\":3}"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("event 1 of run r")
                .hasMessageContaining("fromStep");
    }
}
