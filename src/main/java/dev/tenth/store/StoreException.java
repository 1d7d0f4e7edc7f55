package dev.tenth.store;

/** The store could not do what was asked; the message names the file and the reason. */
public final class StoreException extends RuntimeException {
    private final boolean full;

    public StoreException(String message, Throwable cause, boolean full) {
        super(message, cause);
        this.full = full;
    }

    public StoreException(String message) {
        this(message, null, false);
    }

    /** Whether the disk has no space left: worth another try once there is some. */
    public boolean isFull() {
        return full;
    }
}
