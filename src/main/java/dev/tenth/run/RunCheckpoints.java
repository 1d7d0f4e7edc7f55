package dev.tenth.run;

import dev.tenth.event.EventType;
import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.StoreException;
import dev.tenth.torch.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** The checkpoints of one run, within a bound: the older ones thin out. Safe for many threads. */
final class RunCheckpoints {
    /** So many of the newest are never thinned out. */
    private static final int RECENT = 10;

    private static final int PIECE_BYTES = 1 << 20;

    /** How often a checkpoint that cannot be read is tried, and how long between: a shortage of file handles passes. */
    private static final int READ_TRIES = 4;

    private static final Duration BETWEEN_READ_TRIES = Duration.ofMillis(500);
    private static final System.Logger LOG = System.getLogger(RunCheckpoints.class.getName());

    private final Checkpoints store;
    private final String run;
    private final int kept;
    private final Set<Long> pinned;

    /** Those of a run, with the pins that its log tells. */
    RunCheckpoints(RunContext context, String run) {
        this(
                context.checkpoints(),
                run,
                context.limits().checkpointsKept(),
                context.log().timeline(run, EventType.COMMAND_APPLIED).pinned());
    }

    /** Those of a new run, with nothing in its log. */
    static RunCheckpoints ofNew(RunContext context, String run) {
        return new RunCheckpoints(context.checkpoints(), run, context.limits().checkpointsKept(), Set.of());
    }

    /**
     * @param kept so many beside those that are pinned
     * @param pinned the steps whose checkpoints stay
     */
    RunCheckpoints(Checkpoints store, String run, int kept, Set<Long> pinned) {
        this.store = store;
        this.run = run;
        this.kept = kept;
        this.pinned = new HashSet<>(pinned);
    }

    /**
     * A checkpoint that is open to be read.
     *
     * @param content its tensors can be read as long as this is open
     */
    record Opened(Checkpoint checkpoint, SeekableByteChannel file, Safetensors content) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** Stores a state durably, then thins out the older ones. */
    Checkpoint write(long step, long seq, Safetensors content) {
        Checkpoint written = store.write(run, step, seq, content::write);
        try {
            thin();
        } catch (StoreException e) {
            // What was to be written is; the next one thins out again.
            LOG.log(System.Logger.Level.WARNING, "the checkpoints of run " + run + " cannot be thinned out", e);
        }
        return written;
    }

    /** Stores a copy of a checkpoint of another run, byte for byte. */
    Checkpoint copy(Opened from, long seq) {
        return store.write(run, from.checkpoint().step(), seq, channel -> {
            ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
            from.file().position(0);
            while (from.file().read(piece) >= 0) {
                channel.write(piece.flip());
                piece.compact();
            }
        });
    }

    /**
     * From now on the checkpoint of this step stays.
     *
     * @return false if it was pinned already
     * @throws RefusedException if it is not there, or too many are pinned
     */
    synchronized boolean pin(long step) {
        Set<Long> steps = store.list(run).stream().map(Checkpoint::step).collect(Collectors.toSet());
        if (!steps.contains(step)) {
            throw new RefusedException(
                    Reason.NO_SUCH_CHECKPOINT, "step", "step: the checkpoint of step " + step + " was thinned out");
        }
        if (!pinned.contains(step) && pinned.stream().filter(steps::contains).count() >= kept) {
            throw new RefusedException(
                    Reason.TOO_MANY_PINS,
                    "step",
                    "step: %d checkpoints of run %s are pinned already (tenth.limits.checkpoints); unpin one first"
                            .formatted(kept, run));
        }
        return pinned.add(step);
    }

    /** The checkpoint of this step may be thinned out again; false if it was not pinned. */
    synchronized boolean unpin(long step) {
        return pinned.remove(step);
    }

    synchronized Set<Long> pinned() {
        return Set.copyOf(pinned);
    }

    int count() {
        return store.list(run).size();
    }

    /**
     * The newest whole one. What is proven to be corrupt, or of which the log knows nothing, is put into quarantine and passed
     * over for the one before. What merely cannot be read is left alone.
     *
     * @param lastSeq the last event in the log
     * @param broken told of each that is passed over, and why
     * @throws UnreadableException if one cannot be read, also not when tried again
     */
    Optional<Opened> newest(long lastSeq, BiConsumer<Checkpoint, String> broken) {
        for (Checkpoint checkpoint : store.list(run).reversed()) {
            if (checkpoint.seq() > lastSeq) {
                // A checkpoint is written after its events. Here the log has lost some, and may get others in their
                // place.
                String reason = "it includes event " + checkpoint.seq() + ", and the log ends at " + lastSeq;
                store.quarantine(checkpoint, Checkpoints.Flaw.ORPHAN, reason);
                broken.accept(checkpoint, reason);
                continue;
            }
            Optional<Opened> opened = patiently(checkpoint, broken);
            if (opened.isPresent()) {
                return opened;
            }
        }
        return Optional.empty();
    }

