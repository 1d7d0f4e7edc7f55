package dev.tenth.run;

import dev.tenth.event.CurrentState;
import dev.tenth.event.Event;
import dev.tenth.event.EventCodec;
import dev.tenth.event.EventData;
import dev.tenth.event.EventType;
import dev.tenth.event.JsonObjects;
import dev.tenth.event.RunState;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
    /** A large model has hundreds; the first tell where it began. */
    private static final int NAMED_TENSORS = 20;

    private final RunLog log;
    private final RunEntry origin;
    private final CurrentState current;
    private String parameters;
    private long steps;
    private long lastSeq;
    private int checkpoints;
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
        Lifecycle.state(entry);
        this.current = new CurrentState(
                entry.state(),
                entry.reason(),
                entry.step(),
                EventCodec.decodeFigures(entry.metrics()),
                entry.startedAt(),
                entry.endedAt());
        this.parameters = entry.parameters();
        this.steps = entry.steps();
        this.lastSeq = entry.lastSeq();
        this.checkpoints = entry.checkpoints();
    }

    /** The first event of a run, for {@link RunLog#create}. */
    static Event first(RunEntry run) {
        String data = EventCodec.encode(new EventData.State(run.state(), run.reason()));
        return new Event(run.id(), 1, 0, run.createdAt(), EventType.RUN_STATE.wire(), data);
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
        return Lifecycle.state(entry);
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
                current.state(),
                current.reason(),
                current.step(),
                steps,
                lastSeq,
                EventCodec.encodeFigures(current.metrics()),
                checkpoints,
                origin.createdAt(),
                current.startedAt(),
                current.endedAt());
    }

    /** The run is in another state, or in the same one for another reason. */
    synchronized void state(RunState next, String why) {
        append(current.step(), new EventData.State(next.name(), why));
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
        long step = current.step();
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
            append(step, new EventData.State(RunState.FAILED.name(), why));
            flush();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "that run " + origin.id() + " failed is not written", e);
        }
    }

    /** The run goes on from a state that includes the events up to {@code fromSeq}; later ones are superseded. */
    synchronized void resumed(long fromStep, long fromSeq) {
        append(fromStep, new EventData.Resumed(fromStep, Optional.of(fromSeq)));
    }

    /** A command took effect after a step. */
    synchronized void applied(long atStep, String id, Command command) {
        append(atStep, new EventData.CommandApplied(id, Lifecycle.type(command), atStep));
    }

    /** The checkpoint of a step was pinned, or let go of. That concerns no step of the training: it stands at the newest one. */
    synchronized void pinned(String id, long checkpoint, boolean pinned) {
        String type = pinned ? EventData.CommandApplied.PIN : EventData.CommandApplied.UNPIN;
        append(
                current.step(),
                new EventData.CommandApplied(id, type, current.step(), Map.of(), Map.of(), Optional.of(checkpoint)));
    }

    /** A checkpoint is durable. */
    synchronized void checkpoint(Checkpoint checkpoint, int kept) {
        checkpoints = kept;
        append(checkpoint.step(), new EventData.Checkpoint(checkpoint.step(), checkpoint.sha256(), checkpoint.bytes()));
    }

    /**
     * After a step values of some tensors are not finite.
     *
     * @param tensors their names, in the order of the model
     */
    synchronized void nonFinite(long atStep, List<String> tensors) {
        List<String> named = tensors.stream().limit(NAMED_TENSORS).toList();
        append(atStep, new EventData.NonFinite(atStep, tensors.size(), named));
    }

    /** What a step showed: all of it is in the log, or nothing. */
    void shown(long atStep, List<EventData> shown) {
        List<Draft> drafts = shown.stream().map(Draft::of).toList(); // before anybody else has to wait
        synchronized (this) {
            append(atStep, drafts);
        }
    }

    /** The number of the run's last step, which is told with the next event. */
    synchronized void steps(long last) {
        steps = last;
    }

    /**
     * Parameters were set after a step.
     *
     * @param inForce all of them, from now on
     * @param set what was set
     * @param previous the same parameters as they were
     */
    synchronized void turned(
            long atStep,
            String id,
            Map<String, Object> inForce,
            Map<String, Object> set,
            Map<String, Object> previous) {
        String before = parameters;
        parameters = JsonObjects.write(inForce);
        try {
            append(
                    atStep,
                    new EventData.CommandApplied(
                            id, EventData.CommandApplied.SET, atStep, set, previous, Optional.empty()));
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

    /** An event that has no place in the log yet. */
    private record Draft(EventData data, String json) {
        static Draft of(EventData data) {
            return new Draft(data, EventCodec.encode(data));
        }
    }

    private void append(long atStep, EventData data) {
        append(atStep, List.of(Draft.of(data)));
    }

    private void append(long atStep, List<Draft> drafts) {
        if (deleted) {
            throw new StoreException(Reason.MISSING, "run: " + origin.id() + " was removed");
        }
        Instant at = now();
        long seq = lastSeq;
        List<Event> events = new ArrayList<>(drafts.size());
        for (Draft draft : drafts) {
            seq++;
            events.add(
                    new Event(origin.id(), seq, atStep, at, draft.data().type().wire(), draft.json()));
            current.take(atStep, at, draft.data());
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
}
