package dev.tenth.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.text.Excerpt;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Events as JSON, and back. Data are encoded once, when they are written; what passes an event on takes them as they are. Figures
 * keep all their digits; what is drawn is {@code float32}, in the fewest digits that tell its numbers apart.
 */
public final class EventCodec {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonStringEncoder STRINGS = JsonStringEncoder.getInstance();
    /** How the data of everything that has an id begin: the encoder writes it first. */
    private static final String ID = "{\"id\":\"";

    /** About the length of an envelope without its data. */
    private static final int HEAD_CHARACTERS = 128;

    private EventCodec() {}

    /** The data of an event as JSON on one line. */
    public static String encode(EventData data) {
        return DataEncoder.encode(data);
    }

    /**
     * What an event tells.
     *
     * @return empty if only a newer version knows its type
     * @throws IllegalStateException if its data are not what its type has
     */
    public static Optional<EventData> decode(Event event) {
        return EventType.named(event.type()).map(type -> {
            try {
                return DataDecoder.decode(type, JSON.readTree(event.data()));
            } catch (JsonProcessingException | IllegalArgumentException e) {
                throw new IllegalStateException(
                        "event %d of run %s: these are no data of %s: %s (%s)"
                                .formatted(
                                        event.seq(),
                                        event.run(),
                                        event.type(),
                                        Excerpt.of(event.data()),
                                        e.getMessage()),
                        e);
            }
        });
    }

    /** An event as every viewer gets it: {@code {"run":…,"seq":…,"step":…,"at":…,"type":…,"data":{…}}}, on one line. */
    public static String line(Event event) {
        // The data are JSON already and go in as they are.
        return head(event, event.type()).append(event.data()).append('}').toString();
    }

    /**
     * A line that stands for events that are left out.
     *
     * @param last the last one of them, whose number, step and time it gets
     */
    public static String gap(long from, Event last) {
        return head(last, EventType.GAP.wire())
                .append(encode(new EventData.Gap(from, last.seq())))
                .append('}')
                .toString();
    }

    private static StringBuilder head(Event event, String type) {
        StringBuilder head = new StringBuilder(HEAD_CHARACTERS + event.data().length());
        head.append("{\"run\":\"");
        STRINGS.quoteAsString(event.run(), head);
        head.append("\",\"seq\":").append(event.seq()).append(",\"step\":").append(event.step());
        head.append(",\"at\":\"").append(event.at()).append("\",\"type\":\"");
        STRINGS.quoteAsString(type, head);
        return head.append("\",\"data\":");
    }

    /** By which a newer event takes the place of an older one on a page: the type and, where the data have one, the id. */
    public static String key(Event event) {
        String data = event.data();
        if (!data.startsWith(ID)) {
            return event.type();
        }
        int end = ID.length();
        while (data.charAt(end) != '"') {
            end += data.charAt(end) == '\\' ? 2 : 1;
        }
        return event.type() + " " + data.substring(ID.length(), end);
    }

    /** Figures by name as a JSON object; null where one is not finite. */
    public static String encodeFigures(Map<String, Double> values) {
        return DataEncoder.figures(values);
    }

    /** The same back. */
    public static Map<String, Double> decodeFigures(String json) {
        Map<String, Double> values = new LinkedHashMap<>();
        JsonObjects.read(json)
                .forEach((name, value) ->
                        values.put(name, value instanceof Number number ? number.doubleValue() : Double.NaN));
        return values;
    }

    /** For the encoder and the decoder. */
    static JsonNode tree(Object value) {
        return JSON.valueToTree(value);
    }

    static Map<String, Object> map(JsonNode object) {
        return JSON.convertValue(object, JSON.getTypeFactory().constructMapType(Map.class, String.class, Object.class));
    }
}
