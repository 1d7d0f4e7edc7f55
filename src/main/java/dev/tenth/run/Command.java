package dev.tenth.run;

import java.util.Map;
import java.util.Optional;

/** What people can ask of a run. Each is answered by an event with the step at which it took effect. */
public sealed interface Command {

    /** Stands still after the current step, keeping everything. */
    record Pause() implements Command {}

    /** Goes on: after a pause, or from the newest checkpoint of an interrupted run. */
    record Resume() implements Command {}

    /** Ends the run after the current step. */
    record Stop() implements Command {}

    /** Writes a checkpoint after the current step. */
    record Checkpoint() implements Command {}

    /** Turns parameters from the next step on. */
    record Set(Map<String, Object> parameters) implements Command {}

    /**
     * Starts another run from a checkpoint of this one.
     *
     * @param step of the checkpoint; the newest if empty
     * @param parameters that differ from those that this run has now
     */
    record Fork(Optional<Long> step, Map<String, Object> parameters, Optional<String> name) implements Command {}
}
