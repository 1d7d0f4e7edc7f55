package dev.tenth.http;

import java.time.Duration;

/**
 * What the bodies of requests may take.
 *
 * @param largest bytes of one
 * @param together bytes of all that are under way, and of large answers
 * @param reading bodies that are being read at the same time
 * @param pause how long a client may send nothing before its body is whole
 * @param duration how long a body may take as a whole
 */
public record BodyLimits(int largest, long together, int reading, Duration pause, Duration duration) {
    /** A file of a user may have 32 MiB, and what stands around it is little. */
    private static final int LARGEST = 33 << 20;

    private static final int READING = 1000;
    private static final Duration DURATION = Duration.ofMinutes(10);

    public BodyLimits(long together, Duration pause) {
        this(LARGEST, together, READING, pause, DURATION);
    }
}
