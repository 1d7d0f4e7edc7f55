package dev.tenth.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.http.Problem;
import dev.tenth.http.Problem.FieldError;
import dev.tenth.http.ReceivedBody;
import dev.tenth.text.Excerpt;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the bodies of requests, strictly: each error names its field. */
final class Json {
    /** Bytes of the largest body of a request that is not a file. */
    private static final int LARGEST_BODY = 1 << 20;

    private static final int DEEPEST = 32;
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final ObjectNode object;

    private Json(ObjectNode object) {
        this.object = object;
    }

    /** An object with no other fields than the given ones. */
    static Json read(ReceivedBody body, Set<String> fields) {
        if (body.bytes() > LARGEST_BODY) {
            throw new Problem.Exception(
                    413,
                    "Body too large",
                    "the body has " + body.bytes() + " bytes; at most " + LARGEST_BODY + " are taken");
        }
        JsonNode node;
        try (InputStream content = body.open()) {
            node = MAPPER.readTree(content);
        } catch (JsonProcessingException e) {
            throw new Problem.Exception(
                    400,
                    "Malformed JSON",
                    "line " + (e.getLocation() == null ? 1 : e.getLocation().getLineNr()) + ": "
                            + Excerpt.of(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new Problem.Exception(400, "Malformed JSON", Excerpt.of(e.getMessage()));
        }
        if (!(node instanceof ObjectNode object)) {
            throw new Problem.Exception(400, "Malformed request", "the body is not a JSON object");
        }
        object.fieldNames().forEachRemaining(name -> {
            if (!fields.contains(name)) {
                throw wrong(
                        name,
                        object.get(name),
                        "one of the fields " + fields.stream().sorted().toList());
            }
        });
        return new Json(object);
    }

    Optional<String> text(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw wrong(name, value, "a text");
        }
        return Optional.of(value.textValue());
    }

    String required(String name) {
        return text(name).orElseThrow(() -> wrong(name, null, "a text; the field is missing"));
    }

    Optional<Long> integer(String name, long least, long largest) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < least
                || value.longValue() > largest) {
            throw wrong(name, value, "an integer from " + least + " to " + largest);
        }
        return Optional.of(value.longValue());
    }

    Map<String, Object> object(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return Map.of();
        }
        if (!value.isObject()) {
            throw wrong(name, value, "an object");
        }
        return MAPPER.convertValue(value, new TypeReference<>() {});
    }

    private static Problem.Exception wrong(String name, JsonNode value, String allowed) {
        return new Problem.Exception(
                422,
                "Invalid field",
                Excerpt.of(name) + ": " + (value == null ? "nothing" : Excerpt.of(value)) + " is not " + allowed,
                new FieldError(name, value, allowed));
    }
}
