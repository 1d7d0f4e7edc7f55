package dev.tenth.recipe;

import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Resident;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The data that runs have in native memory: each once, as long as a run uses it. Safe for many threads. */
public final class Residents {
    private record Key(String data, Device device) {}

    private final Map<Key, Resident> known = new HashMap<>();

    /**
     * Data on a device; the caller is one of its users and releases it, as an executable does that it is given to.
     *
     * @param data names the content: a data set's id and what of it
     * @param content asked for if it is not there yet
     */
    public synchronized Resident get(String data, Device device, Supplier<HostTensor> content) {
        Key key = new Key(data, device);
        Resident there = known.get(key);
        if (there != null && there.retain()) {
            return there;
        }
        Resident made = new Resident(content.get(), device);
        known.put(key, made);
        return made;
    }

    /** The native memory that is taken, in bytes. */
    public synchronized long bytes() {
        known.values().removeIf(resident -> !resident.isAlive());
        return known.values().stream().mapToLong(Resident::bytes).sum();
    }
}
