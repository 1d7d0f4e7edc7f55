package dev.tenth.recipe;

import java.util.List;

/**
 * A complete set-up of a recipe, as data.
 *
 * @param name {@code author}, {@code fixed}, {@code quick}, …: unique in its recipe
 * @param help one line for people: when to choose it
 * @param source where the set-up comes from
 * @param bounds the figures that a full run must reach
 */
public record Preset<P>(String name, String help, String source, P parameters, List<Bound> bounds) {
    public Preset {
        bounds = List.copyOf(bounds);
    }

    /** The same with the bounds one by one, or none. */
    public Preset(String name, String help, String source, P parameters, Bound... bounds) {
        this(name, help, source, parameters, List.of(bounds));
    }
}
