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
    private static final int MIB = 1 << 20;

    /** A file of a user may have 32 MiB, and what stands around it is little. */
    public static final BodyLimits DEFAULT =
            new BodyLimits(33 * MIB, 256L * MIB, 1000, Duration.ofSeconds(10), Duration.ofMinutes(10));
}
