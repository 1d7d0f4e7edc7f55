package dev.tenth.event;

import java.util.Arrays;
import java.util.Optional;

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

    /** The state of this name; empty for one that only another version knows. */
    public static Optional<RunState> named(String name) {
        return Arrays.stream(values())
                .filter(state -> state.name().equals(name))
                .findFirst();
    }

    public boolean isTerminal() {
        return switch (this) {
            case SUCCEEDED, FAILED, CANCELLED -> true;
            case QUEUED, PREPARING, RUNNING, PAUSED, INTERRUPTED -> false;
        };
    }
}
