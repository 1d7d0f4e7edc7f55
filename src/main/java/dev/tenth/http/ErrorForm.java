package dev.tenth.http;

/** How a protocol writes what went wrong. Paths that no form covers get the problem itself. */
public interface ErrorForm {
    /** Whether requests of a path expect this form. */
    boolean covers(String path);

    /**
     * The body of an error, as JSON.
     *
     * @param problem what is told
     * @param cause what it was made of
     */
    Object body(Problem problem, Throwable cause);
}
