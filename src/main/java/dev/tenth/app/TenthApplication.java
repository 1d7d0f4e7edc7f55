package dev.tenth.app;

import dev.tenth.app.security.AccessToken;
import dev.tenth.data.Library;
import dev.tenth.event.RunState;
import dev.tenth.http.BodyLimits;
import dev.tenth.http.MemoryBudget;
import dev.tenth.http.SessionSocket;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Residents;
import dev.tenth.recipes.Recipes;
import dev.tenth.run.Limits;
import dev.tenth.run.LocalRuns;
import dev.tenth.run.RunContext;
import dev.tenth.run.RunMeters;
import dev.tenth.run.Runs;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.Models;
import dev.tenth.serve.engine.ServeLimits;
import dev.tenth.serve.engine.ServeMeters;
import dev.tenth.serve.engine.SocketLimits;
import dev.tenth.store.Blobs;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.RunLog;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import dev.tenth.stream.EventHub;
import dev.tenth.stream.StreamLimits;
import dev.tenth.torch.Device;
import dev.tenth.torch.Torch;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.HttpServerStart;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Puts the rooms together, opens them at the start and closes them at the end. */
@ApplicationScoped
public class TenthApplication {
    private static final Logger LOG = Logger.getLogger("tenth");
    private static final String PAGES = "/(recipes|runs|datasets)(/.*)?";
    private static final String UPLOADS = "uploads";
    /** Long enough that it still moves when somebody opens the first page. */
    private static final int FIRST_RUN_STEPS = 50_000;

    private final TenthConfig config;
    private final EmbeddedStore store;
    private final Library library;
    private final LocalRuns runs;
    private final EventHub hub;
    private final Engine engine;
    private final MemoryBudget memory;
    private final Device device;
    private final String libtorch;

    TenthApplication(
            TenthConfig config,
            Vertx vertx,
            MeterRegistry meters,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.config = config;
        this.libtorch = Torch.load();
        this.device = device(config.device());
        this.store = new EmbeddedStore(config.home(), StoreLimits.DEFAULT);
        this.library = new Library(config.home().resolve(UPLOADS), config.data().orElseGet(() -> config.home()
                .resolve("data")));
        TenthConfig.Limits limits = config.limits();
        this.memory = new MemoryBudget(limits.bodiesBytes());
        this.hub = new EventHub(store.log(), StreamLimits.DEFAULT.withViewers(limits.viewers()), vertx);
        Residents residents = new Residents();
        this.runs = new LocalRuns(
                Recipes.all(),
                new RunContext(
                        store.log(),
                        store.checkpoints(),
                        store.blobs(),
                        library,
                        residents,
                        device,
                        Runtime.getRuntime().availableProcessors(),
                        new Limits(
                                limits.queuedRuns(),
                                limits.keptRuns(),
                                limits.modelBytes(),
                                trainingBytes(limits, device),
                                limits.checkpoints()),
                        new RunMeters(meters),
                        version));
        Map<String, Recipe<?>> recipes = Recipes.all().stream().collect(Collectors.toMap(Recipe::id, recipe -> recipe));
        this.engine = new Engine(
                new Models(store.log(), store.checkpoints(), recipes),
                new ServeLimits(
                        ServeLimits.threads(limits.inferenceThreads()),
                        limits.loadedModelsBytes(),
                        limits.loadedModelsIdle(),
                        limits.waitingRequests(),
                        limits.batchDelay()),
                new ServeMeters(meters),
                Device.CPU);
        Arrays.stream(RunState.values()).filter(state -> !state.isTerminal()).forEach(state -> Gauge.builder(
                        "runs", () -> runs.states().getOrDefault(state, 0L))
                .tag("state", state.name())
                .register(meters));
        Gauge.builder("stream.viewers", hub::viewers).register(meters);
        FunctionCounter.builder("stream.events.conflated", hub, EventHub::conflated)
                .register(meters);
        FunctionCounter.builder("stream.viewers.refused", hub, EventHub::refused)
                .register(meters);
        FunctionCounter.builder("checkpoints.quarantined", store.checkpoints(), Checkpoints::quarantined)
                .description("Checkpoints set aside because they were corrupt or not in the log")
                .register(meters);
        FunctionCounter.builder("blobs.swept", store.blobs(), Blobs::swept)
                .description("Pictures removed because no run shows them any more")
                .register(meters);
        Gauge.builder("native.handles", Torch::liveHandles).register(meters);
        Gauge.builder("device.memory", device, Torch::memory)
                .description("Memory in use: on a GPU by all processes, on the CPU resident of this one")
                .baseUnit("bytes")
                .tag("device", device.toString())
                .register(meters);
        Gauge.builder("data.resident", residents, Residents::bytes)
                .description("Data sets in native memory, shared by the runs")
                .baseUnit("bytes")
                .register(meters);
        // Before a door is open: who asked for a run of a service that died would be told a state that is past.
        runs.recover();
    }

