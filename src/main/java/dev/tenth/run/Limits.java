package dev.tenth.run;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * What the runs of a service may take.
 *
 * @param queuedRuns runs that wait for threads; one more is refused
 * @param keptRuns runs of any state; one more is refused until one is deleted, because nothing is removed unasked
 * @param modelBytes native memory of one run: model, gradients, optimizer state, the activations of a step and its data; a run
 *     that needs more is refused
 * @param trainingBytes the same of all runs that are under way; a run that does not fit beside the others waits
 * @param checkpointsKept checkpoints of one run; the older ones thin out. As many as these can be pinned beside them
 */
public record Limits(int queuedRuns, int keptRuns, long modelBytes, long trainingBytes, int checkpointsKept) {
    /** The first, the last and one between them. */
    private static final int FEWEST_CHECKPOINTS = 3;

    private static final long GIB = 1L << 30;
    /** The JVM outside its heap, and libtorch's code. */
    private static final long SERVICE_BYTES = GIB / 2;

    public static final Limits DEFAULT = new Limits(100, 1_000, 4 * GIB, 8 * GIB, 50);

    public Limits {
        requireAtLeast(0, "queuedRuns", queuedRuns);
        requireAtLeast(1, "keptRuns", keptRuns);
        requireAtLeast(1, "modelBytes", modelBytes);
        requireAtLeast(1, "trainingBytes", trainingBytes);
        requireAtLeast(FEWEST_CHECKPOINTS, "checkpointsKept", checkpointsKept);
    }

    /** What one run may take. */
    long runBytes() {
        return Math.min(modelBytes, trainingBytes);
    }

    /**
     * What the machine, or the container, has left for training beside the heap, the models that are served and the service
     * itself; a quarter of it at least.
     *
     * @param servedBytes for the models that are served
     */
    public static long trainingBytes(long servedBytes) {
        long machine = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        long others = Runtime.getRuntime().maxMemory() + servedBytes + SERVICE_BYTES;
        return Math.max(machine / 4, machine - others);
    }

    private static void requireAtLeast(long least, String name, long value) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": " + value + " is not at least " + least);
        }
    }
}
