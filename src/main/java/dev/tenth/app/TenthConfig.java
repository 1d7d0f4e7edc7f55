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

    /** Where data sets are that {@code make data} fetched or that were downloaded; {@code data} in the home if not given. */
    Optional<Path> data();

    /** Whether an empty home gets a first run, so that the first page already moves. */
    @WithDefault("true")
    boolean firstRun();

    /** Where programs run: {@code auto}, {@code cpu} or {@code cuda:N}. */
    @WithDefault("auto")
    String device();

    /**
     * What every request has to show, as {@code Authorization: Bearer …} or once as {@code ?token=…} in a browser; without it
     * one is made for an address that is not loopback.
     */
    Optional<String> token();

    Limits limits();

    /** What runs and viewers may take. */
    interface Limits {
        /** Runs that wait for threads. */
        @WithDefault("100")
        int queuedRuns();

        /** Runs of any state. */
        @WithDefault("1000")
        int keptRuns();

        /** Memory of one run in bytes: its model, what a step makes of it, its data; one that needs more is refused. */
        @WithDefault("4294967296")
        long modelBytes();

        /**
         * Memory of all runs under way in bytes, paused ones included; the others wait. 0 is what the machine or container has
         * left beside the heap and the models for serving.
         */
        @WithDefault("0")
        long trainingBytes();

        /** Checkpoints of one run; older ones thin out, first and last stay, and as many as these can be pinned beside them. */
        @WithDefault("50")
        int checkpoints();

        /** Viewers at the same time. */
        @WithDefault("500")
        int viewers();

        /** Threads that compute for serving; 0 is half of the cores. */
        @WithDefault("0")
        int inferenceThreads();

        /** Memory of the models that are loaded for serving, in bytes; the longest unused make room. */
        @WithDefault("1073741824")
        long loadedModelsBytes();

        /** How long a model that nobody uses stays loaded. */
        @WithDefault("10m")
        Duration loadedModelsIdle();

        /** Requests of one model that are under way at the same time; one more gets 503. */
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

        /** How long the client of a walk or a text may ask for nothing before its WebSocket is closed. */
        @WithDefault("10m")
        Duration socketIdle();

        /** How long a request for inference waits at most for others to be computed with. */
        @WithDefault("1ms")
        Duration batchDelay();

        /** Bodies of requests that are received or used at the same time; one more gets 503. */
        @WithDefault("1000")
        int bodies();

        /** Memory of the bodies of all requests under way and of large answers, in bytes; one more gets 503. */
        @WithDefault("268435456")
        long bodiesBytes();

        /** How long a client may send nothing in the middle of a body, before it gets 408. */
        @WithDefault("10s")
        Duration bodyPause();
    }
}
