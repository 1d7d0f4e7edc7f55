package dev.tenth.serve.engine;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What is measured of serving. The labels are recipe and ability, never the run: there is no end to runs. */
public final class ServeMeters {
    private static final Duration[] TIMES = {
        Duration.ofNanos(100_000),
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10)
    };

    private final MeterRegistry registry;

    public ServeMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    MeterRegistry registry() {
        return registry;
    }

    /** Of a model of tensors. */
    Inference inference(String recipe, String ability) {
        return new Inference(
                timer("serve.queue", "From the arrival of a request to its computation", recipe, ability),
                timer("serve.compute", "Computation of one batch or one piece of text", recipe, ability),
                DistributionSummary.builder("serve.batch.size")
                        .description("Requests that were computed together")
                        .baseUnit("requests")
                        .tag("recipe", recipe)
                        .tag("ability", ability)
                        .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64)
                        .register(registry));
    }

    /** Times a batch. */
    record Inference(Timer queue, Timer compute, DistributionSummary size) {
        void waited(long nanoseconds) {
            queue.record(nanoseconds, TimeUnit.NANOSECONDS);
        }

        void computed(long nanoseconds, int requests) {
            compute.record(nanoseconds, TimeUnit.NANOSECONDS);
            size.record(requests);
        }
    }

    /** A request was answered. */
    public void answered(String recipe, String ability, long nanoseconds) {
        timer("serve.request", "From the arrival of a request to the end of its answer", recipe, ability)
                .record(nanoseconds, TimeUnit.NANOSECONDS);
    }

    /** The first character of a text was there. */
    public void firstToken(String recipe, long nanoseconds) {
        timer("serve.first.token", "From the arrival of a request to its first character", recipe, "generate-text")
                .record(nanoseconds, TimeUnit.NANOSECONDS);
    }

    /** A request was refused. */
    void refused(ModelException.Reason reason) {
        Counter.builder("serve.refused")
                .description("Requests that were refused")
                .tag("reason", reason.name())
                .register(registry)
                .increment();
    }

    /** WebSockets of an endpoint that are open. */
    public void openSockets(String endpoint, Supplier<Number> open) {
        Gauge.builder("serve.sockets", open)
                .description("WebSockets that are open")
                .tag("endpoint", endpoint)
                .register(registry);
    }

    private Timer timer(String name, String help, String recipe, String ability) {
        return Timer.builder(name)
                .description(help)
                .tag("recipe", recipe)
                .tag("ability", ability)
                .serviceLevelObjectives(TIMES)
                .register(registry);
    }
}
