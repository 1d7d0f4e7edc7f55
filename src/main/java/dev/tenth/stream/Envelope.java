package dev.tenth.stream;

import dev.tenth.event.Event;
import dev.tenth.event.EventCodec;

/**
 * An event as every viewer gets it, encoded once.
 *
 * @param seq the viewer's cursor once it has this
 * @param first the first number that it stands for: of a gap, where the gap begins; else {@code seq}
 * @param json on one line
 */
record Envelope(long seq, long first, String json) {
    static Envelope of(Event event) {
        return new Envelope(event.seq(), event.seq(), EventCodec.line(event));
    }

    /** Stands for the events {@code from} … {@code last.seq()}, which are left out. */
    static Envelope gap(long from, Event last) {
        return new Envelope(last.seq(), from, EventCodec.gap(from, last));
    }
}
