package dev.tenth.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.store.Checkpoints.Flaw;
import dev.tenth.store.StoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link Checkpoints} must hold. */
public abstract class CheckpointsContract {
    /** Checkpoints over the same place each time they are opened; the former ones are closed. */
    protected abstract Checkpoints openCheckpoints();

    /** Changes what is stored as the content of a checkpoint. */
    protected abstract void corrupt(Checkpoint checkpoint) throws IOException;

    /** Makes each attempt to read a checkpoint fail, though it is there. */
    protected abstract void makeUnreadable(Checkpoint checkpoint) throws IOException;

    /** Makes the checkpoint readable again. */
    protected abstract void makeReadable(Checkpoint checkpoint) throws IOException;

    /** Puts what is not the store's beside the checkpoints of a run: a file, a directory, and names that are nearly theirs. */
    protected abstract void litter(String run) throws IOException;

    protected static Checkpoint write(Checkpoints checkpoints, long step, long seq, String text) {
        return checkpoints.write(
                "r", step, seq, channel -> channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    protected static String read(Checkpoints checkpoints, Checkpoint checkpoint) throws IOException {
        try (ReadableByteChannel channel = checkpoints.open(checkpoint)) {
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void fails(Reason reason, Checkpoints checkpoints, Checkpoint checkpoint) {
        assertThatThrownBy(() -> checkpoints.open(checkpoint))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void checkpointsAreThereAfterReopeningOldestStepFirst() throws IOException {
        Checkpoint two = write(openCheckpoints(), 2, 9, "the second");
        Checkpoint one = write(openCheckpoints(), 1, 5, "the first");
        Checkpoints checkpoints = openCheckpoints();
        assertThat(checkpoints.list("r")).containsExactly(one, two);
        assertThat(read(checkpoints, two)).isEqualTo("the second");
        assertThat(checkpoints.list("another")).isEmpty();
    }

    @Test
    void aStepHasOneCheckpointTheLatest() throws IOException {
        Checkpoints checkpoints = openCheckpoints();
        write(checkpoints, 1, 5, "the first");
        Checkpoint again = write(checkpoints, 1, 6, "again");
        assertThat(checkpoints.list("r")).containsExactly(again);
        assertThat(read(checkpoints, again)).isEqualTo("again");
    }

    @Test
    void aCheckpointWhoseContentFailsIsNotThere() {
        Checkpoints checkpoints = openCheckpoints();
        assertThatThrownBy(() -> checkpoints.write("r", 1, 5, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[10]));
                    throw new IOException("no more");
                }))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no more");
        assertThat(checkpoints.list("r")).isEmpty();
    }

    @Test
    void aCorruptCheckpointGoesIntoQuarantineAndTheOthersStay() throws IOException {
        Checkpoints checkpoints = openCheckpoints();
        Checkpoint one = write(checkpoints, 1, 5, "the first");
        Checkpoint two = write(checkpoints, 2, 9, "the second");
        corrupt(two);
        fails(Reason.CORRUPT, checkpoints, two);
        assertThat(checkpoints.list("r")).containsExactly(one);
        assertThat(checkpoints.quarantined()).isEqualTo(1);
        fails(Reason.MISSING, checkpoints, two);
        assertThat(read(checkpoints, one)).isEqualTo("the first");
        Checkpoint anew = write(checkpoints, 2, 9, "the second");
        assertThat(read(checkpoints, anew)).isEqualTo("the second");
    }

    @Test
    void aCheckpointThatCannotBeReadStays() throws IOException {
        Checkpoints checkpoints = openCheckpoints();
        Checkpoint one = write(checkpoints, 1, 5, "the first");
        makeUnreadable(one);
        fails(Reason.UNAVAILABLE, checkpoints, one);
        makeReadable(one);
        assertThat(checkpoints.list("r")).containsExactly(one);
        assertThat(read(checkpoints, one)).isEqualTo("the first");
        assertThat(checkpoints.quarantined()).isZero();
    }

    @Test
    void anOrphanGoesIntoQuarantine() {
        Checkpoints checkpoints = openCheckpoints();
        Checkpoint one = write(checkpoints, 1, 5, "the first");
        checkpoints.quarantine(one, Flaw.ORPHAN, "the log ends at 3");
        checkpoints.quarantine(one, Flaw.ORPHAN, "once more does nothing");
        assertThat(checkpoints.list("r")).isEmpty();
        assertThat(checkpoints.quarantined()).isEqualTo(1);
    }

    @Test
    void whatWasRemovedIsMissing() throws IOException {
        Checkpoints checkpoints = openCheckpoints();
        Checkpoint one = write(checkpoints, 1, 5, "the first");
        Checkpoint two = write(checkpoints, 2, 9, "the second");
        checkpoints.delete(one);
        checkpoints.delete(one);
        fails(Reason.MISSING, checkpoints, one);
        assertThat(checkpoints.list("r")).containsExactly(two);
        checkpoints.deleteAll("r");
        checkpoints.deleteAll("r");
        assertThat(checkpoints.list("r")).isEmpty();
    }

    @Test
    void whatIsNotTheStoresPreventsNothing() throws IOException {
        litter("r");
        Checkpoints checkpoints = openCheckpoints();
        Checkpoint one = write(checkpoints, 5, 5, "the first");
        litter("r");
        checkpoints = openCheckpoints();
        Checkpoint again = write(checkpoints, 5, 7, "again");
        assertThat(checkpoints.list("r")).containsExactly(again);
        assertThat(one).isNotEqualTo(again);
        checkpoints.deleteAll("r");
        assertThat(checkpoints.list("r")).isEmpty();
    }
}
