package dev.tenth.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.tenth.store.RunEntry;
import java.time.Instant;

/** A run as the API answers it. */
record RunDocument(
        String id,
        String recipe,
        String preset,
        @JsonRawValue String params,
        long seed,
        String name,
        String state,
        String reason,
        long step,
        long steps,
        long lastSeq,
        @JsonRawValue String metrics,
        int checkpoints,
        @JsonInclude(JsonInclude.Include.NON_NULL) Parent parent,
        Instant createdAt,
        Instant startedAt,
        Instant endedAt) {

    /** From which run and step it was forked. */
    record Parent(String run, long step) {}

    static RunDocument of(RunEntry run) {
        return new RunDocument(
                run.id(),
                run.recipe(),
                run.preset(),
                run.parameters(),
                run.seed(),
                run.name(),
                run.state(),
                run.reason(),
                run.step(),
                run.steps(),
                run.lastSeq(),
                run.metrics(),
                run.checkpoints(),
                run.parent().map(fork -> new Parent(fork.run(), fork.step())).orElse(null),
                run.createdAt(),
                run.startedAt().orElse(null),
                run.endedAt().orElse(null));
    }
}
