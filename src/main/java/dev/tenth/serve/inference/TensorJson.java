package dev.tenth.serve.inference;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.POJONode;
import dev.tenth.serve.engine.Fields;
import dev.tenth.torch.DType;
import dev.tenth.torch.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tensors as the Open Inference Protocol spells them: names of types, and data as JSON, flat or nested. */
final class TensorJson {
    private static final Map<DType, String> NAMES = Map.of(
            DType.FLOAT32, "FP32",
            DType.FLOAT64, "FP64",
            DType.BFLOAT16, "BF16",
            DType.INT64, "INT64",
            DType.UINT8, "UINT8",
            DType.BOOL, "BOOL");
    /** JSON has no numbers for these. */
    private static final List<String> NOT_NUMBERS = List.of("NaN", "Infinity", "-Infinity");

    private TensorJson() {}

    static String name(DType type) {
        return NAMES.get(type);
    }

    /** The type of a name. */
    static DType type(String field, String name) {
        return NAMES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> Fields.wrong(
                        field,
                        '"' + name + '"',
                        "one of " + NAMES.values().stream().sorted().collect(Collectors.joining(", "))));
    }

    /**
     * Reads a tensor's data.
     *
     * @param field its name in messages
     * @param data where {@link InferBody} found an array: of all elements, or of arrays as the shape has it
     */
    static HostTensor read(String field, DType type, long[] shape, JsonNode data) {
        if (type == DType.BFLOAT16) {
            throw Fields.wrong(field, "JSON", "how BF16 can be sent; send it as binary data");
        }
        if (!(data instanceof POJONode node && node.getPojo() instanceof InferBody.Data place)) {
            throw Fields.wrong(field, Fields.shown(data), "an array");
        }
        Elements elements = new Elements(field, type, shape);
        try (JsonParser parser = place.parser()) {
            parser.nextToken();
            if (parser.nextToken() == JsonToken.START_ARRAY) {
                elements.nested(parser, 0);
            } else {
                elements.flat(parser);
            }
        } catch (IOException e) {
            throw Fields.malformed(e);
        }
        return elements.tensor();
    }

    /** Elements in the order in which they come; what the request claims of their number is not believed. */
    private static final class Elements {
        private final String field;
        private final DType type;
        private final long[] shape;
        private final long expected;
        private ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        private long count;

        Elements(String field, DType type, long[] shape) {
            this.field = field;
            this.type = type;
            this.shape = shape;
            this.expected = HostTensor.size(shape);
        }

        /** One array of all; the parser is at its first element, or its end. */
        void flat(JsonParser parser) throws IOException {
            while (parser.currentToken() != JsonToken.END_ARRAY) {
                add(parser);
                parser.nextToken();
            }
        }

        /** Arrays as the shape has them; the parser is at the first element, or the end, of one at this depth. */
        void nested(JsonParser parser, int depth) throws IOException {
            long size = 0;
            for (; parser.currentToken() != JsonToken.END_ARRAY; parser.nextToken()) {
                if (depth >= shape.length - 1) {
                    add(parser);
                } else if (parser.currentToken() == JsonToken.START_ARRAY) {
                    parser.nextToken();
                    nested(parser, depth + 1);
                } else {
                    throw Fields.wrong(field, Fields.shown(parser), "an array, as its neighbours");
                }
                size++;
            }
            if (depth >= shape.length || size != shape[depth]) {
                throw Fields.wrong(
                        field,
                        "an array of " + size + " at depth " + depth,
                        "what the shape " + Arrays.toString(shape) + " has there");
            }
        }

        HostTensor tensor() {
            if (count != expected) {
                throw count(Long.toString(count));
            }
            return new HostTensor(type, shape, bytes.flip());
        }

        private IllegalArgumentException count(String found) {
            return Fields.wrong(
                    field, found + " elements", expected + ", which the shape " + Arrays.toString(shape) + " takes");
        }

        private void add(JsonParser parser) throws IOException {
            if (count == expected) {
                throw count("more than " + count);
            }
            count++;
            if (bytes.remaining() < type.bytes()) {
                bytes = ByteBuffer.allocate(2 * bytes.capacity())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put(bytes.flip());
            }
            switch (type) {
                case FLOAT32 -> bytes.putFloat((float) number(parser));
                case FLOAT64 -> bytes.putDouble(number(parser));
                case INT64 -> bytes.putLong(integer(parser, Long.MIN_VALUE, Long.MAX_VALUE, "a 64-bit integer"));
                case UINT8 -> bytes.put((byte) integer(parser, 0, 255, "an integer from 0 to 255"));
                case BOOL -> bytes.put((byte) (truth(parser) ? 1 : 0));
                case BFLOAT16 -> throw new IllegalStateException("BF16 is not read from JSON");
            }
        }

        private double number(JsonParser parser) throws IOException {
            if (parser.currentToken().isNumeric()) {
                return parser.getDoubleValue();
            }
            if (parser.currentToken() == JsonToken.VALUE_STRING && NOT_NUMBERS.contains(parser.getText())) {
                return Double.parseDouble(parser.getText());
            }
            throw Fields.wrong(field, Fields.shown(parser), "a number");
        }

        private long integer(JsonParser parser, long least, long most, String allowed) throws IOException {
            boolean fits = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    && parser.getLongValue() >= least
                    && parser.getLongValue() <= most;
            if (!fits) {
                throw Fields.wrong(field, Fields.shown(parser), allowed);
            }
            return parser.getLongValue();
        }

        private boolean truth(JsonParser parser) throws IOException {
            if (!parser.currentToken().isBoolean()) {
                throw Fields.wrong(field, Fields.shown(parser), "true or false");
            }
            return parser.getBooleanValue();
        }
    }

    /** Writes a tensor's data as one flat array. */
    static void write(JsonGenerator json, HostTensor tensor) throws IOException {
        ByteBuffer bytes = tensor.bytes();
        json.writeStartArray();
        while (bytes.hasRemaining()) {
            switch (tensor.type()) {
                case FLOAT32 -> {
                    float value = bytes.getFloat();
                    if (Float.isFinite(value)) {
                        json.writeNumber(value);
                    } else {
                        json.writeString(Float.toString(value));
                    }
                }
                case FLOAT64 -> {
                    double value = bytes.getDouble();
                    if (Double.isFinite(value)) {
                        json.writeNumber(value);
                    } else {
                        json.writeString(Double.toString(value));
                    }
                }
                case INT64 -> json.writeNumber(bytes.getLong());
                case UINT8 -> json.writeNumber(Byte.toUnsignedInt(bytes.get()));
                case BOOL -> json.writeBoolean(bytes.get() != 0);
                case BFLOAT16 -> json.writeNumber(Float.intBitsToFloat(bytes.getShort() << 16));
            }
        }
        json.writeEndArray();
    }
}
