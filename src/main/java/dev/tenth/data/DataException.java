package dev.tenth.data;

/** Data that is missing or broken; the message names the file, the place in it, what was expected and what was found. */
public final class DataException extends RuntimeException {
    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
