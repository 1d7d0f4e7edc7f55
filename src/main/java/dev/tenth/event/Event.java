package dev.tenth.event;

import java.time.Instant;

/**
 * One entry of a run's log, as it is stored and sent: its data stay JSON until somebody {@linkplain EventCodec#decode decodes} them.
 *
 * @param seq its place in the run, from 1 without holes
 * @param step the training step to which it belongs
 * @param type its name on the wire, perhaps one that only a newer version knows
 * @param data a JSON object
 */
public record Event(String run, long seq, long step, Instant at, String type, String data) {

    /** Whether it is of this type. */
    public boolean is(EventType type) {
        return this.type.equals(type.wire());
    }
}
