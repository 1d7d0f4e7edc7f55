package dev.tenth.data;

/**
 * How large a zip of pictures may be. Its own size says little: what it unpacks to is counted as well.
 *
 * @param entries files and folders in it
 * @param pictures that are kept
 * @param entryBytes of one file, unpacked
 * @param unpackedBytes of all files together
 * @param pixels of one picture, by its header: more are not decoded
 * @param classes folders that count as classes; of more none does
 */
record ImageLimits(int entries, int pictures, int entryBytes, long unpackedBytes, long pixels, int classes) {
    static final ImageLimits DEFAULT = new ImageLimits(50_000, 10_000, 32 << 20, 1L << 30, 40_000_000, 100);
    /** To learn from, and one to be tested with. */
    static final int FEWEST_PICTURES = 10;
}
