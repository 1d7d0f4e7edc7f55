package dev.tenth.serve.inference;

import static dev.tenth.serve.engine.Fields.shown;
import static dev.tenth.serve.engine.Fields.wrong;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenth.torch.DType;
import dev.tenth.torch.HostTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request for inference: JSON, or JSON with the data of some inputs behind it.
 *
 * @param ability the name of one of several abilities, a parameter of ours
 * @param outputs those that are wanted, in this order; all if empty
 * @param binary whether outputs that do not say otherwise are wanted as binary data
 * @see <a href="https://github.com/kserve/open-inference-protocol">Open Inference Protocol</a>
 */
record InferRequest(
        Optional<String> id,
        Optional<String> ability,
        Map<String, HostTensor> inputs,
        List<Wanted> outputs,
        boolean binary) {
    private static final int MOST_DIMENSIONS = 8;

    /** A request for all outputs of some inputs. */
    static InferRequest of(Map<String, HostTensor> inputs) {
        return new InferRequest(Optional.empty(), Optional.empty(), inputs, List.of(), false);
    }

    /** An output that is wanted. */
    record Wanted(String name, Optional<Boolean> binary) {}

    /**
     * Reads a request.
     *
     * @param headerLength of the JSON, where binary data follows it
     * @throws IllegalArgumentException naming the field, its value and what is allowed
     */
    static InferRequest read(byte[] body, Optional<String> headerLength) {
        int length = headerLength.map(text -> length(text, body.length)).orElse(body.length);
        JsonNode json = InferBody.read(body, length);
        ByteBuffer binary = ByteBuffer.wrap(body, length, body.length - length).slice();
        JsonNode inputs = json.path("inputs");
        if (!inputs.isArray() || inputs.isEmpty()) {
            throw wrong("inputs", shown(inputs), "an array of at least one input");
        }
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            String field = "inputs[" + i + "]";
            String name = text(field + ".name", inputs.get(i).path("name"));
            if (tensors.put(name, tensor(field, inputs.get(i), binary)) != null) {
                throw wrong(field + ".name", '"' + name + '"', "given once");
            }
        }
        if (binary.hasRemaining()) {
            throw wrong("body", binary.remaining() + " bytes more than the inputs tell", "what they tell");
        }
        return new InferRequest(
                optional("id", json.path("id")),
                optional("parameters.ability", json.path("parameters").path("ability")),
                tensors,
                outputs(json.path("outputs")),
                truth("parameters.binary_data_output", json.path("parameters").path("binary_data_output"))
                        .orElse(false));
    }

    private static int length(String text, int most) {
        try {
            int length = Integer.parseInt(text);
            if (length >= 0 && length <= most) {
                return length;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw wrong("Inference-Header-Content-Length", '"' + text + '"', "a length from 0 to the body's, " + most);
    }

    private static HostTensor tensor(String field, JsonNode input, ByteBuffer binary) {
        DType type = TensorJson.type(field + ".datatype", text(field + ".datatype", input.path("datatype")));
        long[] shape = shape(field + ".shape", input.path("shape"));
        JsonNode size = input.path("parameters").path("binary_data_size");
        if (size.isMissingNode()) {
            return TensorJson.read(field + ".data", type, shape, input.path("data"));
        }
        String name = field + ".parameters.binary_data_size";
        long bytes;
        try {
            bytes = Math.multiplyExact(HostTensor.size(shape), (long) type.bytes());
        } catch (ArithmeticException _) {
            throw wrong(field + ".shape", Arrays.toString(shape), "a shape of fewer than 2^63 values");
        }
        if (!size.isIntegralNumber() || size.longValue() != bytes) {
            throw wrong(
                    name, shown(size), bytes + ", which " + TensorJson.name(type) + Arrays.toString(shape) + " takes");
        }
        if (bytes > binary.remaining()) {
            throw wrong(name, bytes + " bytes", "there: only " + binary.remaining() + " are left in the body");
        }
        if (input.has("data")) {
            throw wrong(field + ".data", "JSON", "allowed beside binary data");
        }
        ByteBuffer data = binary.slice(binary.position(), (int) bytes);
        binary.position(binary.position() + (int) bytes);
        return new HostTensor(type, shape, data);
    }

    private static long[] shape(String field, JsonNode shape) {
        if (!shape.isArray() || shape.size() > MOST_DIMENSIONS) {
            throw wrong(field, shown(shape), "an array of at most " + MOST_DIMENSIONS + " integers");
        }
        long[] dimensions = new long[shape.size()];
        for (int i = 0; i < dimensions.length; i++) {
            JsonNode dimension = shape.get(i);
            if (!dimension.isIntegralNumber() || !dimension.canConvertToInt() || dimension.intValue() < 0) {
                throw wrong(field + "[" + i + "]", shown(dimension), "an integer from 0 to " + Integer.MAX_VALUE);
            }
            dimensions[i] = dimension.intValue();
        }
        try {
            HostTensor.size(dimensions);
        } catch (ArithmeticException _) {
            throw wrong(field, Arrays.toString(dimensions), "a shape of fewer than 2^63 values");
        }
        return dimensions;
    }

    private static List<Wanted> outputs(JsonNode outputs) {
        if (outputs.isMissingNode() || outputs.isNull()) {
            return List.of();
        }
        if (!outputs.isArray()) {
            throw wrong("outputs", shown(outputs), "an array");
        }
        List<Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            String field = "outputs[" + i + "]";
            String name = text(field + ".name", outputs.get(i).path("name"));
            if (wanted.stream().anyMatch(other -> other.name().equals(name))) {
                throw wrong(field + ".name", '"' + name + '"', "given once");
            }
            wanted.add(new Wanted(
                    name,
                    truth(
                            field + ".parameters.binary_data",
                            outputs.get(i).path("parameters").path("binary_data"))));
        }
        return wanted;
    }

    private static String text(String field, JsonNode value) {
        if (!value.isTextual()) {
            throw wrong(field, shown(value), "a text");
        }
        return value.textValue();
    }

    private static Optional<String> optional(String field, JsonNode value) {
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(text(field, value));
    }

    private static Optional<Boolean> truth(String field, JsonNode value) {
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw wrong(field, shown(value), "true or false");
        }
        return Optional.of(value.booleanValue());
    }
}
