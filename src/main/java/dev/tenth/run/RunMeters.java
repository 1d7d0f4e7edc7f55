package dev.tenth.run;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What is measured of training. The label is the recipe, never the run: there is no end to runs. */
public final class RunMeters {
    private final MeterRegistry registry;

    public RunMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** The meters of one recipe's steps. */
    Steps steps(String recipe) {
        return new Steps(
                Counter.builder("training.steps")
                        .description("Training steps taken")
                        .tag("recipe", recipe)
                        .register(registry),
                Timer.builder("training.step")
                        .description("Time of a training step")
                        .tag("recipe", recipe)
                        .serviceLevelObjectives(
                                Duration.ofNanos(100_000),
                                Duration.ofMillis(1),
                                Duration.ofMillis(10),
                                Duration.ofMillis(100),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(10))
                        .register(registry));
    }

    /** Counts and times steps. */
    record Steps(Counter count, Timer time) {
        void taken(long nanoseconds) {
            count.increment();
            time.record(nanoseconds, TimeUnit.NANOSECONDS);
        }
    }

    /** A checkpoint was written. */
    void checkpointWritten(String recipe, long nanoseconds, long bytes) {
        Timer.builder("checkpoint.write")
                .description("Time to write a checkpoint durably")
                .tag("recipe", recipe)
                .register(registry)
                .record(nanoseconds, TimeUnit.NANOSECONDS);
        DistributionSummary.builder("checkpoint.size")
                .description("Size of the checkpoints written")
                .baseUnit("bytes")
                .tag("recipe", recipe)
                .register(registry)
                .record(bytes);
    }
}
