package dev.tenth.run;

import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.StoreException;
import dev.tenth.torch.Safetensors;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
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

    private final Checkpoints store;
    private final String run;
    private final int kept;
    private final Set<Long> pinned;

    /** Those of a run, with the pins that its log tells. */
    RunCheckpoints(Workshop shop, String run) {
        this(shop.checkpoints(), run, shop.limits().checkpointsKept(), Pins.of(shop.log(), run));
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

    /** A checkpoint with what is in it. */
    record Loaded(Checkpoint checkpoint, Safetensors content) {}

    /** Stores a state durably, then thins out the older ones. */
    Checkpoint write(long step, long seq, Safetensors content) {
        Checkpoint written = store.write(run, step, seq, content::write);
        thin();
        return written;
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
     * The newest whole one. Checkpoints of which the log knows nothing are removed, broken ones too.
     *
     * @param lastSeq the last event in the log
     * @param broken told of each that is passed over, and why
     */
    Optional<Loaded> newest(long lastSeq, BiConsumer<Checkpoint, String> broken) {
        for (Checkpoint checkpoint : store.list(run).reversed()) {
            if (checkpoint.seq() > lastSeq) {
                store.delete(checkpoint); // the events before it never reached the disk: nobody saw it
                continue;
            }
            try {
                return Optional.of(load(checkpoint));
            } catch (StoreException | IOException e) {
                store.delete(checkpoint);
                broken.accept(checkpoint, e.getMessage());
            }
        }
        return Optional.empty();
    }

    /** The one of a step, or the newest. */
    Optional<Checkpoint> find(Optional<Long> step) {
        List<Checkpoint> all = store.list(run);
        return all.reversed().stream()
                .filter(checkpoint -> step.isEmpty() || checkpoint.step() == step.get())
                .findFirst();
    }

    /** The one of a step, or the newest, with what is in it. One that is thinned out while it is being opened is not there. */
    Optional<Loaded> read(Optional<Long> step) throws IOException {
        Optional<Checkpoint> found = find(step);
        while (found.isPresent()) {
            try {
                return Optional.of(load(found.get()));
            } catch (StoreException e) {
                Optional<Checkpoint> again = find(step);
                if (again.equals(found)) {
                    throw e; // it is there, but broken
                }
                found = again;
            }
        }
        return Optional.empty();
    }

    private Loaded load(Checkpoint checkpoint) throws IOException {
        try (ReadableByteChannel channel = store.open(checkpoint)) {
            return new Loaded(checkpoint, Safetensors.read(channel));
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
