package dev.tenth.run;

import dev.tenth.event.RunState;
import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.RunEntry;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Which command a run knows in which state, and where it leads. */
final class Lifecycle {
    private Lifecycle() {}

    /**
     * The state of a run.
     *
     * @throws RefusedException for {@link Reason#OTHER_VERSION}, if this version does not know it
     */
    static RunState state(RunEntry run) {
        return RunState.named(run.state())
                .orElseThrow(() -> new RefusedException(
                        Reason.OTHER_VERSION,
                        "state",
                        "state: run %s is %s, which this version does not know; the version that wrote it can continue it"
                                .formatted(run.id(), run.state())));
    }

    /** The states in which the command can be carried out. A fork only reads, so it needs none of them. */
    static Set<RunState> allowed(Command command) {
        return switch (command) {
            case Command.Pause pause -> EnumSet.of(RunState.QUEUED, RunState.PREPARING, RunState.RUNNING);
            case Command.Resume resume -> EnumSet.of(RunState.PAUSED, RunState.INTERRUPTED);
            case Command.Checkpoint checkpoint -> EnumSet.of(RunState.PREPARING, RunState.RUNNING);
            case Command.Stop stop -> notTerminal();
            case Command.Set set -> notTerminal();
            case Command.Fork fork -> EnumSet.allOf(RunState.class);
        };
    }

    private static Set<RunState> notTerminal() {
        Set<RunState> states = EnumSet.allOf(RunState.class);
        states.removeIf(RunState::isTerminal);
        return states;
    }

    /** The state to which the command leads. */
    static RunState after(RunState state, Command command) {
        return switch (command) {
            case Command.Pause pause -> RunState.PAUSED;
            case Command.Resume resume -> RunState.RUNNING;
            case Command.Stop stop -> RunState.CANCELLED;
            case Command.Checkpoint checkpoint -> state;
            case Command.Set set -> state;
            case Command.Fork fork -> state;
        };
    }

    /** The name of the command on the wire. */
    static String type(Command command) {
        return command.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