    /** Empty if it is corrupt, which is told, or was thinned out meanwhile. */
    private Optional<Opened> patiently(Checkpoint checkpoint, BiConsumer<Checkpoint, String> broken) {
        for (int tries = 1; ; tries++) {
            try {
                return Optional.of(open(checkpoint));
            } catch (StoreException e) {
                if (e.reason() == StoreException.Reason.CORRUPT) {
                    broken.accept(checkpoint, e.getMessage());
                    return Optional.empty();
                }
                if (e.reason() == StoreException.Reason.MISSING) {
                    return Optional.empty();
                }
                if (tries == READ_TRIES || !rests()) {
                    throw new UnreadableException(checkpoint, e);
                }
            }
        }
    }

    /** False if the thread shall end. */
    private static boolean rests() {
        try {
            Thread.sleep(BETWEEN_READ_TRIES);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A checkpoint is there and cannot be read: perhaps later. */
    static final class UnreadableException extends RuntimeException {
        UnreadableException(Checkpoint checkpoint, Exception cause) {
            super("the checkpoint of step " + checkpoint.step() + " cannot be read: " + cause.getMessage(), cause);
        }
    }

    /** The one of a step, or the newest. */
    Optional<Checkpoint> find(Optional<Long> step) {
        List<Checkpoint> all = store.list(run);
        return all.reversed().stream()
                .filter(checkpoint -> step.isEmpty() || checkpoint.step() == step.get())
                .findFirst();
    }

    /**
     * The one of a step, or the newest, to be read. One that is thinned out while it is being opened is not there; of the
     * newest a corrupt one is passed over for the one before.
     *
     * @throws RefusedException if the one that is asked for is corrupt, naming the others
     * @throws StoreException if it cannot be read
     */
    Optional<Opened> open(Optional<Long> step) {
        Optional<Checkpoint> found = find(step);
        while (found.isPresent()) {
            try {
                return Optional.of(open(found.get()));
            } catch (StoreException e) {
                if (step.isPresent() && e.reason() == StoreException.Reason.CORRUPT) {
                    throw new RefusedException(
                            Reason.NO_SUCH_CHECKPOINT,
                            "step",
                            "step: the checkpoint of step " + step.get() + " is corrupt; there are those of steps "
                                    + store.list(run).stream()
                                            .map(Checkpoint::step)
                                            .toList());
                }
                Optional<Checkpoint> again = find(step);
                if (again.equals(found)) {
                    throw e; // it is there, but cannot be read
                }
                found = again;
            }
        }
        return Optional.empty();
    }

    /** Why one that is asked for cannot be had. */
    RefusedException missing(Optional<Long> step) {
        return new RefusedException(
                Reason.NO_SUCH_CHECKPOINT,
                "step",
                "step: run " + run + " has no checkpoint"
                        + step.map(s -> " of step " + s).orElse("") + "; it has "
                        + store.list(run).stream().map(Checkpoint::step).toList());
    }

    private Opened open(Checkpoint checkpoint) {
        SeekableByteChannel file = store.open(checkpoint);
        try {
            return new Opened(checkpoint, file, Safetensors.open(file));
        } catch (IOException e) {
            StoreException failure = new StoreException(
                    StoreException.Reason.UNAVAILABLE,
                    "checkpoint: that of step %d of run %s cannot be read: %s"
                            .formatted(checkpoint.step(), run, e.getMessage()),
                    e);
            try {
                file.close();
            } catch (IOException closing) {
                failure.addSuppressed(closing);
            }
            throw failure;
        }
    }

    private synchronized void thin() {
        List<Checkpoint> all = new ArrayList<>(store.list(run));
        long free = all.stream().filter(this::isFree).count();
        for (; free > kept; free--) {
            store.delete(all.remove(leastMissed(all)));
        }
    }

    private boolean isFree(Checkpoint checkpoint) {
        return !pinned.contains(checkpoint.step());
    }

    /**
     * The one whose removal leaves the smallest gap for its age, so that the distances double towards the past. The first, the
     * recent and the pinned ones stay.
     */
    private int leastMissed(List<Checkpoint> all) {
        long last = all.getLast().step();
        int recent = Math.min(RECENT, kept / 2);
        int least = -1;
        double smallest = Double.POSITIVE_INFINITY;
        for (int i = 1; i < all.size() - recent; i++) {
            double gap = all.get(i + 1).step() - all.get(i - 1).step();
            double age = last - all.get(i).step();
            if (isFree(all.get(i)) && gap / age < smallest) {
                smallest = gap / age;
                least = i;
            }
        }
        return least;
    }
}
