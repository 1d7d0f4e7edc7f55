package dev.tenth.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a call gave back: each value is copied out of native memory when it is first asked for, and freed there; the others are
 * forgotten when the method runs again. One thread uses it.
 */
final class Results extends AbstractMap<String, HostTensor> {
    private final List<String> names;
    private final NDList arrays;
    private final Map<String, HostTensor> copied = new HashMap<>();
    private boolean forgotten;

    Results(List<String> names, NDList arrays) {
        this.names = names;
        this.arrays = arrays;
    }

    @Override
    public HostTensor get(Object name) {
        int place = names.indexOf(name);
        return place < 0 ? null : copied.computeIfAbsent(names.get(place), _ -> copyOut(place));
    }

    private HostTensor copyOut(int place) {
        if (forgotten) {
            throw new IllegalStateException(names.get(place) + ": it was not asked for before the method ran again");
        }
        try (NDArray array = arrays.get(place)) {
            return NativeArrays.copyOut(array);
        }
    }

    @Override
    public Set<Entry<String, HostTensor>> entrySet() {
        Map<String, HostTensor> all = new LinkedHashMap<>();
        names.forEach(name -> all.put(name, get(name)));
        return Collections.unmodifiableMap(all).entrySet();
    }

    void forget() {
        forgotten = true;
        arrays.close();
    }
}
