package dev.tenth.data;

/**
 * The card of a data set.
 *
 * @param id its name on the wire
 * @param name its name for people; of an upload, the file's
 * @param kind {@code text}, {@code numbers}, …
 * @param bytes the size of its file
 * @param sha256 of its file, in hex
 * @param summary counts for people: {@code "402 008 characters, 63 symbols"}
 * @param source where it comes from
 * @param licence under which it may be used
 */
public record Dataset(
        String id, String name, Kind kind, long bytes, String sha256, String summary, String source, String licence) {

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
