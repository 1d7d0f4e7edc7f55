package dev.tenth.torch;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a training or a program saves, as it is at a moment. */
public final class SavedState {
    private SavedState() {}

    /** A copy in the JVM's memory, which can be compared and outlives what it was copied from. */
    public static Map<String, TensorSource> copy(Map<String, TensorSource> state) {
        Map<String, TensorSource> copy = new LinkedHashMap<>();
        state.forEach((name, tensor) -> copy.put(name, tensor.read()));
        return copy;
    }
}
