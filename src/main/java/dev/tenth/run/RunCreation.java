package dev.tenth.run;

import dev.tenth.event.JsonObjects;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.torch.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** Makes runs: of a wish, of a state that was trained elsewhere, of another run's checkpoint. Safe for many threads. */
final class RunCreation {
    private static final System.Logger LOG = System.getLogger(RunCreation.class.getName());

    private final RunContext context;
    private final Admission admission;
    private final Workers workers;
    private final Ids ids;

    RunCreation(RunContext context, Admission admission, Workers workers, Ids ids) {
        this.context = context;
        this.admission = admission;
        this.workers = workers;
        this.ids = ids;
    }

    /** See {@link Runs#submit}. */
    RunEntry submit(Runs.Submission wish, Optional<String> idempotencyKey) {
        Recipe<?> recipe = admission.recipe(wish.recipe());
        Optional<RunLog.Key> key = idempotencyKey.map(text -> new RunLog.Key(text, digest(wish)));
        Optional<RunEntry> before = key.flatMap(this::madeWith);
        return before.orElseGet(() -> submit(recipe, wish, key));
    }

    /**
     * Makes a run of a state that was trained elsewhere: it can be served, and forked to be trained on.
     *
     * @param recipe what the file's metadata says if empty
     * @param preset from which the parameters start that the file does not tell; the one that it names, or the default one, if
     *     empty
     * @throws RefusedException if there is no such recipe or preset, or a tensor is missing or does not fit
     * @throws InvalidParametersException if a parameter in the file cannot be
     */
    RunEntry take(Safetensors file, Optional<String> recipe, Optional<String> preset, Optional<String> name) {
        String id = recipe.or(() -> Optional.ofNullable(file.metadata().get("recipe")))
                .orElseThrow(() -> new RefusedException(
                        Reason.NO_SUCH_RECIPE, "recipe", "recipe: the file does not name it; give ?recipe=ID"));
        return take(admission.recipe(id), file, preset, name);
    }

    private <P extends Record & Parameters> RunEntry take(
            Recipe<P> recipe, Safetensors file, Optional<String> preset, Optional<String> name) {
        Preset<P> from = preset.isPresent()
                ? Admission.preset(recipe, preset)
                : recipe.presetOrDefault(file.metadata().getOrDefault("preset", ""));
        P parameters = Importer.parameters(recipe, from, file);
        requireReady();
        admission.check(recipe, parameters, name);
        String id = ids.next();
        return withCheckpoint(id, () -> new Importer(context).take(id, recipe, from, parameters, file, name));
    }

    private Optional<RunEntry> madeWith(RunLog.Key key) {
        Optional<RunLog.Used> used = context.log().findKey(key.key());
        if (used.isPresent() && !used.get().digest().equals(key.digest())) {
            throw new RefusedException(
                    Reason.KEY_CONFLICT,
                    "Idempotency-Key",
                    "Idempotency-Key: \"" + key.key() + "\" was used for another request; give a new one");
        }
        return used.flatMap(u -> context.log().find(u.run()));
    }

    private <P extends Record & Parameters> RunEntry submit(
            Recipe<P> recipe, Runs.Submission wish, Optional<RunLog.Key> key) {
        Preset<P> preset = Admission.preset(recipe, wish.preset());
        Schema<P> schema = Schema.of(recipe);
        P parameters = schema.with(preset.parameters(), wish.parameters());
        long seed = wish.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong(Runs.LARGEST_SEED + 1));
        admission.check(recipe, parameters, wish.name());
        admission.checkData(recipe, parameters);
        RunEntry run =
                admission.entry(recipe, preset.name(), schema.values(parameters), seed, wish.name(), Optional.empty());
        return begin(run, key);
    }

    /** Makes a run with a checkpoint. Where that fails the checkpoint goes, too: nobody would ever ask for it. */
    private RunEntry withCheckpoint(String id, Supplier<RunEntry> making) {
        try {
            return making.get();
        } catch (RuntimeException | Error e) {
            if (context.log().find(id).isEmpty()) {
                context.checkpoints().deleteAll(id);
            }
            throw e;
        }
    }

    private RunEntry begin(RunEntry run, Optional<RunLog.Key> key) {
        requireReady();
        String made = context.log().create(run, List.of(Journal.first(run)), key);
        if (!made.equals(run.id())) {
            return key.flatMap(this::madeWith).orElse(run);
        }
        // Nobody knows its id yet: no lock is needed.
        try {
            workers.engage(admission.recipe(run.recipe()), run, Optional.empty());
        } catch (RefusedException e) {
            LOG.log(System.Logger.Level.INFO, "run {0} begins at the next start: {1}", run.id(), e.getMessage());
        }
        return run;
    }

    private void requireReady() {
        workers.requireStaying();
        workers.requireSpace();
    }

    private static String digest(Runs.Submission wish) {
        String text = wish.recipe()
                + '\n'
                + wish.preset()
                + '\n'
                + JsonObjects.write(new TreeMap<>(wish.parameters()))
                + '\n'
                + wish.seed()
                + '\n'
                + wish.name();
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Makes a run that goes on from a checkpoint of another one.
     *
     * @param checkpoints of the parent
     * @throws RefusedException if there is no such checkpoint, or no room
     * @throws InvalidParametersException if a parameter cannot be
     */
    RunEntry fork(RunEntry parent, RunCheckpoints checkpoints, Command.Fork fork) {
        requireReady();
        try (RunCheckpoints.Opened from =
                checkpoints.open(fork.step()).orElseThrow(() -> checkpoints.missing(fork.step()))) {
            return fork(admission.recipe(parent.recipe()), parent, from, fork);
        } catch (IOException e) {
            throw new UncheckedIOException("a checkpoint that was read cannot be closed", e);
        }
    }

    private <P extends Record & Parameters> RunEntry fork(
            Recipe<P> recipe, RunEntry parent, RunCheckpoints.Opened from, Command.Fork fork) {
        Schema<P> schema = Schema.of(recipe);
        P parameters = schema.with(StoredParameters.of(recipe, parent), fork.parameters());
        admission.check(recipe, parameters, fork.name());
        admission.checkData(recipe, parameters);
        long step = from.checkpoint().step();
        RunEntry child = admission.entry(
                recipe,
                parent.preset(),
                schema.values(parameters),
                parent.seed(),
                fork.name().or(() -> Optional.of("fork of " + parent.name())),
                Optional.of(new RunEntry.Fork(parent.id(), step)));
        return withCheckpoint(child.id(), () -> {
            // Before the run is in the log: a run that is there finds what it goes on from.
            RunCheckpoints.ofNew(context, child.id()).copy(from, child.lastSeq());
            return begin(child, Optional.empty());
        });
    }
}
