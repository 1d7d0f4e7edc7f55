package dev.tenth.serve.inference;

import static dev.tenth.serve.engine.Fields.wrong;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.serve.engine.Fields;
import java.io.IOException;

/**
 * The JSON of a request for inference as a tree, but without the data of the inputs: as nodes of a tree its numbers would take many
 * times their size. It stays in the body until its type is known, and is then read number by number.
 */
final class InferBody {
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .build());
    private static final int MOST_TOKENS = 10_000;

    private InferBody() {}

    /** Where an array of data begins in a body. */
    record Data(byte[] body, int offset, int length) {
        /** A parser whose next token is the beginning of the array. */
        JsonParser parser() throws IOException {
            return JSON.createParser(body, offset, length - offset);
        }
    }

    /**
     * The tree of a body's first bytes.
     *
     * @throws IllegalArgumentException if they are not a JSON object
     */
    static JsonNode read(byte[] body, int length) {
        try (JsonParser parser = new Bounded(JSON.createParser(body, 0, length))) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw wrong("body", first == null ? "nothing" : Fields.shown(parser), "a JSON object");
            }
            ObjectNode tree = JSON.createObjectNode();
            for (String name; (name = parser.nextFieldName()) != null; ) {
                boolean inputs = parser.nextToken() == JsonToken.START_ARRAY && name.equals("inputs");
                tree.set(name, inputs ? inputs(parser, body, length) : parser.readValueAsTree());
            }
            if (parser.nextToken() != null) {
                throw wrong("body", "malformed JSON: more than one value", "a JSON object");
            }
            return tree;
        } catch (IOException e) {
            throw Fields.malformed(e);
        }
    }

    private static ArrayNode inputs(JsonParser parser, byte[] body, int length) throws IOException {
        ArrayNode inputs = JSON.createArrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            inputs.add(
                    parser.currentToken() == JsonToken.START_OBJECT
                            ? input(parser, body, length)
                            : parser.<JsonNode>readValueAsTree());
        }
        return inputs;
    }

    private static ObjectNode input(JsonParser parser, byte[] body, int length) throws IOException {
        ObjectNode input = JSON.createObjectNode();
        for (String name; (name = parser.nextFieldName()) != null; ) {
            if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("data")) {
                int offset = (int) parser.currentTokenLocation().getByteOffset();
                if (offset < 0) {
                    throw wrong("body", "JSON in another encoding", "JSON in UTF-8");
                }
                input.putPOJO(name, new Data(body, offset, length));
                parser.skipChildren();
            } else {
                input.set(name, parser.readValueAsTree());
            }
        }
        return input;
    }

    /** What is not data is little. */
    private static final class Bounded extends JsonParserDelegate {
        private int tokens;

        Bounded(JsonParser parser) {
            super(parser);
        }

        @Override
        public JsonToken nextToken() throws IOException {
            if (++tokens > MOST_TOKENS) {
                throw new JsonParseException(this, "more than " + MOST_TOKENS + " values beside the data of inputs");
            }
            return super.nextToken();
        }
    }
}
