package dev.tenth.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.text.Excerpt;
import java.util.Map;

/** The JSON objects of the log and the index as maps. */
public final class JsonObjects {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonObjects() {}

    /** @throws IllegalStateException if it is none */
    public static Map<String, Object> read(String json) {
        Map<String, Object> object;
        try {
            object = JSON.readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON object: " + Excerpt.of(json), e);
        }
        if (object == null) {
            throw new IllegalStateException("no JSON object: " + Excerpt.of(json));
        }
        return object;
    }

    public static String write(Map<String, ?> values) {
        try {
            return JSON.writeValueAsString(values);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("parameters are plain JSON: " + values, e);
        }
    }
}
