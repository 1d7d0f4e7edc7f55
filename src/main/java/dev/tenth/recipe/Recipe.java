package dev.tenth.recipe;

import java.util.List;

/**
 * One system of the series: everything that is special about it, and nothing else.
 *
 * @param <P> its parameter record; each component carries a {@link Parameter}
 */
public interface Recipe<P extends Record & Parameters> {
    /** What it is. */
    Card card();

    /** The name on the wire. */
    default String id() {
        return card().id();
    }

    /** The presets; the first is the default one. */
    List<Preset<P>> presets();

    /** The preset of this name; the default one if this version has none such (any more). */
    default Preset<P> presetOrDefault(String name) {
        return presets().stream()
                .filter(preset -> preset.name().equals(name))
                .findFirst()
                .orElseGet(() -> presets().getFirst());
    }

    /** The data, the model and its traced programs, ready for {@link Training#begin} or {@link Training#load}. */
    Training<P> prepare(P parameters, Setting setting);

    /**
     * The native memory in bytes that a run takes beside its data: parameters, gradients, optimizer state and what a step makes of
     * a batch. Known before anything starts, and rather too much than too little.
     */
    long memoryBytes(P parameters);

    /** What people and programs can do with what was learned. */
    default List<Ability<P>> abilities() {
        return List.of();
    }
}
