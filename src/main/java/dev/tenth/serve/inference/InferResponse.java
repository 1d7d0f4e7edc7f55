package dev.tenth.serve.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tenth.serve.engine.Fields;
import dev.tenth.serve.engine.Models.Version;
import dev.tenth.serve.inference.InferRequest.Wanted;
import dev.tenth.torch.HostTensor;
import jakarta.ws.rs.core.MediaType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The answer to a request for inference, as it is sent.
 *
 * @param headerLength of the JSON, where binary data follows it
 */
record InferResponse(byte[] body, String mediaType, OptionalInt headerLength) {
    /** How long the JSON is that stands before binary data. */
    static final String HEADER_LENGTH = "Inference-Header-Content-Length";

    private static final JsonFactory JSON = new JsonFactory();

    static InferResponse png(byte[] file) {
        return new InferResponse(file, Pictures.PNG, OptionalInt.empty());
    }

    /**
     * Writes the outputs that were wanted.
     *
     * @throws IllegalArgumentException if the model does not give one of them
     */
    static InferResponse of(InferRequest request, Version version, Map<String, HostTensor> outputs) {
        List<Wanted> wanted = request.outputs().isEmpty()
                ? outputs.keySet().stream()
                        .map(name -> new Wanted(name, java.util.Optional.empty()))
                        .toList()
                : request.outputs();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("model_name", version.run().id());
            json.writeStringField("model_version", version.name());
            if (request.id().isPresent()) {
                json.writeStringField("id", request.id().get());
            }
            json.writeArrayFieldStart("outputs");
            for (Wanted output : wanted) {
                write(json, output, request.binary(), outputs, data);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        if (data.size() == 0) {
            return new InferResponse(body.toByteArray(), MediaType.APPLICATION_JSON, OptionalInt.empty());
        }
        OptionalInt headerLength = OptionalInt.of(body.size());
        body.writeBytes(data.toByteArray());
        return new InferResponse(body.toByteArray(), MediaType.APPLICATION_OCTET_STREAM, headerLength);
    }

    private static void write(
            JsonGenerator json,
            Wanted wanted,
            boolean binary,
            Map<String, HostTensor> outputs,
            ByteArrayOutputStream data)
            throws IOException {
        HostTensor tensor = outputs.get(wanted.name());
        if (tensor == null) {
            throw Fields.wrong("outputs", '"' + wanted.name() + '"', "one of " + outputs.keySet());
        }
        json.writeStartObject();
        json.writeStringField("name", wanted.name());
        json.writeArrayFieldStart("shape");
        for (long dimension : tensor.shape()) {
            json.writeNumber(dimension);
        }
        json.writeEndArray();
        json.writeStringField("datatype", TensorJson.name(tensor.type()));
        if (wanted.binary().orElse(binary)) {
            byte[] bytes = new byte[tensor.bytes().remaining()];
            tensor.bytes().get(bytes);
            json.writeObjectFieldStart("parameters");
            json.writeNumberField("binary_data_size", bytes.length);
            json.writeEndObject();
            data.writeBytes(bytes);
        } else {
            json.writeFieldName("data");
            TensorJson.write(json, tensor);
        }
        json.writeEndObject();
    }
}
