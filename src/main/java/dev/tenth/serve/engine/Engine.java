package dev.tenth.serve.engine;

import dev.tenth.http.Problem;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.TextModel;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.run.StoredParameters;
import dev.tenth.serve.engine.LoadedModels.Key;
import dev.tenth.serve.engine.LoadedModels.Loaded;
import dev.tenth.serve.engine.ModelException.Reason;
import dev.tenth.serve.engine.Models.Version;
import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Torch;
import io.micrometer.core.instrument.Gauge;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * Inference on threads of its own: a fixed number of them, each with one thread of libtorch's, so that serving takes no more
 * than its share from training. A model is a copy of a checkpoint, which never changes; one thread at a time uses it.
 */
public final class Engine implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Engine.class.getName());
    private static final long LEAVE_SECONDS = 10;

    private final Models models;
    private final ServeLimits limits;
    private final ServeMeters meters;
    private final Device device;
    private final ExecutorService pool;
    private final ScheduledExecutorService clock;
    private final LoadedModels loaded;

    public Engine(Models models, ServeLimits limits, ServeMeters meters, Device device) {
        this.models = models;
        this.limits = limits;
        this.meters = meters;
        this.device = device;
        this.pool = Executors.newFixedThreadPool(
                limits.threads(),
                task -> Thread.ofPlatform().name("inference").daemon().unstarted(() -> {
                    Torch.useThreads(1);
                    task.run();
                }));
        this.clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("inference-clock").daemon().factory());
        this.loaded = new LoadedModels(limits, pool);
        models.onDelete(loaded::forget);
        long idle = Math.max(1, limits.idle().toMillis() / 2);
        clock.scheduleWithFixedDelay(() -> loaded.forgetIdle(limits.idle()), idle, idle, TimeUnit.MILLISECONDS);
        Gauge.builder("serve.loaded", loaded, LoadedModels::bytes)
                .description("Models in memory for serving")
                .baseUnit("bytes")
                .register(meters.registry());
        Gauge.builder("serve.requests.active", loaded, LoadedModels::users)
                .description("Requests that wait, are computed, or texts that are written")
                .register(meters.registry());
        Gauge.builder("serve.loaded.models", loaded, LoadedModels::count).register(meters.registry());
    }

    public Models models() {
        return models;
    }

    public ServeMeters meters() {
        return meters;
    }

    /** A failure as it is told to the client, and counted if it is a refusal. */
    public Throwable refused(Throwable failure) {
        Throwable told = ModelException.told(failure);
        if (told instanceof ModelException refusal) {
            meters.refused(refusal.reason());
        }
        return told;
    }

    /** What a client of HTTP is told of a failure, which is counted. */
    public Problem problem(Throwable failure) {
        ModelException error = ModelException.of(failure);
        meters.refused(error.reason());
        return Problem.of(error.reason().status(), error.reason().title(), error.getMessage());
    }

    /** What a version takes and gives; it is loaded for that. */
    public CompletableFuture<TensorModel.Signature> signature(Version version, Ability.Infer<?> ability) {
        Loaded<Batcher> slot = tensors(version, ability);
        return slot.model().thenApply(Batcher::signature).whenComplete((_, _) -> loaded.release(slot));
    }

    /**
     * Computes outputs of inputs, perhaps together with those of others.
     *
     * @return the outputs; exceptionally an {@link IllegalArgumentException} that names the input that does not fit, or a
     *     {@link ModelException}. Who cancels it before it was computed spares the computation
     * @throws ModelException if there is no room for the request
     */
    public CompletableFuture<Map<String, HostTensor>> infer(
            Version version, Ability.Infer<?> ability, Map<String, HostTensor> inputs) {
        long since = System.nanoTime();
        Loaded<Batcher> slot = tensors(version, ability);
        CompletableFuture<Map<String, HostTensor>> answer = new CompletableFuture<>();
        answer.whenComplete((_, _) -> loaded.release(slot));
        slot.model().whenComplete((batcher, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
                return;
            }
            try {
                batcher.add(inputs, since, answer);
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /**
     * What a run learned, as a TorchScript file for use elsewhere: see {@link TensorModel#archive}. It reads from the store.
     *
     * @param version a step, or {@link Models#LATEST}
     * @param ability the name of one of several; the first if empty
     * @throws ModelException if there is no such model, version or ability, or no room for it
     */
    public CompletableFuture<Archive> archive(String run, String version, Optional<String> ability) {
        Version found = models.find(run, version);
        Ability.Infer<?> its = found.infer(ability);
        Loaded<Batcher> slot = tensors(found, its);
        return slot.model()
                .thenCompose(Batcher::archive)
                .whenComplete((_, _) -> loaded.release(slot))
                .thenApply(program -> program.orElseThrow(() -> new ModelException(
                        Reason.OTHER_ABILITY, "ability: " + its.name() + " cannot be written as TorchScript")))
                .thenApply(program -> file -> {
                    try (SeekableByteChannel checkpoint = models.open(found)) {
                        program.write(file, Safetensors.open(checkpoint).tensors());
                    }
                });
    }

    /** A TorchScript file in the making: its weights come from the checkpoint as fast as somebody takes them. */
    @FunctionalInterface
    public interface Archive {
        /** Writes the whole file. */
        void writeTo(OutputStream file) throws IOException;
    }

    private Loaded<Batcher> tensors(Version version, Ability.Infer<?> ability) {
        return acquire(
                version,
                ability,
                (state, slot) -> new Batcher(
                        open(version, version.recipe(), ability, state, slot),
                        slot.lane(),
                        clock,
                        limits.batchDelay().toNanos(),
                        meters.inference(version.recipe().id(), ability.name())));
    }

    /**
     * The model that writes a version's texts; {@link #release} must follow.
     *
     * @throws ModelException if there is no room for one more text
     */
    public Loaded<TextModelQueue> text(Version version) {
        Ability.GenerateText<?> ability = version.generateText();
        return acquire(
                version,
                ability,
                (state, slot) -> new TextModelQueue(
                        open(version, version.recipe(), ability, state, slot),
                        slot.lane(),
                        meters.inference(version.recipe().id(), ability.name())));
    }

    public void release(Loaded<?> slot) {
        loaded.release(slot);
    }

    /** The text's client has not taken what was written: the text holds the model, but does not wait for it. */
    public void rest(Loaded<TextModelQueue> slot) {
        loaded.rest(slot);
    }

    /** The text waits for the model again. */
    public void resume(Loaded<TextModelQueue> slot) {
        loaded.resume(slot);
    }

    private <M extends AutoCloseable> Loaded<M> acquire(
            Version version, Ability<?> ability, BiFunction<Map<String, TensorSource>, Loaded<M>, M> opener) {
        Key key = new Key(
                version.run().id(),
                version.checkpoint().step(),
                version.checkpoint().sha256(),
                ability.name());
        return loaded.acquire(
                key,
                slot -> models.withState(
                        version,
                        state -> opener.apply(AdmittedTensor.all(state, more -> loaded.grow(slot, more)), slot)));
    }

    @SuppressWarnings("unchecked")
    private <P extends Record & Parameters> TensorModel open(
            Version version,
            Recipe<P> recipe,
            Ability.Infer<?> ability,
            Map<String, TensorSource> state,
            Loaded<?> slot) {
        TensorModel model = ((Ability.Infer<P>) ability).opener().open(parameters(version, recipe), state, device);
        try {
            loaded.resize(slot, model.bytes());
            requireFinite(version, model.nonFinite());
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
        return model;
    }

    @SuppressWarnings("unchecked")
    private <P extends Record & Parameters> TextModel open(
            Version version,
            Recipe<P> recipe,
            Ability.GenerateText<?> ability,
            Map<String, TensorSource> state,
            Loaded<?> slot) {
        TextModel model = ((Ability.GenerateText<P>) ability).open(parameters(version, recipe), state, device);
        try {
            loaded.resize(slot, model.bytes());
            requireFinite(version, model.nonFinite());
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
        return model;
    }

    private static void requireFinite(Version version, List<String> nonFinite) {
        if (!nonFinite.isEmpty()) {
            throw new ModelException(
                    Reason.NOT_FINITE,
                    "model: the state of step %d is not finite (%s%s), so its output is meaningless; use an earlier version"
                            .formatted(
                                    version.checkpoint().step(),
                                    nonFinite.getFirst(),
                                    nonFinite.size() > 1 ? " and " + (nonFinite.size() - 1) + " more" : ""));
        }
    }

    private static <P extends Record & Parameters> P parameters(Version version, Recipe<P> recipe) {
        try {
            return StoredParameters.of(recipe, version.run());
        } catch (RefusedException e) {
            throw new ModelException(Reason.OTHER_VERSION, e.getMessage());
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        pool.shutdown();
        try {
            if (!pool.awaitTermination(LEAVE_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "inference: a computation does not end; its memory is not freed");
                return;
            }
            loaded.closeAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
