package dev.tenth.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * All settings of the service. Host and port are Quarkus's own ({@code QUARKUS_HTTP_HOST}, {@code QUARKUS_HTTP_PORT}).
 *
 * <p>The README's table is made from these comments by {@code make generated}.
 */
@ConfigMapping(prefix = "tenth")
public interface TenthConfig {
    /** Where runs, checkpoints and uploads are kept. */
    @WithDefault("${user.home}/.tenth")
    Path home();

    /** Where fetched and downloaded data sets are kept; {@code data} in the home if not set. */
    Optional<Path> data();

    /** Whether a first run starts by itself while the home is empty. */
    @WithDefault("true")
    boolean firstRun();

    /** Where programs run: {@code auto}, {@code cpu} or {@code cuda:N}. */
    @WithDefault("auto")
    String device();

    /**
     * The token that every request must send, as {@code Authorization: Bearer …} or once as {@code ?token=…} in a browser; if not
     * set, one is generated for an address that is not loopback.
     */
    Optional<String> token();

    Limits limits();

    /** What runs and clients may use. */
    interface Limits {
        /** Runs in the queue. */
        @WithDefault("100")
        int queuedRuns();

        /** Runs that are kept, in any state. */
        @WithDefault("1000")
        int keptRuns();

        /** Memory of one run in bytes: its model, the values of a step, its data; a run that needs more is refused. */
        @WithDefault("4294967296")
        long modelBytes();

        /**
         * Memory of all active runs in bytes, paused ones included; the others wait. 0 is what the machine or container has left
         * beside the heap and the models for serving.
         */
        @WithDefault("0")
        long trainingBytes();

        /** Checkpoints of one run; older ones are thinned out, the first and the last stay, and as many again can be pinned. */
        @WithDefault("50")
        int checkpoints();

        /** Viewers at the same time; one more gets 503. */
        @WithDefault("500")
        int viewers();

        /** Threads that compute for serving; 0 is half of the cores. */
        @WithDefault("0")
        int inferenceThreads();

        /** Memory of the models that are loaded for serving, in bytes; the least recently used ones are unloaded. */
        @WithDefault("1073741824")
        long loadedModelsBytes();

        /** How long an unused model stays loaded. */
        @WithDefault("10m")
        Duration loadedModelsIdle();

        /** Requests for one model at the same time; one more gets 503. */
        @WithDefault("256")
        int waitingRequests();

        /** Walks through latent space at the same time; one more gets 503. */
        @WithDefault("32")
        int walks();

        /** WebSockets for text generation that are open at the same time; one more gets 503. */
        @WithDefault("1000")
        int textSockets();

        /** How long the client of a walk or a text may read nothing before its WebSocket is closed with 1013. */
        @WithDefault("30s")
        Duration socketStall();

        /** How long the client of a walk or a text may be idle before its WebSocket is closed. */
        @WithDefault("10m")
        Duration socketIdle();

        /** How long an inference request waits at most for others to be batched with. */
        @WithDefault("1ms")
        Duration batchDelay();

        /** Requests with a body at the same time; one more gets 503. */
        @WithDefault("1000")
        int bodies();

        /** Memory of the bodies of all active requests and of large answers, in bytes; one more gets 503. */
        @WithDefault("268435456")
        long bodiesBytes();

        /** How long a client may pause in the middle of a body before it gets 408. */
        @WithDefault("10s")
        Duration bodyPause();
    }
}
