package dev.tenth.data;

import java.time.Duration;

/**
 * What is taken from people.
 *
 * @param bytes of a file
 * @param uploads files that are kept
 * @param waiting files that wait to be read at the same time
 * @param time that reading one may take
 */
record UploadLimits(int bytes, int uploads, int waiting, Duration time, TableLimits table, ImageLimits images) {
    static final UploadLimits DEFAULT =
            new UploadLimits(32 << 20, 200, 64, Duration.ofMinutes(1), TableLimits.DEFAULT, ImageLimits.DEFAULT);
}
