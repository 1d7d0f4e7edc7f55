package dev.tenth.run;

import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.RunEntry;
import java.util.Arrays;

/** The states of a run. A terminal one never changes. */
public enum RunState {
    /** Waits for threads and memory, at its beginning or to go on; the next start of the service queues it again. */
    QUEUED,
    PREPARING,
    RUNNING,
    PAUSED,
    /** Found dead at a start of the service; can be resumed. */
    INTERRUPTED,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    /**
     * The state of a run.
     *
     * @throws RefusedException for {@link Runs.Reason#OTHER_VERSION}, if this version does not know it
     */
    static RunState of(RunEntry run) {
        return Arrays.stream(values())
                .filter(state -> state.name().equals(run.state()))
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        Reason.OTHER_VERSION,
                        "state",
                        "state: run %s is %s, which this version does not know; the version that wrote it can continue it"
                                .formatted(run.id(), run.state())));
    }

    public boolean isTerminal() {
        return switch (this) {
            case SUCCEEDED, FAILED, CANCELLED -> true;
            case QUEUED, PREPARING, RUNNING, PAUSED, INTERRUPTED -> false;
        };
    }
}
