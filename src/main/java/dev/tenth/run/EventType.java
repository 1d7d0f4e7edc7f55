package dev.tenth.run;

import java.util.Arrays;
import java.util.List;

/** The types of events, as they are named on the wire. */
public enum EventType {
    RUN_STATE("run.state", true),
    RUN_RESUMED("run.resumed", true),
    COMMAND_APPLIED("command.applied", true),
    CHECKPOINT("checkpoint", true),
    NON_FINITE("non-finite", true),
    METRICS("metrics", false),
    CURVE("curve", false),
    FIELD("field", false),
    IMAGE("image", false),
    TEXT("text", false),
    HISTOGRAM("histogram", false),
    MATRIX("matrix", false),
    TRAIL("trail", false);

    /** What a run takes back that goes on from an earlier state; the others tell what did happen. */
    static final List<String> SUPERSEDABLE = Arrays.stream(values())
            .filter(type -> !type.lossless || type == CHECKPOINT)
            .map(EventType::wire)
            .toList();

    private final String wire;
    private final boolean lossless;

    EventType(String wire, boolean lossless) {
        this.wire = wire;
        this.lossless = lossless;
    }

    public String wire() {
        return wire;
    }

    /** Whether every viewer gets every one; the others may be left out for a viewer that lags, announced as a gap. */
    public boolean isLossless() {
        return lossless;
    }

    /** The same of a type as it stands in a log. A type of a newer version is passed on whole: nothing is known about it. */
    public static boolean isLossless(String wire) {
        return Arrays.stream(values()).filter(type -> type.wire.equals(wire)).allMatch(EventType::isLossless);
    }
}
