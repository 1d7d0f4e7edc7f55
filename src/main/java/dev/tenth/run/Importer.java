package dev.tenth.run;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.Torch;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a run of a state that was trained elsewhere: at its end, with that state as its checkpoint. It can be served, and forked to
 * be trained on. What a checkpoint of ours says of itself (recipe, parameters, seed, step) is taken from there.
 */
final class Importer {
    private final Workshop shop;
    private final Ids ids;

    Importer(Workshop shop, Ids ids) {
        this.shop = shop;
        this.ids = ids;
    }

    /**
     * The parameters of a file's run.
     *
     * @param preset from which the parameters start that the file does not tell
     */
    static <P extends Record & Parameters> P parameters(Recipe<P> recipe, Preset<P> preset, Safetensors file) {
        return Schema.of(recipe).with(preset.parameters(), parameters(file.metadata()));
    }

    /**
     * Takes a state over.
     *
     * @throws RefusedException if a tensor is missing or does not fit, naming it
     */
    <P extends Record & Parameters> RunEntry take(
            Recipe<P> recipe, Preset<P> preset, P parameters, Safetensors file, Optional<String> name) {
        Map<String, String> about = file.metadata();
        Schema<P> schema = Schema.of(recipe);
        requireFit(recipe, parameters, file.tensors());
        long step = number(about, "step");
        String id = ids.next();
        long seq = 2;
        Checkpoint written = shop.checkpoints().write(id, step, seq, file::write);
        RunEntry run = new RunEntry(
                id,
                recipe.id(),
                preset.name(),
                JsonObjects.write(schema.values(parameters)),
                number(about, "seed"),
                name.orElse(recipe.id() + " imported"),
                Optional.empty(),
                RunState.SUCCEEDED.name(),
                "imported",
                step,
                step,
                seq,
                "{}",
                1,
                Journal.now(),
                Optional.empty(),
                Optional.of(Journal.now()));
        Event checkpoint = new Event(
                id,
                seq,
                step,
                run.createdAt(),
                EventType.CHECKPOINT.wire(),
                JsonObjects.write(Map.of("step", step, "sha256", written.sha256(), "bytes", written.bytes())));
        shop.log().create(run, List.of(Journal.first(run), checkpoint), Optional.empty());
        return run;
    }

    private static Map<String, Object> parameters(Map<String, String> about) {
        try {
            return JsonObjects.read(about.getOrDefault("parameters", "{}"));
        } catch (IllegalStateException e) {
            throw unfit("parameters", "the file's metadata \"parameters\" is no JSON object");
        }
    }

    private static long number(Map<String, String> about, String name) {
        try {
            long number = Long.parseLong(about.getOrDefault(name, "0"));
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw unfit(name, "the file's metadata \"" + name + "\" is \"" + about.get(name) + "\", not a number from 0");
    }

    /** Opens what it can do, once: the model itself knows best which tensors it needs. */
    private static <P extends Record & Parameters> void requireFit(
            Recipe<P> recipe, P parameters, Map<String, HostTensor> state) {
        if (recipe.abilities().isEmpty()) {
            throw unfit(
                    "recipe", "runs of " + recipe.id() + " cannot be served, so there is nothing to import them for");
        }
        Torch.useThreads(1);
        for (Ability<P> ability : recipe.abilities()) {
            try (AutoCloseable _ = open(ability, parameters, state)) {
                // it fits
            } catch (RuntimeException e) {
                throw unfit("state", "the file does not fit " + recipe.id() + ": " + e.getMessage());
            } catch (Exception e) {
                throw new IllegalStateException("a model could not be closed", e);
            }
        }
    }

    private static <P extends Record & Parameters> AutoCloseable open(
            Ability<P> ability, P parameters, Map<String, HostTensor> state) {
        return switch (ability) {
            case Ability.GenerateText<P> text -> text.open(parameters, state, Device.CPU);
            case Ability.Infer<P> infer -> infer.opener().open(parameters, state, Device.CPU);
        };
    }

    private static RefusedException unfit(String field, String message) {
        return new RefusedException(Reason.UNFIT_STATE, field, field + ": " + message);
    }
}
