package dev.tenth.store.embedded;

import java.time.Duration;

/**
 * What the embedded store may take.
 *
 * @param queuedEvents how many events wait to be written before an append blocks
 * @param queuedBytes how many bytes of data wait to be written before an append blocks
 * @param eventBytes the largest data of one event; a larger one is refused
 * @param readBytes how many bytes of data one read returns, beside one event that is larger by itself
 * @param readers how many threads read at the same time; the others wait
 * @param ballastBytes the reserve on the disk that is given up when it is full, for the last words of the runs
 * @param freeBytes what must be free beside the ballast before a full disk counts as one with space again
 * @param deletedRuns of how many removed runs it is remembered that they were there
 * @param longestWait how long a call waits for the disk, for a connection or for room in the queue before it fails
 */
public record StoreLimits(
        int queuedEvents,
        long queuedBytes,
        long eventBytes,
        long readBytes,
        int readers,
        long ballastBytes,
        long freeBytes,
        int deletedRuns,
        Duration longestWait) {
    private static final long MIB = 1 << 20;

    public static final StoreLimits DEFAULT =
            new StoreLimits(10_000, 64 * MIB, 16 * MIB, 4 * MIB, 4, 16 * MIB, 64 * MIB, 10_000, Duration.ofSeconds(30));

    public StoreLimits {
        requirePositive("queuedEvents", queuedEvents);
        requirePositive("queuedBytes", queuedBytes);
        requirePositive("eventBytes", eventBytes);
        requirePositive("readBytes", readBytes);
        requirePositive("readers", readers);
        requirePositive("ballastBytes", ballastBytes);
        requirePositive("freeBytes", freeBytes);
        requirePositive("deletedRuns", deletedRuns);
        requirePositive("longestWait", longestWait.toMillis());
    }

    /** The same but for the longest wait. */
    public StoreLimits withLongestWait(Duration wait) {
        return new StoreLimits(
                queuedEvents, queuedBytes, eventBytes, readBytes, readers, ballastBytes, freeBytes, deletedRuns, wait);
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": " + value + " is not at least 1");
        }
    }
}
