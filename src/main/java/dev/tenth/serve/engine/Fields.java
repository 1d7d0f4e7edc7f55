package dev.tenth.serve.engine;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.http.ReceivedBody;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The fields of a JSON object, read strictly: each error names the field, its value and what is allowed. */
public record Fields(JsonNode object) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** What is asked of a text is read on the event loop: it may take no time. */
    public static final int LARGEST = 1 << 20;

    public static Fields of(ReceivedBody body) {
        if (body.bytes() > LARGEST) {
            throw new ModelException(
                    ModelException.Reason.TOO_LARGE, "body: larger than the limit of %,d bytes".formatted(LARGEST));
        }
        return of(body.content());
    }

    public static Fields of(byte[] body) {
        try {
            JsonNode json = JSON.readTree(body);
            if (json == null || !json.isObject()) {
                throw wrong("body", shown(json), "a JSON object");
            }
            return new Fields(json);
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /** Refuses fields of other names. */
    public Fields only(Set<String> names) {
        object.fieldNames().forEachRemaining(name -> {
            if (!names.contains(name)) {
                throw wrong(name, "it", "one of " + names.stream().sorted().toList());
            }
        });
        return this;
    }

    /** Whether it is there and not null. */
    public boolean has(String name) {
        return object.hasNonNull(name);
    }

    public Optional<String> text(String name) {
        return has(name) ? Optional.of(text(name, object.get(name))) : Optional.empty();
    }

    public String required(String name) {
        return text(name).orElseThrow(() -> wrong(name, "nothing", "a text"));
    }

    private static String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw wrong(name, shown(value), "a text");
        }
        return value.textValue();
    }

    /** One text, or a list of them. */
    public List<String> texts(String name, int most) {
        if (!has(name)) {
            return List.of();
        }
        JsonNode value = object.get(name);
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        List<String> texts = new ArrayList<>();
        value.forEach(each -> texts.add(each.isTextual() ? each.textValue() : null));
        if (!value.isArray() || texts.size() > most || texts.contains(null)) {
            throw wrong(name, shown(value), "a text or a list of at most " + most + " texts");
        }
        return texts;
    }

    public double number(String name, double otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        if (!object.get(name).isNumber()) {
            throw wrong(name, shown(object.get(name)), "a number");
        }
        return object.get(name).doubleValue();
    }

    public long integer(String name, long otherwise, long least, long most) {
        if (!has(name)) {
            return otherwise;
        }
        JsonNode value = object.get(name);
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < least
                || value.longValue() > most) {
            throw wrong(name, shown(value), "an integer from " + least + " to " + most);
        }
        return value.longValue();
    }

    public boolean truth(String name) {
        if (!has(name)) {
            return false;
        }
        if (!object.get(name).isBoolean()) {
            throw wrong(name, shown(object.get(name)), "true or false");
        }
        return object.get(name).booleanValue();
    }

    /** The fields of an object inside; none if it is not there. */
    public Fields inside(String name) {
        JsonNode value = has(name) ? object.get(name) : JSON.createObjectNode();
        if (!value.isObject()) {
            throw wrong(name, shown(value), "an object");
        }
        return new Fields(value);
    }

    /** What a parser says of a body. */
    public static IllegalArgumentException malformed(IOException failure) {
        String said = failure instanceof JacksonException json ? json.getOriginalMessage() : failure.getMessage();
        return new IllegalArgumentException("body: malformed JSON: " + said, failure);
    }

    /** A value that cannot be. */
    public static IllegalArgumentException wrong(String field, String value, String allowed) {
        return new IllegalArgumentException(field + ": " + value + " is not " + allowed);
    }

    /** A value for people: not longer than they want to read. */
    public static String shown(JsonNode value) {
        if (value == null || value.isMissingNode()) {
            return "nothing";
        }
        if (value.isContainerNode() || value.isPojo()) {
            return value.isObject() ? "an object" : "an array";
        }
        return cut(value.toString());
    }

    /** The same for where a parser is. */
    public static String shown(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_ARRAY -> "an array";
            case START_OBJECT -> "an object";
            case VALUE_STRING -> cut('"' + parser.getText() + '"');
            default -> cut(parser.getText());
        };
    }

    private static String cut(String text) {
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }
}
