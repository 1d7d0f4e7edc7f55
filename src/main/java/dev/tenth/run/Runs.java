package dev.tenth.run;

import dev.tenth.store.RunEntry;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The runs of the service: made, commanded, found and removed here. Safe for many threads. */
public interface Runs {
    /** Seeds are shown to people: no larger than a double can carry through JavaScript. */
    long LARGEST_SEED = (1L << 53) - 1;

    /**
     * A wish for a run.
     *
     * @param preset the recipe's default one if empty
     * @param parameters those that differ from the preset's
     * @param seed a new one if empty
     */
    record Submission(
            String recipe,
            Optional<String> preset,
            Map<String, Object> parameters,
            Optional<Long> seed,
            Optional<String> name) {}

    /**
     * Queues a run.
     *
     * @param idempotencyKey the same key with the same submission gives the run that it made first
     * @throws RefusedException if there is no such recipe or preset, the model is too large, the queue is full, or the key was
     *     used for something else
     * @throws dev.tenth.recipe.Schema.InvalidParametersException if a parameter cannot be
     */
    RunEntry submit(Submission submission, Optional<String> idempotencyKey);

    /**
     * Asks something of a run.
     *
     * @return the id of the command, which comes back in {@code command.applied} unless the run fails before that; for a fork
     *     also the new run
     * @throws RefusedException if there is no such run, or it is in a state that knows no such command
     * @throws dev.tenth.recipe.Schema.InvalidParametersException if a parameter cannot be turned so
     */
    Accepted command(String run, Command command);

    /** A command that will be carried out. */
    record Accepted(String id, Optional<String> forked) {}

    /**
     * Pins a checkpoint, so that it is never thinned out, or lets go of it. It takes effect at once, in every state of the run,
     * and is recorded as {@code command.applied}.
     *
     * @return false if it was so already
     * @throws RefusedException if there is no such run or checkpoint, or too many are pinned
     */
    boolean pin(String run, long step, boolean pinned);

    /** The steps of the run whose checkpoints are pinned. */
    Set<Long> pinned(String run);

    Optional<RunEntry> find(String run);

    /** What the store tells of a run, with its state as it is where the store cannot tell it, because the disk is full or broken. */
    RunEntry current(RunEntry stored);

    /**
     * Removes a run, stopping it first, with its checkpoints.
     *
     * @throws RefusedException if there is no such run
     */
    void delete(String run);

    /** A request that is well-formed but cannot be granted. */
    final class RefusedException extends RuntimeException {
        private final Reason reason;
        private final String field;

        public RefusedException(Reason reason, String field, String message) {
            super(message);
            this.reason = reason;
            this.field = field;
        }

        public Reason reason() {
            return reason;
        }

        /** The field of the request that is meant; empty if none is. */
        public String field() {
            return field;
        }
    }

    /** Why a request is not granted. */
    enum Reason {
        NO_SUCH_RUN,
        NO_SUCH_RECIPE,
        NO_SUCH_PRESET,
        NO_SUCH_CHECKPOINT,
        TOO_MANY_PINS,
        WRONG_STATE,
        /** A run was stored by a version that knew what this one does not know. */
        OTHER_VERSION,
        KEY_CONFLICT,
        MODEL_TOO_LARGE,
        UNFIT_STATE,
        QUEUE_FULL,
        /** Somebody else does something about the run for longer than one waits. */
        BUSY,
        /** The service is about to end. */
        LEAVING
    }
}
