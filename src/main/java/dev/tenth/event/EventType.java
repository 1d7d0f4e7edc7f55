package dev.tenth.event;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The types of events, as they are named on the wire. */
public enum EventType {
    RUN_STATE("run.state", Loss.NEVER),
    RUN_RESUMED("run.resumed", Loss.NEVER),
    COMMAND_APPLIED("command.applied", Loss.NEVER),
    CHECKPOINT("checkpoint", Loss.BY_RESUMING),
    NON_FINITE("non-finite", Loss.NEVER),
    METRICS("metrics", Loss.BY_LAGGING),
    CURVE("curve", Loss.BY_LAGGING),
    FIELD("field", Loss.BY_LAGGING),
    IMAGE("image", Loss.BY_LAGGING),
    TEXT("text", Loss.BY_LAGGING),
    HISTOGRAM("histogram", Loss.BY_LAGGING),
    MATRIX("matrix", Loss.BY_LAGGING),
    TRAIL("trail", Loss.BY_LAGGING),
    /** Stands for events that a viewer does not get; it is in no log. */
    GAP("gap", Loss.NEVER);

    /** What may be lost of the events of a type. */
    private enum Loss {
        NEVER,
        /** A run that goes on from an earlier state takes it back; it is in the record all the same. */
        BY_RESUMING,
        /** That, and a viewer that lags gets the newest alone. */
        BY_LAGGING
    }

    private static final Map<String, EventType> BY_WIRE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(EventType::wire, Function.identity()));

    private final String wire;
    private final Loss loss;

    EventType(String wire, Loss loss) {
        this.wire = wire;
        this.loss = loss;
    }

    public String wire() {
        return wire;
    }

    /** The type of this name; empty for one that only a newer version knows. */
    public static Optional<EventType> named(String wire) {
        return Optional.ofNullable(BY_WIRE.get(wire));
    }

    /** Whether every viewer gets every one; the others may be left out for a viewer that lags, announced as a gap. */
    public boolean isLossless() {
        return loss != Loss.BY_LAGGING;
    }

    /** The same of a type as it stands in a log. A type of a newer version is passed on whole: nothing is known about it. */
    public static boolean isLossless(String wire) {
        return named(wire).map(EventType::isLossless).orElse(true);
    }

    /** Whether a run that goes on from an earlier state takes it back; the others tell what did happen. */
    public boolean isSupersedable() {
        return loss != Loss.NEVER;
    }
}
