package dev.tenth.run;

/**
 * What the runs of a service may take.
 *
 * @param queuedRuns runs that wait for threads; one more is refused
 * @param keptRuns runs of any state; one more is refused until one is deleted, because nothing is removed unasked
 * @param modelBytes memory of one run's model with gradients and optimizer state; a larger one is refused
 * @param checkpointsKept checkpoints of one run; the older ones thin out. As many as these can be pinned beside them
 */
public record Limits(int queuedRuns, int keptRuns, long modelBytes, int checkpointsKept) {
    /** The first, the last and one between them. */
    private static final int FEWEST_CHECKPOINTS = 3;

    private static final long GIB = 1L << 30;

    public static final Limits DEFAULT = new Limits(100, 1_000, 4 * GIB, 50);

    public Limits {
        requireAtLeast(0, "queuedRuns", queuedRuns);
        requireAtLeast(1, "keptRuns", keptRuns);
        requireAtLeast(1, "modelBytes", modelBytes);
        requireAtLeast(FEWEST_CHECKPOINTS, "checkpointsKept", checkpointsKept);
    }

    private static void requireAtLeast(long least, String name, long value) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": " + value + " is not at least " + least);
        }
    }
}
