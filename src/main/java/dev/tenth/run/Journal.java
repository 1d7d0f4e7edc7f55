package dev.tenth.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.run.EventEncoder.Draft;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The writer's end of one run's log: it numbers the events, and folds them into the run's entry. Appending does not wait for
 * the disk, except for the store's back-pressure.
 *
 * <p>Invariant: one journal at a time writes a run, so its numbers have no holes. After an append that failed, every later one
 * and every {@link #flush} fails with its reason: the log sees to that.
 */
final class Journal {
    private static final System.Logger LOG = System.getLogger(Journal.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();
    /** A large model has hundreds; the first tell where it began. */
    private static final int NAMED_TENSORS = 20;

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
    private CompletableFuture<Void> pending = CompletableFuture.completedFuture(null);
    private volatile boolean deleted;
    /** The last append was not taken. */
    private volatile boolean refused;
    /** What was appended did not become durable when it was waited for. */
    private volatile boolean late;
    /** How the run stands, for those who must not wait while an append waits for the disk. */
    private volatile RunEntry entry;

    /**
     * Writes on from where the entry stands.
     *
     * @throws Runs.RefusedException if this version does not know the entry's state
     */
    Journal(RunLog log, RunEntry entry) {
        this.log = log;
        this.origin = entry;
        this.entry = entry;
        take(entry);
        JsonObjects.read(entry.metrics())
                .forEach((name, value) -> metrics.put(name, value instanceof Number n ? n.doubleValue() : null));
    }

    private void take(RunEntry entry) {
        this.parameters = entry.parameters();
        this.state = RunState.of(entry);
        this.reason = entry.reason();
        this.step = entry.step();
        this.steps = entry.steps();
        this.lastSeq = entry.lastSeq();
        this.checkpoints = entry.checkpoints();
        this.startedAt = entry.startedAt();
        this.endedAt = entry.endedAt();
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

    /** How the run stands, also where the log cannot tell it. It does not wait. */
    RunEntry entry() {
        return entry;
    }

    RunState state() {
        return RunState.of(entry);
    }

    long step() {
        return entry.step();
    }

    long lastSeq() {
        return entry.lastSeq();
    }

    /**
     * Whether the log does not tell how the run stands, and it is not certain that it will: an append was refused, or waits
     * for longer than it should.
     */
    boolean isAhead() {
        return refused || late;
    }

    private RunEntry fold(long lastSeq) {
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

    /** The last word. Where the log does not take it, the run has ended all the same, and who asks is told so. */
    void end(RunState next, String why) {
        try {
            state(next, why);
            flush();
        } catch (RuntimeException e) {
            if (deleted) {
                return;
            }
            LOG.log(System.Logger.Level.ERROR, "the end of run " + origin.id() + " is not written", e);
            boolean written = e instanceof StoreException failure && failure.isFull(); // once there is space
            if (!written && next.isTerminal()) {
                fail(next == RunState.FAILED ? why : e.getMessage());
            }
        }
    }

    /**
     * The run has failed, and so has its log: says so after its last durable event. Where that cannot be written either, who
     * asks is told so all the same.
     */
    private synchronized void fail(String why) {
        try {
            RunEntry durable = log.reopen(origin.id());
            lastSeq = durable.lastSeq();
            step = durable.step();
            checkpoints = durable.checkpoints();
            pending = CompletableFuture.completedFuture(null);
            late = false;
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.ERROR, "the log of run " + origin.id() + " cannot be written again", e);
        }
        try {
            state(RunState.FAILED, why);
            flush();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "that run " + origin.id() + " failed is not written", e);
        }
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

    /**
     * After a step values of some tensors are not finite.
     *
     * @param tensors their names, in the order of the model
     */
    synchronized void nonFinite(long atStep, List<String> tensors) {
        ObjectNode data = JSON.createObjectNode().put("step", atStep).put("count", tensors.size());
        tensors.stream().limit(NAMED_TENSORS).forEach(data.putArray("tensors")::add);
        append(atStep, new Draft(EventType.NON_FINITE, data.toString()));
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

    /** Other parameters are in force after a step: all of them, and what is told of the change. */
    synchronized void turned(long atStep, String id, Map<String, Object> inForce, Map<String, ?> more) {
        String before = parameters;
        parameters = JsonObjects.write(inForce);
        try {
            applied(atStep, id, "set", more);
        } catch (RuntimeException e) {
            parameters = before;
            throw e;
        }
    }

    /**
     * Waits until everything that was appended is durable, within a bound.
     *
     * @throws StoreException if it never will be; {@linkplain StoreException#isFull() for want of space} if it is not yet, after
     *     which it can be waited for again
     */
    void flush() {
        try {
            log.flush(origin.id());
        } catch (StoreException e) {
            late = true;
            CompletableFuture<Void> last = last();
            last.thenRun(() -> late = false);
            if (!last.isDone()) {
                // A disk that takes too long is as good as a full one: nothing is lost, and another try is worth it.
                throw new StoreException(Reason.FULL, e.getMessage(), e);
            } else if (last.isCompletedExceptionally()) {
                throw e;
            }
        }
    }

    private synchronized CompletableFuture<Void> last() {
        return pending;
    }

    /** Calls once the log tells how the run stands, if ever, on the thread that writes. */
    synchronized void whenWritten(Runnable then) {
        pending.thenRun(() -> {
            if (!refused) {
                then.run();
            }
        });
    }

    /** Whether something that was appended is on its way to the disk. */
    synchronized boolean isPending() {
        return !pending.isDone();
    }

    /** Removes the run from the log. Nothing is written after it: appending throws from now on. */
    synchronized void delete() {
        log.delete(origin.id());
        deleted = true;
    }

    boolean isDeleted() {
        return deleted;
    }

    private void append(long atStep, Draft... drafts) {
        if (deleted) {
            throw new StoreException(Reason.MISSING, "run: " + origin.id() + " was removed");
        }
        step = atStep;
        Instant at = now();
        long seq = lastSeq;
        List<Event> events = new ArrayList<>(drafts.length);
        for (Draft draft : drafts) {
            seq++;
            events.add(new Event(origin.id(), seq, atStep, at, draft.type().wire(), draft.data()));
        }
        try {
            RunEntry next = fold(seq);
            CompletionStage<Void> written = log.append(next, events);
            // A failure stays: what follows on an event that is missing must not count as written.
            pending = pending.thenCombine(written, (_, _) -> null);
            refused = false;
            lastSeq = seq;
            entry = next;
        } catch (RuntimeException e) {
            entry = fold(lastSeq); // its numbers are free again, but the run stands as it stands
            refused = true;
            throw e;
        }
    }

    private static String stateData(String state, String reason) {
        return JSON.createObjectNode().put("state", state).put("reason", reason).toString();
    }
}
