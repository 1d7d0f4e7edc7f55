package dev.tenth.run;

/** The states of a run. A terminal one never changes. */
public enum RunState {
    QUEUED,
    PREPARING,
    RUNNING,
    PAUSED,
    /** Found dead at a start of the service; can be resumed. */
    INTERRUPTED,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    public boolean isTerminal() {
        return switch (this) {
            case SUCCEEDED, FAILED, CANCELLED -> true;
            case QUEUED, PREPARING, RUNNING, PAUSED, INTERRUPTED -> false;
        };
    }
}
