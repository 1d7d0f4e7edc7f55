package dev.tenth.run;

import dev.tenth.event.JsonObjects;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.RunEntry;
import java.util.Map;
import java.util.function.Supplier;

/** The parameters of a run as the store has them, perhaps written by another version of the service. */
public final class StoredParameters {
    private StoredParameters() {}

    /**
     * The parameters of a run. Those that came after it was stored have the values of its preset.
     *
     * @throws RefusedException for {@link Reason#OTHER_VERSION}, if it has parameters or values that the recipe no longer knows
     */
    public static <P extends Record & Parameters> P of(Recipe<P> recipe, RunEntry run) {
        return known(recipe, run, () -> Schema.of(recipe).with(ofPreset(recipe, run), values(run)));
    }

    /** What the run's preset says, for what the run itself does not tell. */
    static <P extends Record & Parameters> P ofPreset(Recipe<P> recipe, RunEntry run) {
        return recipe.presetOrDefault(run.preset()).parameters();
    }

    static Map<String, Object> values(RunEntry run) {
        return JsonObjects.read(run.parameters());
    }

    /** Reads what is stored, and tells what this version makes nothing of. */
    static <T> T known(Recipe<?> recipe, RunEntry run, Supplier<T> stored) {
        try {
            return stored.get();
        } catch (InvalidParametersException e) {
            throw new RefusedException(
                    Reason.OTHER_VERSION,
                    "params",
                    "params: run %s was stored by another version, and this one cannot read them for recipe %s (%s). Nothing is lost: the other version can continue it"
                            .formatted(run.id(), recipe.id(), e.getMessage()));
        }
    }
}
