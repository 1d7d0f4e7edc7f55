package dev.tenth.serve;

import static dev.tenth.serve.TensorJson.shown;
import static dev.tenth.serve.TensorJson.wrong;

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
record Fields(JsonNode object) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** What is asked of a text is read on the event loop: it may take no time. */
    static final int LARGEST = 1 << 20;

    static Fields of(ReceivedBody body) {
        if (body.bytes() > LARGEST) {
            throw new ModelException(
                    ModelException.Reason.TOO_LARGE, "body: larger than the limit of %,d bytes".formatted(LARGEST));
        }
        return of(body.content());
    }

    static Fields of(byte[] body) {
        try {
            JsonNode json = JSON.readTree(body);
            if (json == null || !json.isObject()) {
                throw wrong("body", shown(json), "a JSON object");
            }
            return new Fields(json);
        } catch (IOException e) {
            throw InferBody.malformed(e);
        }
    }

    /** Refuses fields of other names. */
    Fields only(Set<String> names) {
        object.fieldNames().forEachRemaining(name -> {
            if (!names.contains(name)) {
                throw wrong(name, "it", "one of " + names.stream().sorted().toList());
            }
        });
        return this;
    }

    /** Whether it is there and not null. */
    boolean has(String name) {
        return object.hasNonNull(name);
    }

    Optional<String> text(String name) {
        return has(name) ? Optional.of(text(name, object.get(name))) : Optional.empty();
    }

    String required(String name) {
        return text(name).orElseThrow(() -> wrong(name, "nothing", "a text"));
    }

    private static String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw wrong(name, shown(value), "a text");
        }
        return value.textValue();
    }

    /** One text, or a list of them. */
    List<String> texts(String name, int most) {
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

    double number(String name, double otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        if (!object.get(name).isNumber()) {
            throw wrong(name, shown(object.get(name)), "a number");
        }
        return object.get(name).doubleValue();
    }

    long integer(String name, long otherwise, long least, long most) {
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

    boolean truth(String name) {
        if (!has(name)) {
            return false;
        }
        if (!object.get(name).isBoolean()) {
            throw wrong(name, shown(object.get(name)), "true or false");
        }
        return object.get(name).booleanValue();
    }

    /** The fields of an object inside; none if it is not there. */
    Fields inside(String name) {
        JsonNode value = has(name) ? object.get(name) : JSON.createObjectNode();
        if (!value.isObject()) {
            throw wrong(name, shown(value), "an object");
        }
        return new Fields(value);
    }
}
