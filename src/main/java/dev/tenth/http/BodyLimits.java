package dev.tenth.http;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What the bodies of requests may take.
 *
 * @param directory where a body is that is too large for the memory; what a killed service leaves there ends in {@code .tmp}
 * @param reading bodies that are received or used at the same time; one more gets 503
 * @param pause how long a client may send nothing before its body is whole; then it gets 408
 */
public record BodyLimits(Path directory, int reading, Duration pause) {
    /** Bytes of one body: a file of a user may have 32 MiB, and what stands around it is little. */
    static final int LARGEST = 33 << 20;

    /** Bytes of a body that is kept in memory; a larger one is in a file. */
    static final int LARGEST_IN_MEMORY = 1 << 20;

    /** Bytes of all bodies in files; a body that finds no room there gets 503. */
    static final long FILES = 1L << 30;

    /** Bytes a second that a body must bring on average, after a grace of twice {@link #pause}; a slower one gets 408. */
    static final long SLOWEST = 16 << 10;

    public BodyLimits {
        if (reading < 1) {
            throw new IllegalArgumentException("tenth.limits.bodies: " + reading + " is not at least 1");
        }
        if (pause.toMillis() < 1) {
            throw new IllegalArgumentException("tenth.limits.body-pause: " + pause + " is not at least 1 ms");
        }
    }
}
