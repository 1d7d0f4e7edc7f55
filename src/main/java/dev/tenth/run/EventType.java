package dev.tenth.run;

import java.util.Arrays;

/** The types of events, as they are named on the wire. */
public enum EventType {
    RUN_STATE("run.state", true),
    RUN_RESUMED("run.resumed", true),
    COMMAND_APPLIED("command.applied", true),
    CHECKPOINT("checkpoint", true),
    METRICS("metrics", false),
    CURVE("curve", false),
    FIELD("field", false),
    IMAGE("image", false),
    TEXT("text", false),
    HISTOGRAM("histogram", false),
    MATRIX("matrix", false),
    TRAIL("trail", false);

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

    public static EventType ofWire(String wire) {
        return Arrays.stream(values())
                .filter(type -> type.wire.equals(wire))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("type: \"" + wire + "\" is no type of event"));
    }
}
