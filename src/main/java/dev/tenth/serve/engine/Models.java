package dev.tenth.serve.engine;

import dev.tenth.event.Event;
import dev.tenth.event.EventType;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Recipe;
import dev.tenth.serve.engine.ModelException.Reason;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.StoreException;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.TensorSource;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SeekableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/** What can be served: a model is a run, a version of it is one of its checkpoints. Safe for many threads. */
public final class Models {
    /** The version that stands for the newest checkpoint, which moves while the run trains. */
    public static final String LATEST = "latest";

    private final RunLog log;
    private final Checkpoints checkpoints;
    private final Map<String, Recipe<?>> recipes;
    /** The newest versions that were asked for, until a newer one is written. */
    private final Map<String, Version> newest = new ConcurrentHashMap<>();

    private final AtomicLong changes = new AtomicLong();

    public Models(RunLog log, Checkpoints checkpoints, Map<String, Recipe<?>> recipes) {
        this.log = log;
        this.checkpoints = checkpoints;
        this.recipes = Map.copyOf(recipes);
        log.onCommit(this::committed);
        log.onDelete(this::changed);
    }

    /** The version that is meant: the field {@code step}, or the newest. */
    public static String version(Fields fields) {
        boolean named = fields.has("step") && fields.object().get("step").isTextual();
        return named ? fields.required("step") : versionOfStep(fields.integer("step", -1, 0, Long.MAX_VALUE));
    }

    private static String versionOfStep(long step) {
        return step < 0 ? LATEST : Long.toString(step);
    }

    /** A checkpoint of a run, and the recipe that can open it. */
    public record Version(RunEntry run, Recipe<?> recipe, Checkpoint checkpoint) {
        /** The name on the wire. */
        public String name() {
            return Long.toString(checkpoint.step());
        }

        /**
         * The ability to make tensors of tensors.
         *
         * @param task the name of one of several; the first if empty
         * @throws ModelException if the recipe has none such
         */
        public Ability.Infer<?> infer(Optional<String> task) {
            return inferAbilities().stream()
                    .filter(ability -> task.isEmpty() || ability.name().equals(task.get()))
                    .findFirst()
                    .orElseThrow(() -> cannot(task.orElse("infer")));
        }

        /**
         * The abilities to make tensors of tensors.
         *
         * @throws ModelException if the recipe has none
         */
        public List<Ability.Infer<?>> inferAbilities() {
            List<Ability.Infer<?>> all = recipe.abilities().stream()
                    .filter(Ability.Infer.class::isInstance)
                    .<Ability.Infer<?>>map(ability -> (Ability.Infer<?>) ability)
                    .toList();
            if (all.isEmpty()) {
                throw cannot("infer");
            }
            return all;
        }

        /**
         * The ability to write text.
         *
         * @throws ModelException if the recipe has none such
         */
        Ability.GenerateText<?> generateText() {
            return recipe.abilities().stream()
                    .filter(Ability.GenerateText.class::isInstance)
                    .map(ability -> (Ability.GenerateText<?>) ability)
                    .findFirst()
                    .orElseThrow(() -> cannot("generate-text"));
        }

        private ModelException cannot(String what) {
            List<String> can = abilities(recipe);
            return new ModelException(
                    Reason.OTHER_ABILITY,
                    "model: runs of %s cannot %s; %s"
                            .formatted(
                                    recipe.id(),
                                    what,
                                    can.isEmpty() ? "they have no abilities" : "their abilities are " + can));
        }
    }

    /** The names of what runs of a recipe can do. */
    public static List<String> abilities(Recipe<?> recipe) {
        return recipe.abilities().stream().map(Ability::name).toList();
    }

    /** The newest version, if it is remembered; it never blocks. */
    public Optional<Version> remembered(String model) {
        return Optional.ofNullable(newest.get(model));
    }

    /**
     * A version of a model. It reads from the store.
     *
     * @param version a step, or {@link #LATEST}
     * @throws ModelException if there is none such
     */
    public Version find(String model, String version) {
        if (!version.equals(LATEST)) {
            return find(model, run(model), version);
        }
        Optional<Version> known = remembered(model);
        if (known.isPresent()) {
            return known.get();
        }
        long before = changes.get();
        Version found = find(model, run(model), version);
        newest.put(model, found);
        if (changes.get() != before) {
            newest.remove(model, found); // something came in between: perhaps a newer one
        }
        return found;
    }

    /** The same without blocking: what is not remembered is looked for on another thread. */
    public Uni<Version> lookup(String model, String version) {
        Optional<Version> known = version.equals(LATEST) ? remembered(model) : Optional.empty();
        return known.isPresent() ? Uni.createFrom().item(known.get()) : findElsewhere(model, version);
    }

