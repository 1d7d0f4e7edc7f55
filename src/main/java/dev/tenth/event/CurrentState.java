package dev.tenth.event;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How a run stands after the newest event of its log: the part of the fold that the run's index entry keeps. For one thread. */
public final class CurrentState {
    private final Map<String, Double> metrics;
    private String state;
    private String reason;
    private long step;
    private Optional<Instant> startedAt;
    private Optional<Instant> endedAt;

    /** Goes on from what is known of a run. */
    public CurrentState(
            String state,
            String reason,
            long step,
            Map<String, Double> metrics,
            Optional<Instant> startedAt,
            Optional<Instant> endedAt) {
        this.state = state;
        this.reason = reason;
        this.step = step;
        this.metrics = new LinkedHashMap<>(metrics);
        this.startedAt = startedAt;
        this.endedAt = endedAt;
    }

    /** Of a run that has no events yet. */
    CurrentState() {
        this("", "", 0, Map.of(), Optional.empty(), Optional.empty());
    }

    /** Takes in the next event. */
    public void take(long atStep, Instant at, EventData data) {
        step = atStep;
        switch (data) {
            case EventData.State told -> {
                state = told.state();
                reason = told.reason();
                Optional<RunState> known = RunState.named(state);
                if (known.filter(RunState.PREPARING::equals).isPresent() && startedAt.isEmpty()) {
                    startedAt = Optional.of(at);
                }
                if (known.filter(RunState::isTerminal).isPresent()) {
                    endedAt = Optional.of(at);
                }
            }
            case EventData.Metrics told -> metrics.putAll(told.values());
            case EventData.Resumed _,
                    EventData.CommandApplied _,
                    EventData.Checkpoint _,
                    EventData.NonFinite _,
                    EventData.Curve _,
                    EventData.Field _,
                    EventData.Image _,
                    EventData.Text _,
                    EventData.Histogram _,
                    EventData.Matrix _,
                    EventData.Trail _,
                    EventData.Gap _ -> {}
        }
    }

    /** The name of the state, perhaps one that only a newer version knows. */
    public String state() {
        return state;
    }

    public String reason() {
        return reason;
    }

    public long step() {
        return step;
    }

    /** The newest value of each figure, in the order in which they were first told. */
    public Map<String, Double> metrics() {
        return Collections.unmodifiableMap(metrics);
    }

    /** When it was first prepared. */
    public Optional<Instant> startedAt() {
        return startedAt;
    }

    public Optional<Instant> endedAt() {
        return endedAt;
    }
}
