package dev.tenth.run;

import dev.tenth.data.Dataset;
import dev.tenth.data.Datasets;
import dev.tenth.event.JsonObjects;
import dev.tenth.event.RunState;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.recipe.Schema.Violation;
import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.RunEntry;
import dev.tenth.text.Excerpt;
import dev.tenth.torch.Device;
import dev.tenth.torch.Torch;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether a wish can become a run, and with which entry it begins. */
final class Admission {
    private static final int LONGEST_NAME = 200;
    /** A character becomes an integer of 8 bytes; pictures and tables grow less when they are unpacked. */
    private static final long MEMORY_PER_FILE_BYTE = 8;

    private final Map<String, Recipe<?>> recipes;
    private final RunContext context;
    private final Scheduler scheduler;
    private final Ids ids;

    Admission(List<Recipe<?>> recipes, RunContext context, Scheduler scheduler, Ids ids) {
        this.recipes = recipes.stream().collect(Collectors.toMap(Recipe::id, recipe -> recipe));
        this.context = context;
        this.scheduler = scheduler;
        this.ids = ids;
    }

    /**
     * A recipe by its id.
     *
     * @throws RefusedException if there is none such
     */
    Recipe<?> recipe(String id) {
        Recipe<?> recipe = recipes.get(id);
        if (recipe == null) {
            throw new RefusedException(
                    Reason.NO_SUCH_RECIPE,
                    "recipe",
                    "recipe: " + Excerpt.quoted(id) + " is not one of "
                            + recipes.keySet().stream().sorted().toList());
        }
        return recipe;
    }