    /** The same on a worker thread. Where it is cancelled before it fails, its failure is nobody's, and no error of the service. */
    public Uni<Version> findElsewhere(String model, String version) {
        return Uni.createFrom()
                .<Version>emitter(found -> {
                    try {
                        found.complete(find(model, version));
                    } catch (RuntimeException e) {
                        found.fail(e);
                    }
                })
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    private Version find(String model, RunEntry run, String version) {
        List<Version> all = all(model, run);
        if (version.equals(LATEST)) {
            return all.getLast();
        }
        return all.stream()
                .filter(each -> each.name().equals(version))
                .findFirst()
                .orElseThrow(() -> new ModelException(
                        Reason.NO_SUCH_VERSION,
                        "version: model %s has no version \"%s\"; it has %s"
                                .formatted(
                                        model,
                                        version,
                                        all.stream().map(Version::name).toList())));
    }

    /**
     * All versions of a model, oldest first; at least one.
     *
     * @throws ModelException if there is no such model, or none yet
     */
    public List<Version> all(String model) {
        return all(model, run(model));
    }

    private List<Version> all(String model, RunEntry run) {
        Recipe<?> recipe = recipes.get(run.recipe());
        if (recipe == null) {
            throw new ModelException(
                    Reason.OTHER_ABILITY, "model: this service does not know the recipe \"" + run.recipe() + "\"");
        }
        List<Version> all = checkpoints.list(model).stream()
                .map(checkpoint -> new Version(run, recipe, checkpoint))
                .toList();
        if (all.isEmpty()) {
            throw new ModelException(
                    Reason.NOT_YET,
                    "model: run %s is %s and has no checkpoint yet; try again later".formatted(model, run.state()));
        }
        return all;
    }

    /**
     * Makes sure that there is a run, perhaps without a checkpoint yet.
     *
     * @throws ModelException if there is none
     */
    public void requireRun(String model) {
        run(model);
    }

    private RunEntry run(String model) {
        return log.find(model)
                .orElseThrow(() -> log.wasDeleted(model)
                        ? new ModelException(Reason.DELETED, "model: run " + model + " was deleted")
                        : new ModelException(Reason.NO_SUCH_MODEL, "model: there is no run \"" + model + "\""));
    }

    /**
     * Makes sure that a run, perhaps without a checkpoint yet, is of a recipe that writes text.
     *
     * @throws ModelException if it is not
     */
    public void requireWriter(String model) {
        RunEntry run = run(model);
        Recipe<?> recipe = recipes.get(run.recipe());
        if (recipe == null || recipe.abilities().stream().noneMatch(Ability.GenerateText.class::isInstance)) {
            throw new ModelException(Reason.OTHER_ABILITY, "model: runs of " + run.recipe() + " do not write text");
        }
    }

    /** The names of the versions of a model, oldest first. */
    public List<String> versions(String model) {
        return checkpoints.list(model).stream()
                .map(checkpoint -> Long.toString(checkpoint.step()))
                .toList();
    }

    /** The newest runs of those recipes that have an ability. */
    public List<RunEntry> runs(Class<?> ability, int limit) {
        return log.list(Optional.empty(), List.of(), Optional.empty(), limit).stream()
                .filter(run -> recipes.containsKey(run.recipe())
                        && recipes.get(run.recipe()).abilities().stream().anyMatch(ability::isInstance)
                        && hasCheckpoint(run))
                .toList();
    }

    /** Uses the tensors of a version, which can be read until the use ends. */
    <T> T withState(Version version, Function<Map<String, TensorSource>, T> use) {
        try (SeekableByteChannel file = open(version)) {
            return use.apply(Safetensors.open(file).tensors());
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(version, e);
        }
    }

    /**
     * The bytes of a version.
     *
     * @throws ModelException if it is not there any more, or broken
     */
    SeekableByteChannel open(Version version) {
        try {
            return checkpoints.open(version.checkpoint());
        } catch (StoreException e) {
            throw unreadable(version, e);
        }
    }

    private ModelException unreadable(Version version, Exception cause) {
        String model = version.run().id();
        changed(model);
        if (log.wasDeleted(model)) {
            return new ModelException(Reason.DELETED, "model: run " + model + " was deleted");
        }
        String which = "version: step " + version.name() + " of run " + model;
        if (cause instanceof StoreException failure && failure.reason() == StoreException.Reason.CORRUPT) {
            return new ModelException(Reason.NO_SUCH_VERSION, which + " is corrupt; there are " + versions(model));
        }
        return checkpoints.list(model).contains(version.checkpoint())
                ? new ModelException(Reason.UNAVAILABLE, which + " cannot be read: " + cause.getMessage())
                : new ModelException(Reason.NO_SUCH_VERSION, which + " was just thinned out");
    }

    /** Calls the listener with the id of each run that is deleted. It must return quickly. */
    void onDelete(Consumer<String> listener) {
        log.onDelete(listener);
    }

    private void committed(List<Event> events) {
        for (Event event : events) {
            if (event.is(EventType.CHECKPOINT)) {
                changed(event.run());
            }
        }
    }

    private void changed(String model) {
        changes.incrementAndGet();
        newest.remove(model);
    }

    /** A checkpoint is there a moment before the log has its event. */
    private boolean hasCheckpoint(RunEntry run) {
        return run.checkpoints() > 0 || !checkpoints.list(run.id()).isEmpty();
    }
}
