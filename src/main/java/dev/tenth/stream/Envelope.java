package dev.tenth.stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.run.EventType;
import dev.tenth.store.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * An event as every door sends it, encoded once: {@code {"run":…,"seq":…,"step":…,"at":…,"type":…,"data":{…}}}.
 *
 * @param seq the viewer's cursor once it has this
 * @param first the first number that it stands for: of a gap, where the gap begins; else {@code seq}
 * @param key by which a later one takes its place when a viewer lags; empty if it must not be left out
 * @param frame the same as a WebSocket frame: a server's frames are not masked, so they are the same for all viewers
 */
record Envelope(long seq, long first, String key, byte[] json, ByteBuf frame) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FINAL_TEXT = 0x81;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int LARGEST_16 = 0xffff;

    static Envelope of(Event event) {
        // The data is JSON already and goes in as it is.
        byte[] json = (head(event, event.type()) + event.data() + "}").getBytes(StandardCharsets.UTF_8);
        return new Envelope(event.seq(), event.seq(), key(event), json, frame(json));
    }

    /** Stands for the events {@code from} … {@code last.seq()}, which are left out. */
    static Envelope gap(long from, Event last) {
        String data = "{\"from\":" + from + ",\"to\":" + last.seq() + "}";
        byte[] json = (head(last, "gap") + data + "}").getBytes(StandardCharsets.UTF_8);
        return new Envelope(last.seq(), from, "", json, frame(json));
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

    /** The type and, where the data has one, its id, which every encoder writes first. */
    static String key(Event event) {
        if (isLossless(event)) {
            return "";
        }
        String data = event.data();
        String id = "{\"id\":\"";
        return data.startsWith(id)
                ? event.type() + " " + data.substring(id.length(), data.indexOf('"', id.length()))
                : event.type();
    }

    private static ByteBuf frame(byte[] json) {
        ByteBuf frame = Unpooled.directBuffer(json.length + 10);
        frame.writeByte(FINAL_TEXT);
        if (json.length < LENGTH_16) {
            frame.writeByte(json.length);
        } else if (json.length <= LARGEST_16) {
            frame.writeByte(LENGTH_16).writeShort(json.length);
        } else {
            frame.writeByte(LENGTH_64).writeLong(json.length);
        }
        return frame.writeBytes(json);
    }
}
