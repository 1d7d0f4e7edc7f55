package dev.tenth.recipe;

import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.recipe.Schema.Violation;
import dev.tenth.torch.Device;
import java.util.List;
import java.util.Optional;

/**
 * How a run goes on, whatever it trains.
 *
 * @param threads intra-op threads; fixed when a run is created, since another count may round differently
 * @param device the name of a {@link Device}, or {@link #AUTO}
 */
public record Pace(
        @Parameter(help = "Threads of the run", min = 1, max = 64)
        int threads,

        @Parameter(help = "Steps between two checkpoints", min = 1, max = 1_000_000, unit = "steps")
        int checkpointEvery,

        @Parameter(
                help = "Steps between two pictures, with what is judged for them",
                min = 1,
                max = 1_000_000,
                unit = "steps",
                turnable = true)
        int showEvery,

        @Parameter(help = "Where it computes: cpu, cuda:0 …, or auto, where the service does", max = 16)
        String device,

        @Parameter(help = "Stop at the first step after which a loss or a weight is not finite")
        boolean stopAtNonFinite) {
    /** Where the service computes. */
    public static final String AUTO = "auto";

    public Pace {
        if (!device.equals(AUTO) && Device.named(device).isEmpty()) {
            throw new InvalidParametersException(List.of(new Violation("device", device, "auto, cpu or cuda:N")));
        }
    }

    /** On the service's device, as long as everything is finite. */
    public Pace(int threads, int checkpointEvery, int showEvery) {
        this(threads, checkpointEvery, showEvery, AUTO, true);
    }

    /** The device that is asked for, if it is a certain one. */
    public Optional<Device> wish() {
        return Device.named(device);
    }
}
