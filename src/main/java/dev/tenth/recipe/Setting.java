package dev.tenth.recipe;

import dev.tenth.data.DataException;
import dev.tenth.data.Datasets;
import dev.tenth.torch.Device;

/**
 * What a training gets from its run.
 *
 * @param seed the origin of everything random in the run
 * @param data the data sets of the house
 * @param residents what runs share of their data in native memory
 * @param progress told about long preparations
 * @param memoryBytes the native memory that the run may take
 */
public record Setting(
        Device device, long seed, Datasets data, Residents residents, Progress progress, long memoryBytes) {

    /** One with any amount of memory. */
    public Setting(Device device, long seed, Datasets data, Residents residents, Progress progress) {
        this(device, seed, data, residents, progress, Long.MAX_VALUE);
    }

    /**
     * Makes sure that the run may take so much memory, where only its data tells how much.
     *
     * @param cause what takes it, with its parameter's name
     * @throws DataException if it may not
     */
    public void requireMemory(long bytes, String cause) {
        if (bytes > memoryBytes) {
            throw new DataException("%s make the run take %,d MB, more than the %,d MB that are allowed"
                    .formatted(cause, bytes >> 20, memoryBytes >> 20));
        }
    }

    /** Hears how far a long preparation is, and stops it when the run was stopped. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Says how far the preparation is; cheap enough for an inner loop.
         *
         * @param what what is being done, for people
         * @param fraction from 0 to 1
         * @throws java.util.concurrent.CancellationException if the run was stopped
         */
        void at(String what, double fraction);
    }
}
