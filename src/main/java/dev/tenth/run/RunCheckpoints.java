package dev.tenth.run;

import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.StoreException;
import dev.tenth.torch.Safetensors;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The checkpoints of one run. */
final class RunCheckpoints {
    /** So many of the newest are never thinned out. */
    private static final int RECENT = 10;

    private final Checkpoints store;
    private final String run;
    private final int kept;

    RunCheckpoints(Checkpoints store, String run, int kept) {
        this.store = store;
        this.run = run;
        this.kept = kept;
    }

    /** A checkpoint with what is in it. */
    record Loaded(Checkpoint checkpoint, Safetensors content) {}

    /** Stores a state durably, then thins out the older ones. */
    Checkpoint write(long step, long seq, Safetensors content) {
        Checkpoint written = store.write(run, step, seq, content::write);
        thin();
        return written;
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

    Loaded load(Checkpoint checkpoint) throws IOException {
        try (ReadableByteChannel channel = store.open(checkpoint)) {
            return new Loaded(checkpoint, Safetensors.read(channel));
        }
    }

    private void thin() {
        List<Checkpoint> all = new ArrayList<>(store.list(run));
        while (all.size() > kept) {
            store.delete(all.remove(leastMissed(all)));
        }
    }

    /**
     * The one whose removal leaves the smallest gap for its age, so that the distances double towards the past. The first
     * and the recent ones stay.
     */
    private static int leastMissed(List<Checkpoint> all) {
        long last = all.getLast().step();
        int recent = Math.min(RECENT, all.size() / 2);
        int least = 1;
        double smallest = Double.POSITIVE_INFINITY;
        for (int i = 1; i < all.size() - recent; i++) {
            double gap = all.get(i + 1).step() - all.get(i - 1).step();
            double age = last - all.get(i).step();
            if (gap / age < smallest) {
                smallest = gap / age;
                least = i;
            }
        }
        return least;
    }
}