    /**
     * A preset by its name.
     *
     * @param name the default one if empty
     * @throws RefusedException if there is none such
     */
    static <P extends Record & Parameters> Preset<P> preset(Recipe<P> recipe, Optional<String> name) {
        List<Preset<P>> presets = recipe.presets();
        if (name.isEmpty()) {
            return presets.getFirst();
        }
        return presets.stream()
                .filter(preset -> preset.name().equals(name.get()))
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        Reason.NO_SUCH_PRESET,
                        "preset",
                        "preset: " + Excerpt.quoted(name.get()) + " is not one of "
                                + presets.stream().map(Preset::name).toList()));
    }

    /**
     * Makes sure that there is room for one more run.
     *
     * @throws RefusedException if the model is too large, or too many runs wait or are kept
     * @throws InvalidParametersException if the machine has not so many threads, or not the device, or the name is too
     *     long
     */
    <P extends Record & Parameters> void check(Recipe<P> recipe, P parameters, Optional<String> name) {
        if (parameters.pace().threads() > context.cores()) {
            throw new InvalidParametersException(List.of(new Violation(
                    "threads", parameters.pace().threads(), "at most the " + context.cores() + " of this machine")));
        }
        if (parameters.pace().wish().filter(device -> !Torch.has(device)).isPresent()) {
            throw new InvalidParametersException(List.of(new Violation(
                    "device", parameters.pace().device(), "auto, cpu, or one of the " + Torch.gpus() + " GPUs")));
        }
        Device device = parameters.pace().wish().orElse(context.device());
        if (!Torch.isNative(parameters.precision(), device)) {
            throw new InvalidParametersException(List.of(new Violation(
                    "precision",
                    parameters.precision().name().toLowerCase(Locale.ROOT),
                    "float32: the processor of this machine has no instructions for bfloat16, which would make it about ten"
                            + " times slower")));
        }
        if (name.isPresent() && name.get().length() > LONGEST_NAME) {
            throw new InvalidParametersException(
                    List.of(new Violation("name", name.get(), "a text of at most " + LONGEST_NAME + " characters")));
        }
        checkSize(recipe, parameters);
        if (scheduler.waiting() >= context.limits().queuedRuns()) {
            throw new RefusedException(
                    Reason.QUEUE_FULL,
                    "",
                    "queue: " + context.limits().queuedRuns()
                            + " runs wait already (tenth.limits.queued-runs); try again later");
        }
        if (context.log()
                        .list(
                                Optional.empty(),
                                List.of(),
                                Optional.empty(),
                                context.limits().keptRuns())
                        .size()
                >= context.limits().keptRuns()) {
            throw new RefusedException(
                    Reason.QUEUE_FULL,
                    "",
                    "runs: " + context.limits().keptRuns() + " are kept (tenth.limits.kept-runs); delete some first");
        }
    }

    /** @throws RefusedException if the run would take too much memory */
    <P extends Record & Parameters> void checkSize(Recipe<P> recipe, P parameters) {
        long bytes = memoryBytes(recipe, parameters, context.data());
        Limits limits = context.limits();
        if (bytes > limits.runBytes()) {
            throw new RefusedException(
                    Reason.MODEL_TOO_LARGE,
                    "params",
                    "params: the run would take %,d MB (%,d MB of it for its data), more than the %,d MB that are allowed (%s)"
                            .formatted(
                                    bytes >> 20,
                                    dataBytes(recipe, parameters, context.data()) >> 20,
                                    limits.runBytes() >> 20,
                                    limits.modelBytes() <= limits.trainingBytes()
                                            ? "tenth.limits.model-bytes"
                                            : "tenth.limits.training-bytes"));
        }
    }

    /** The native memory of a run, in bytes: see {@link Limits#modelBytes}. */
    static <P extends Record & Parameters> long memoryBytes(Recipe<P> recipe, P parameters, Datasets data) {
        return recipe.memoryBytes(parameters) + dataBytes(recipe, parameters, data);
    }

    private static <P extends Record & Parameters> long dataBytes(Recipe<P> recipe, P parameters, Datasets data) {
        Schema<P> schema = Schema.of(recipe);
        Map<String, Object> values = schema.values(parameters);
        return schema.fields().stream()
                .filter(field -> field.about().dataset().length > 0)
                .map(field -> data.find((String) values.get(field.name())))
                .flatMap(Optional::stream)
                .mapToLong(set -> MEMORY_PER_FILE_BYTE * set.bytes())
                .sum();
    }

    /**
     * Makes sure that what the run is to learn from is there. What only serves needs none.
     *
     * @throws InvalidParametersException naming every data set that is not there, or is of another kind
     */
    <P extends Record & Parameters> void checkData(Recipe<P> recipe, P parameters) {
        Schema<P> schema = Schema.of(recipe);
        Map<String, Object> values = schema.values(parameters);
        Map<String, Object> defaults = schema.values(recipe.presets().getFirst().parameters());
        List<Violation> violations = schema.fields().stream()
                .filter(field -> field.about().dataset().length > 0)
                // What is empty by default can be done without.
                .filter(field -> !(values.get(field.name()).equals("")
                        && defaults.get(field.name()).equals("")))
                .filter(field -> context.data()
                        .find((String) values.get(field.name()))
                        .filter(set -> fits(set, field.about()))
                        .isEmpty())
                .map(field -> new Violation(
                        field.name(), values.get(field.name()), field.allowed() + ": " + fitting(field.about())))
                .toList();
        if (!violations.isEmpty()) {
            throw new InvalidParametersException(violations);
        }
    }

    private List<String> fitting(Parameter about) {
        return context.data().list().stream()
                .filter(set -> fits(set, about))
                .map(Dataset::id)
                .toList();
    }

    private static boolean fits(Dataset set, Parameter about) {
        return List.of(about.dataset()).contains(set.kind());
    }

    /** The entry of a run that waits for its turn. */
    RunEntry entry(
            Recipe<?> recipe,
            String preset,
            Map<String, Object> parameters,
            long seed,
            Optional<String> name,
            Optional<RunEntry.Fork> parent) {
        return new RunEntry(
                ids.next(),
                recipe.id(),
                preset,
                JsonObjects.write(parameters),
                seed,
                name.orElse(recipe.id() + " " + preset),
                parent,
                RunState.QUEUED.name(),
                "waiting in the queue",
                0,
                0,
                1,
                "{}",
                0,
                Journal.now(),
                Optional.empty(),
                Optional.empty());
    }
}
