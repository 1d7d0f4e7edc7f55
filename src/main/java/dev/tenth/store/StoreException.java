package dev.tenth.store;

/** The store could not do what was asked; the message names the file and the reason. */
public final class StoreException extends RuntimeException {
    private final Reason reason;

    /** What kind of failure it is: what the caller can do about it depends on that. */
    public enum Reason {
        /** The disk has no space left: worth another try once there is some. */
        FULL,
        /** The bytes are proven to be other than those that were written: no further try reads them. */
        CORRUPT,
        /** What was asked for is not there, or is not there any more. */
        MISSING,
        /** The store cannot be reached, or fails, or is busy: nothing is known about what it holds. Perhaps later. */
        UNAVAILABLE
    }

    public StoreException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public StoreException(Reason reason, String message) {
        this(reason, message, null);
    }

    public Reason reason() {
        return reason;
    }

    /** Whether the disk has no space left: worth another try once there is some. */
    public boolean isFull() {
        return reason == Reason.FULL;
    }
}
