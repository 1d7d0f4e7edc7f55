package dev.tenth.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The protocol's own schema, which every answer must keep. */
public final class InferenceSchema {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode DEFINITIONS = read();

    private InferenceSchema() {}

    private static JsonNode read() {
        try (InputStream file = InferenceSchema.class.getResourceAsStream("/open-inference-v2.schema.json")) {
            return JSON.readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The message as JSON, after it was held against one of the definitions. */
    public static JsonNode check(String definition, String message) {
        JsonNode node;
        try {
            node = JSON.readTree(message);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + message, e);
        }
        JsonNode root = ((com.fasterxml.jackson.databind.node.ObjectNode) DEFINITIONS.deepCopy())
                .put("$ref", "#/$defs/" + definition);
        assertThat(DEFINITIONS.path("$defs").has(definition)).as(definition).isTrue();
        JsonSchema schema =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(root);
        assertThat(schema.validate(node)).as(message).isEmpty();
        return node;
    }
}
