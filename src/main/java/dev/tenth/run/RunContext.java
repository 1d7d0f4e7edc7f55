package dev.tenth.run;

import dev.tenth.data.Datasets;
import dev.tenth.recipe.Residents;
import dev.tenth.store.Blobs;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.RunLog;
import dev.tenth.torch.Device;

/**
 * What all runs of a service work with.
 *
 * @param cores how many threads compute at the same time
 * @param version of the service, written into checkpoints
 */
public record RunContext(
        RunLog log,
        Checkpoints checkpoints,
        Blobs blobs,
        Datasets data,
        Residents residents,
        Device device,
        int cores,
        Limits limits,
        RunMeters meters,
        String version) {}
