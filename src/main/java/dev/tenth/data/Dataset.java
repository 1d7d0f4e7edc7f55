package dev.tenth.data;

/**
 * The card of a data set.
 *
 * @param id its name on the wire
 * @param name its name for people; of an upload, the file's
 * @param bytes the size of its files; 0 if it is not available and its size is not known
 * @param sha256 of its file, in hex; of several, of all their bytes in the order in which they are read; empty if not known
 * @param summary counts for people: {@code "402 008 characters, 63 symbols"}
 * @param source where it comes from
 * @param licence under which it may be used
 * @param available whether its files are there; a set that is not may be downloaded when it is first read, or {@code make data}
 *     brings it
 */
public record Dataset(
        String id,
        String name,
        Kind kind,
        long bytes,
        String sha256,
        String summary,
        String source,
        String licence,
        boolean available) {

    /** What is in a data set. */
    public enum Kind {
        TEXT,
        /** One column of numbers. */
        NUMBERS,
        /** Rows of numbers, each with a class. */
        TABLE,
        /** Pictures, each with a class. */
        IMAGES
    }
}
