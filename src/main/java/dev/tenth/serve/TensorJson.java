package dev.tenth.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
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
                .orElseThrow(() -> wrong(
                        field,
                        '"' + name + '"',
                        "one of " + NAMES.values().stream().sorted().collect(Collectors.joining(", "))));
    }

    /**
     * Reads a tensor's data.
     *
     * @param field its name in messages
     * @param data an array of all elements, or of arrays as the shape has it
     */
    static HostTensor read(String field, DType type, long[] shape, JsonNode data) {
        if (type == DType.BFLOAT16) {
            throw wrong(field, "JSON", "how BF16 can be sent; send it as binary data");
        }
        if (!data.isArray()) {
            throw wrong(field, shown(data), "an array");
        }
        Elements elements = new Elements(field, type);
        if (data.path(0).isArray()) {
            nested(field, shape, 0, data, elements);
        } else {
            elements.addAll(data);
        }
        long expected = HostTensor.size(shape);
        if (elements.count != expected) {
            throw wrong(
                    field,
                    elements.count + " elements",
                    expected + ", which the shape " + Arrays.toString(shape) + " takes");
        }
        return new HostTensor(type, shape, elements.bytes.flip());
    }

    private static void nested(String field, long[] shape, int depth, JsonNode data, Elements elements) {
        if (depth >= shape.length || data.size() != shape[depth]) {
            throw wrong(
                    field,
                    "an array of " + data.size() + " at depth " + depth,
                    "what the shape " + Arrays.toString(shape) + " has there");
        }
        if (depth == shape.length - 1) {
            elements.addAll(data);
            return;
        }
        for (JsonNode part : data) {
            if (!part.isArray()) {
                throw wrong(field, shown(part), "an array, as its neighbours");
            }
            nested(field, shape, depth + 1, part, elements);
        }
    }

    /** Elements in the order in which they come; what the request claims of their number is not believed. */
    private static final class Elements {
        private final String field;
        private final DType type;
        private ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        private long count;

        Elements(String field, DType type) {
            this.field = field;
            this.type = type;
        }

        void addAll(JsonNode array) {
            int wanted = bytes.position() + array.size() * type.bytes();
            if (wanted > bytes.capacity()) {
                bytes = ByteBuffer.allocate(Math.max(wanted, 2 * bytes.capacity()))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put(bytes.flip());
            }
            array.forEach(this::add);
            count += array.size();
        }

        private void add(JsonNode value) {
            switch (type) {
                case FLOAT32 -> bytes.putFloat((float) number(value));
                case FLOAT64 -> bytes.putDouble(number(value));
                case INT64 -> bytes.putLong(integer(value, Long.MIN_VALUE, Long.MAX_VALUE, "a 64-bit integer"));
                case UINT8 -> bytes.put((byte) integer(value, 0, 255, "an integer from 0 to 255"));
                case BOOL -> bytes.put((byte) (truth(value) ? 1 : 0));
                case BFLOAT16 -> throw new IllegalStateException("BF16 is not read from JSON");
            }
        }

        private double number(JsonNode value) {
            if (value.isNumber()) {
                return value.doubleValue();
            }
            if (value.isTextual() && NOT_NUMBERS.contains(value.textValue())) {
                return Double.parseDouble(value.textValue());
            }
            throw wrong(field, shown(value), "a number");
        }

        private long integer(JsonNode value, long least, long most, String allowed) {
            if (!value.isIntegralNumber()
                    || !value.canConvertToLong()
                    || value.longValue() < least
                    || value.longValue() > most) {
                throw wrong(field, shown(value), allowed);
            }
            return value.longValue();
        }

        private boolean truth(JsonNode value) {
            if (!value.isBoolean()) {
                throw wrong(field, shown(value), "true or false");
            }
            return value.booleanValue();
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

    static IllegalArgumentException wrong(String field, String value, String allowed) {
        return new IllegalArgumentException(field + ": " + value + " is not " + allowed);
    }

    /** A value for people: not longer than they want to read. */
    static String shown(JsonNode value) {
        if (value == null || value.isMissingNode()) {
            return "nothing";
        }
        if (value.isContainerNode()) {
            return value.isArray() ? "an array" : "an object";
        }
        String text = value.toString();
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }
}
