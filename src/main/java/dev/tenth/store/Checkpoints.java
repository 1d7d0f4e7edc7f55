package dev.tenth.store;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/** The stored states of runs. Safe for many threads. A checkpoint is there as a whole or not at all. */
public interface Checkpoints {

    /** Writes a checkpoint's bytes. */
    @FunctionalInterface
    interface Content {
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /**
     * Stores a checkpoint durably, in place of one of the same run and step.
     *
     * @throws StoreException if it cannot be written; {@link StoreException#isFull} says whether for want of space
     */
    Checkpoint write(String run, long step, long seq, Content content);

    /** The checkpoints of a run, oldest step first, not checked. */
    List<Checkpoint> list(String run);

    /**
     * The checked bytes of a checkpoint.
     *
     * @throws StoreException if it is torn or corrupted
     */
    ReadableByteChannel open(Checkpoint checkpoint);

    /** Removes a checkpoint, if it is there. */
    void delete(Checkpoint checkpoint);

    /** Removes all checkpoints of a run. */
    void deleteAll(String run);
}
