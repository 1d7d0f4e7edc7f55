package dev.tenth.serve.engine;

import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

/** A request that a model cannot serve; the message names what was asked for and what there is. */
public final class ModelException extends RuntimeException {
    private static final System.Logger LOG = System.getLogger(ModelException.class.getName());

    private final Reason reason;

    public ModelException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** A failure as it is told: what does not fit, or comes when the service is leaving, is not a fault. */
    static Throwable told(Throwable failure) {
        return switch (failure) {
            case CompletionException wrapped when wrapped.getCause() != null -> told(wrapped.getCause());
            case IllegalArgumentException wrong -> new ModelException(Reason.MALFORMED, wrong.getMessage());
            case RejectedExecutionException _ ->
                new ModelException(Reason.NO_ROOM, "the service is shutting down; try again later");
            default -> failure;
        };
    }

    /** A failure as a reason and for people; a fault is logged. */
    public static ModelException of(Throwable failure) {
        if (told(failure) instanceof ModelException said) {
            return said;
        }
        LOG.log(System.Logger.Level.ERROR, "a request failed", failure);
        return new ModelException(Reason.BROKEN, "the service's log has the details");
    }

    public Reason reason() {
        return reason;
    }

    /** Why a request is not served, and with which status HTTP says so. */
    public enum Reason {
        MALFORMED(400, "Malformed request"),
        /** The model is there, but what is asked for is not among its abilities. */
        OTHER_ABILITY(400, "Wrong kind of model"),
        NO_SUCH_MODEL(404, "No such model"),
        NO_SUCH_VERSION(404, "No such version"),
        /** The run has parameters that this version does not know. */
        OTHER_VERSION(409, "Stored by another version"),
        /** The state that was learned holds infinities or NaN. */
        NOT_FINITE(409, "Not finite"),
        DELETED(410, "Model deleted"),
        /** What the request accepts is not what the model gives. */
        NOT_ACCEPTABLE(406, "Not acceptable"),
        TOO_LARGE(413, "Too large"),
        /** What the request sends is not what the model takes. */
        UNSUPPORTED(415, "Unsupported media type"),
        UNREADABLE(422, "Unreadable picture"),
        /** The run has not written its first checkpoint. */
        NOT_YET(503, "No checkpoint yet"),
        NO_ROOM(503, "No room"),
        /** The checkpoint is there and cannot be read now. */
        UNAVAILABLE(503, "Checkpoint cannot be read"),
        BROKEN(500, "Internal error");

        private final int status;
        private final String title;

        Reason(int status, String title) {
            this.status = status;
            this.title = title;
        }

        public int status() {
            return status;
        }

        public String title() {
            return title;
        }
    }
}
