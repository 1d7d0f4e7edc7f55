package dev.tenth.serve.engine;

import java.time.Duration;

/**
 * What serving may take.
 *
 * @param threads that compute; each runs one model at a time
 * @param loadedBytes memory of the models that are loaded; those that nobody uses make room for others
 * @param idle how long a model that nobody uses stays loaded
 * @param waiting requests of one model that are under way; one more is refused
 * @param batchDelay how long a request waits at most for others to be computed with
 */
public record ServeLimits(int threads, long loadedBytes, Duration idle, int waiting, Duration batchDelay) {
    private static final long GIB = 1L << 30;

    public static final ServeLimits DEFAULT =
            new ServeLimits(threads(0), GIB, Duration.ofMinutes(10), 256, Duration.ofMillis(1));

    public ServeLimits {
        requireAtLeast(1, "threads", threads);
        requireAtLeast(1, "loadedBytes", loadedBytes);
        requireAtLeast(0, "idle", idle.toNanos());
        requireAtLeast(1, "waiting", waiting);
        requireAtLeast(0, "batchDelay", batchDelay.toNanos());
    }

    /** The wished number of threads; 0 is half of the cores, which leaves the other half to the training. */
    public static int threads(int wish) {
        return wish == 0 ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2) : wish;
    }

    private static void requireAtLeast(long least, String name, long value) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": " + value + " is not at least " + least);
        }
    }
}
