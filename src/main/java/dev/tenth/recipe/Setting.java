package dev.tenth.recipe;

import dev.tenth.data.Datasets;
import dev.tenth.torch.Device;

/**
 * What a training gets from its run.
 *
 * @param seed the origin of everything random in the run
 * @param data the data sets of the house
 * @param residents what runs share of their data in native memory
 * @param progress told about long preparations
 */
public record Setting(Device device, long seed, Datasets data, Residents residents, Progress progress) {

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
