package dev.tenth.data;

/**
 * How large a zip of pictures may be. Its own size says little: what it unpacks to is counted as well, and what is decoded.
 *
 * @param entries files and folders in it
 * @param pictures that are kept
 * @param entryBytes of one file, unpacked
 * @param unpackedBytes of all files together: pictures are packed already, so that these are few more than the zip has
 * @param pixels of one picture, by its header: more are not decoded
 * @param allPixels of all pictures together, by their headers: of more none is decoded
 * @param classes folders that count as classes; of more none does
 */
record ImageLimits(
        int entries, int pictures, int entryBytes, long unpackedBytes, long pixels, long allPixels, int classes) {
    static final ImageLimits DEFAULT =
            new ImageLimits(50_000, 10_000, 32 << 20, 256L << 20, 40_000_000, 200_000_000, 100);
    /** To learn from, and one to be tested with. */
    static final int FEWEST_PICTURES = 10;
    /** Pixels along the longer side of a picture: each row costs something, however short. */
    static final int LONGEST_SIDE = 20_000;
    /** Passes over one JPEG file: a progressive one has about ten, and each may cost as much as decoding a plain one. */
    static final int MOST_SCANS = 100;
}
