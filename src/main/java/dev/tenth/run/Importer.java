package dev.tenth.run;

import dev.tenth.event.Event;
import dev.tenth.event.EventCodec;
import dev.tenth.event.EventData;
import dev.tenth.event.EventType;
import dev.tenth.event.JsonObjects;
import dev.tenth.event.RunState;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.RunEntry;
import dev.tenth.text.Excerpt;
import dev.tenth.torch.Device;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Torch;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a run of a state that was trained elsewhere: at its end, with that state as its checkpoint. It can be served, and forked to
 * be trained on. What a checkpoint of ours says of itself (recipe, parameters, seed, step) is taken from there.
 */
final class Importer {
    private final RunContext context;

    Importer(RunContext context) {
        this.context = context;
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
     * @param id of the new run
     * @throws RefusedException if a tensor is missing or does not fit, naming it
     */
    <P extends Record & Parameters> RunEntry take(
            String id, Recipe<P> recipe, Preset<P> preset, P parameters, Safetensors file, Optional<String> name) {
        Map<String, String> about = file.metadata();
        Schema<P> schema = Schema.of(recipe);
        long step = number(about, "step");
        long seed = number(about, "seed");
        requireFit(recipe, parameters, file.tensors());
        long seq = 2;
        Checkpoint written = context.checkpoints().write(id, step, seq, file::write);
        RunEntry run = new RunEntry(
                id,
                recipe.id(),
                preset.name(),
                JsonObjects.write(schema.values(parameters)),
                seed,
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
                EventCodec.encode(new EventData.Checkpoint(step, written.sha256(), written.bytes())));
        context.log().create(run, List.of(Journal.first(run), checkpoint), Optional.empty());
        return run;
    }

    private static Map<String, Object> parameters(Map<String, String> about) {
        try {
            return JsonObjects.read(about.getOrDefault("parameters", "{}"));
        } catch (IllegalStateException e) {
            throw unfit("parameters", "the file's metadata \"parameters\" is no JSON object");
        }
    }

    /** A step or a seed: what is shown to people, and what the name of a checkpoint has room for. */
    private static long number(Map<String, String> about, String name) {
        String text = about.getOrDefault(name, "0");
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= Runs.LARGEST_SEED) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw unfit(
                name,
                "the file's metadata \"%s\" is \"%s\", not an integer from 0 to %d"
                        .formatted(name, Excerpt.of(text), Runs.LARGEST_SEED));
    }

    /** Opens what it can do, once: the model itself knows best which tensors it needs. */
    private static <P extends Record & Parameters> void requireFit(
            Recipe<P> recipe, P parameters, Map<String, TensorSource> state) {
        if (recipe.abilities().isEmpty()) {
            throw unfit("recipe", "runs of " + recipe.id() + " cannot be served, so importing one has no use");
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
            Ability<P> ability, P parameters, Map<String, TensorSource> state) {
        return switch (ability) {
            case Ability.GenerateText<P> text -> text.open(parameters, state, Device.CPU);
            case Ability.Infer<P> infer -> infer.opener().open(parameters, state, Device.CPU);
        };
    }

    private static RefusedException unfit(String field, String message) {
        return new RefusedException(Reason.UNFIT_STATE, field, field + ": " + message);
    }
}