    /** What all runs may take: where they run on a GPU, of its memory, which they share with nothing else of this service. */
    private static long trainingBytes(TenthConfig.Limits limits, Device device) {
        if (limits.trainingBytes() > 0) {
            return limits.trainingBytes();
        }
        long host = Limits.trainingBytes(limits.loadedModelsBytes());
        return device.isCpu() ? host : Math.min(host, Torch.capacity(device) / 10 * 9);
    }

    private static Device device(String wish) {
        if (wish.equals("auto")) {
            if (Torch.has(Device.cuda(0))) {
                return Device.cuda(0);
            }
            if (Torch.isForGpus()) {
                LOG.warn(
                        "tenth.device: there is no NVIDIA GPU with a driver for this libtorch: running on the CPU. A container "
                                + "sees those that it was started with (docker run --gpus all, podman run --device nvidia.com/gpu=all)");
            }
            return Device.CPU;
        }
        Device device = Device.named(wish)
                .orElseThrow(() ->
                        new IllegalArgumentException("tenth.device: \"" + wish + "\" is not auto, cpu or cuda:N"));
        if (!Torch.has(device)) {
            LOG.warnf("tenth.device: %s is not there (%d GPUs): running on the CPU", device, Torch.gpus());
            return Device.CPU;
        }
        return device;
    }

    void open(@Observes StartupEvent event) {
        LOG.infof("Tenth: deep learning from 0 to 0.1, live");
        LOG.infof(
                "  device  %s, %d threads, libtorch %s",
                device, Runtime.getRuntime().availableProcessors(), libtorch);
        LOG.infof("  store   %s", config.home().toAbsolutePath());
        boolean empty = store.log()
                .list(Optional.empty(), List.of(), Optional.empty(), 1)
                .isEmpty();
        if (config.firstRun() && empty) {
            runs.submit(
                    new Runs.Submission(
                            "gan-1d",
                            Optional.of("quick"),
                            Map.of("steps", FIRST_RUN_STEPS, "showEvery", 20),
                            Optional.empty(),
                            Optional.of("The first run")),
                    Optional.empty());
        }
    }

    /** Only now: who opens an address as soon as it is printed is answered. */
    void listening(@ObservesAsync HttpServerStart event, AccessToken token) {
        LOG.infof("  open    %s", token.address());
    }

    void routes(@Observes Router router) {
        // The pages of the dashboard are one file: the path is its state.
        router.getWithRegex(PAGES).order(-1).handler(context -> context.reroute("/"));
    }

    /** While the server still answers: checkpoints, then good-bye to the viewers, who have seen them, and to those who read. */
    void leave(@Observes ShutdownDelayInitiatedEvent event, @Any Instance<SessionSocket> sockets) {
        runs.close();
        hub.close();
        sockets.forEach(SessionSocket::leave);
    }

    void close(@Observes ShutdownEvent event) {
        engine.close();
        library.close();
        store.close();
    }

    @Produces
    @Singleton
    LocalRuns runs() {
        return runs;
    }

    @Produces
    @Singleton
    EventHub hub() {
        return hub;
    }

    @Produces
    @ApplicationScoped // by way of a proxy: tests put another one under the resources
    Engine engine() {
        return engine;
    }

    @Produces
    @Singleton
    BodyLimits bodies() {
        return new BodyLimits(
                config.home().resolve(UPLOADS),
                config.limits().bodies(),
                config.limits().bodyPause());
    }

    @Produces
    @Singleton
    Device device() {
        return device;
    }

    @Produces
    @Singleton
    MemoryBudget memory() {
        return memory;
    }

    @Produces
    @Singleton
    SocketLimits socketLimits() {
        TenthConfig.Limits limits = config.limits();
        return new SocketLimits(limits.walks(), limits.textSockets(), limits.socketStall(), limits.socketIdle());
    }

    @Produces
    @Singleton
    RunLog log() {
        return store.log();
    }

    @Produces
    @Singleton
    Checkpoints checkpoints() {
        return store.checkpoints();
    }

    @Produces
    @Singleton
    Blobs blobs() {
        return store.blobs();
    }

    @Produces
    @Singleton
    Library library() {
        return library;
    }
}
