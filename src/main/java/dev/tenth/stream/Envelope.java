package dev.tenth.stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.run.EventType;
import dev.tenth.store.Event;

/**
 * An event as every viewer gets it, encoded once: {@code {"run":…,"seq":…,"step":…,"at":…,"type":…,"data":{…}}}.
 *
 * @param seq the viewer's cursor once it has this
 * @param first the first number that it stands for: of a gap, where the gap begins; else {@code seq}
 * @param json on one line
 */
record Envelope(long seq, long first, String json) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Envelope of(Event event) {
        // The data is JSON already and goes in as it is.
        return new Envelope(event.seq(), event.seq(), head(event, event.type()) + event.data() + "}");
    }

    /** Stands for the events {@code from} … {@code last.seq()}, which are left out. */
    static Envelope gap(long from, Event last) {
        String data = "{\"from\":" + from + ",\"to\":" + last.seq() + "}";
        return new Envelope(last.seq(), from, head(last, "gap") + data + "}");
    }

    private static String head(Event event, String type) {
        ObjectNode head = JSON.createObjectNode();
        head.put("run", event.run()).put("seq", event.seq()).put("step", event.step());
        head.put("at", event.at().toString()).put("type", type);
        String text = head.toString();
        return text.substring(0, text.length() - 1) + ",\"data\":";
    }

    /** Whether every viewer has to get this event. */
    static boolean isLossless(Event event) {
        return EventType.isLossless(event.type());
    }

    /** By which a newer conflatable event takes the place of an older one: the type and, where the data has one, its id. */
    static String key(Event event) {
        String data = event.data();
        String id = "{\"id\":\""; // every encoder writes it first
        return data.startsWith(id)
                ? event.type() + " " + data.substring(id.length(), data.indexOf('"', id.length()))
                : event.type();
    }
}
