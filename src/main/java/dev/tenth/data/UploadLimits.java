package dev.tenth.data;

/**
 * What is taken from people.
 *
 * @param bytes of a file
 * @param uploads files that are kept
 */
record UploadLimits(int bytes, int uploads, TableLimits table, ImageLimits images) {
    static final UploadLimits DEFAULT = new UploadLimits(32 << 20, 200, TableLimits.DEFAULT, ImageLimits.DEFAULT);
}
