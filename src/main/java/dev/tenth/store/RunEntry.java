package dev.tenth.store;

import java.time.Instant;
import java.util.Optional;

/**
 * What the index knows of a run: a fold of its log, kept beside it and committed with it.
 *
 * @param parameters a JSON object
 * @param metrics the newest values, a JSON object
 * @param checkpoints how many there are
 * @param parent the run and step from which it was forked
 */
public record RunEntry(
        String id,
        String recipe,
        String preset,
        String parameters,
        long seed,
        String name,
        Optional<Fork> parent,
        String state,
        String reason,
        long step,
        long steps,
        long lastSeq,
        String metrics,
        int checkpoints,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt) {

    /** The same run in another state. */
    public RunEntry inState(String state, String reason, Optional<Instant> endedAt) {
        return new RunEntry(
                id,
                recipe,
                preset,
                parameters,
                seed,
                name,
                parent,
                state,
                reason,
                step,
                steps,
                lastSeq,
                metrics,
                checkpoints,
                createdAt,
                startedAt,
                endedAt);
    }

    /** The run and the step from which another one was forked. */
    public record Fork(String run, long step) {}
}
