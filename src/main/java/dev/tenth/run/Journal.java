package dev.tenth.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.run.EventEncoder.Draft;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.StoreException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The writer's end of one run's log: it numbers the events, and folds them into the run's entry. Appending does not wait for
 * the disk, except for the store's back-pressure.
 *
 * <p>Invariant: one journal at a time writes a run, so its numbers have no holes. After an append that failed, every later one
 * and every {@link #flush} fails with its reason: the log sees to that.
 */
final class Journal {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunLog log;
    private final RunEntry origin;
    private final Map<String, Double> metrics = new LinkedHashMap<>();
    private String parameters;
    private RunState state;
    private String reason;
    private long step;
    private long steps;
    private long lastSeq;
    private int checkpoints;
    private Optional<Instant> startedAt;
    private Optional<Instant> endedAt;

    /** Writes on from where the entry stands. */
    Journal(RunLog log, RunEntry entry) {
        this.log = log;
        this.origin = entry;
        this.parameters = entry.parameters();
        this.state = RunState.valueOf(entry.state());
        this.reason = entry.reason();
        this.step = entry.step();
        this.steps = entry.steps();
        this.lastSeq = entry.lastSeq();
        this.checkpoints = entry.checkpoints();
        this.startedAt = entry.startedAt();
        this.endedAt = entry.endedAt();
        JsonObjects.read(entry.metrics())
                .forEach((name, value) -> metrics.put(name, value instanceof Number n ? n.doubleValue() : null));
    }

    /** The first event of a run, for {@link RunLog#create}. */
    static Event first(RunEntry run) {
        return new Event(
                run.id(), 1, 0, run.createdAt(), EventType.RUN_STATE.wire(), stateData(run.state(), run.reason()));
    }

    /** The time as the log keeps it. */
    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /** The entry as of the last event. */
    synchronized RunEntry entry() {
        return new RunEntry(
                origin.id(),
                origin.recipe(),
                origin.preset(),
                parameters,
                origin.seed(),
                origin.name(),
                origin.parent(),
                state.name(),
                reason,
                step,
                steps,
                lastSeq,
                EventEncoder.figures(metrics),
                checkpoints,
                origin.createdAt(),
                startedAt,
                endedAt);
    }

    synchronized RunState state() {
        return state;
    }

    synchronized long step() {
        return step;
    }

    synchronized long lastSeq() {
        return lastSeq;
    }

    /** The run is in another state, or in the same one for another reason. */
    synchronized void state(RunState next, String why) {
        state = next;
        reason = why;
        if (next == RunState.PREPARING && startedAt.isEmpty()) {
            startedAt = Optional.of(now());
        }
        if (next.isTerminal()) {
            endedAt = Optional.of(now());
        }
        append(step, new Draft(EventType.RUN_STATE, stateData(next.name(), why)));
    }

    /** The run goes on from a state that includes the events up to {@code fromSeq}; later ones are superseded. */
    synchronized void resumed(long fromStep, long fromSeq) {
        append(
                fromStep,
                new Draft(
                        EventType.RUN_RESUMED,
                        JSON.createObjectNode()
                                .put("fromStep", fromStep)
                                .put("fromSeq", fromSeq)
                                .toString()));
    }

    /** A command took effect after a step. */
    synchronized void applied(long atStep, String id, String type, Map<String, ?> more) {
        ObjectNode data =
                JSON.createObjectNode().put("id", id).put("type", type).put("step", atStep);
        more.forEach((name, value) -> data.set(name, JSON.valueToTree(value)));
        append(atStep, new Draft(EventType.COMMAND_APPLIED, data.toString()));
    }

    /** A command took effect that concerns no step: it stands at the newest one. */
    synchronized void applied(String id, String type, Map<String, ?> more) {
        applied(step, id, type, more);
    }

    /** A checkpoint is durable. */
    synchronized void checkpoint(Checkpoint checkpoint, int kept) {
        checkpoints = kept;
        append(
                checkpoint.step(),
                new Draft(
                        EventType.CHECKPOINT,
                        JSON.createObjectNode()
                                .put("step", checkpoint.step())
                                .put("sha256", checkpoint.sha256())
                                .put("bytes", checkpoint.bytes())
                                .toString()));
    }

    /** What a step showed, with the figures among it: all of it is in the log, or nothing. */
    synchronized void shown(long atStep, List<Draft> drafts, Map<String, Double> figures) {
        metrics.putAll(figures);
        append(atStep, drafts.toArray(Draft[]::new));
    }

    /** The number of the run's last step, which is told with the next event. */
    synchronized void steps(long last) {
        steps = last;
    }

    /** The parameters in force, which are told with the next event. */
    synchronized void parameters(Map<String, Object> inForce) {
        parameters = JsonObjects.write(inForce);
    }

    /**
     * Waits until everything that was appended is durable.
     *
     * @throws StoreException if it never will be; if the disk is full or it takes too long, after which it can be waited for
     *     again
     */
    void flush() {
        log.flush(origin.id());
    }

    private void append(long atStep, Draft... drafts) {
        Instant at = now();
        long before = lastSeq;
        step = atStep;
        List<Event> events = new ArrayList<>(drafts.length);
        for (Draft draft : drafts) {
            lastSeq++;
            events.add(new Event(origin.id(), lastSeq, atStep, at, draft.type().wire(), draft.data()));
        }
        try {
            log.append(entry(), events);
        } catch (IllegalArgumentException | StoreException e) {
            lastSeq = before; // nothing was appended: its numbers are free again
            throw e;
        }
    }

    private static String stateData(String state, String reason) {
        return JSON.createObjectNode().put("state", state).put("reason", reason).toString();
    }
}
