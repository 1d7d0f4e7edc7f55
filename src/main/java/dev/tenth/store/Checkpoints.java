package dev.tenth.store;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
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

    /** The runs that have checkpoints, known to the log or not. */
    List<String> runs();

    /** The checkpoints of a run, oldest step first, not checked. What else lies beside them is not among them. */
    List<Checkpoint> list(String run);

    /**
     * The checked bytes of a checkpoint, for one thread at a time; they stay readable when it is deleted meanwhile. One whose bytes are proven to be other than those that were written is put into
     * quarantine by that ({@link Flaw#CORRUPT}). Nothing else that fails here touches it.
     *
     * @throws StoreException {@link StoreException.Reason#CORRUPT} if that was done; {@link StoreException.Reason#MISSING}
     *     if it is not there; another if it cannot be read now
     */
    SeekableByteChannel open(Checkpoint checkpoint);

    /** Why a checkpoint is of no use. */
    enum Flaw {
        /** Its bytes are not those that were written. */
        CORRUPT,
        /** It tells of events that the log does not have. */
        ORPHAN
    }

    /**
     * Takes a checkpoint out of the list without deleting it: it stays beside the others, for a person to look at, until
     * {@link #deleteAll}.
     */
    void quarantine(Checkpoint checkpoint, Flaw flaw, String reason);

    /** How many were put into quarantine since the store was opened. */
    long quarantined();

    /** Removes a checkpoint, if it is there. */
    void delete(Checkpoint checkpoint);

    /** Removes all checkpoints of a run, with those in quarantine. What is not the store's stays. */
    void deleteAll(String run);
}
