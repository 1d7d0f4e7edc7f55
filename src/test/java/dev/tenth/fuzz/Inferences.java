package dev.tenth.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Bodies of requests to models: the Open Inference Protocol in JSON and with binary tensors, completions, generate. */
final class Inferences {
    private Inferences() {}

    /** A request of the Open Inference Protocol. */
    static Arbitrary<String> infer() {
        Arbitrary<Object> data =
                Json.mostly(Json.mostly(0, 0.5, -1, 1e30, "NaN").list().ofMaxSize(80));
        Arbitrary<Object> shape =
                Json.mostly(Json.mostly(1, 2, 20, 0, -1, 1L << 40).list().ofMaxSize(4));
        Arbitrary<Object> parameters = Json.mostly(Json.object(Map.of(
                "binary_data_size",
                Json.mostly(0, 80, 160, -1, Long.MAX_VALUE),
                "binary_data",
                Json.mostly(true, false),
                "ability",
                Json.mostly("sample", "predict", "classify"))));
        Arbitrary<Map<String, Object>> tensor = Json.object(Map.of(
                "name", Json.mostly("z", "x", "image"),
                "datatype", Json.mostly("FP32", "FP64", "INT64", "BYTES", "BOOL", "FP16"),
                "shape", shape,
                "data", data,
                "parameters", parameters));
        Arbitrary<Map<String, Object>> right = Arbitraries.integers()
                .between(0, 3)
                .map(rows -> Map.of(
                        "name", "z", "datatype", "FP32", "shape", new int[] {rows, 20}, "data", new float[20 * rows]));
        return Json.text(Json.object(Map.of(
                "id", Json.mostly(Texts.any()),
                "inputs", Json.mostly(Arbitraries.oneOf(tensor, right).list().ofMaxSize(2)),
                "outputs", Json.mostly(tensor.list().ofMaxSize(2)),
                "parameters", parameters)));
    }

    /** The same with tensors as bytes behind it, and a length of the JSON that may lie. */
    static Arbitrary<RawRequest> binary(Arbitrary<String> paths) {
        Arbitrary<String> lies =
                Texts.mostly("-1", "0", "10", "2147483647", "99999999999").map(Texts::header);
        Arbitrary<String> json = Arbitraries.frequencyOf(
                Tuple.of(1, infer()),
                Tuple.of(
                        1,
                        Arbitraries.of(80, 160, 0, -80)
                                .map(size -> Json.write(Map.of("inputs", new Object[] {
                                    Map.of(
                                            "name",
                                            "z",
                                            "datatype",
                                            "FP32",
                                            "shape",
                                            new int[] {1, 20},
                                            "parameters",
                                            Map.of("binary_data_size", size))
                                })))));
        return Combinators.combine(
                        paths,
                        json,
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(160),
                        Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just("")), Tuple.of(1, lies)))
                .as((path, text, data, lie) -> {
                    byte[] head = text.getBytes(StandardCharsets.UTF_8);
                    return RawRequest.of("POST", path, "application/octet-stream", Mutations.joined(head, data))
                            .with("Inference-Header-Content-Length: "
                                    + (lie.isEmpty() ? Integer.toString(head.length) : lie));
                });
    }

    /** A request for a text, of OpenAI's completions. */
    static Arbitrary<String> completion(Arbitrary<String> models) {
        return Json.text(Json.object(Map.of(
                "model", Json.mostly(models),
                "prompt",
                        Json.mostly(Arbitraries.oneOf(
                                Texts.any().map(Object.class::cast),
                                Texts.any().list().ofMaxSize(3).map(Object.class::cast))),
                "max_tokens", Json.mostly(1, 5),
                "temperature", Json.mostly(0, 0.5, 1, 2),
                "top_p", Json.mostly(0.5, 1),
                "n", Json.mostly(1, 2),
                "stream", Json.mostly(true, false),
                "logprobs", Json.mostly(0, 1, 5),
                "stop", Json.mostly("o", new String[] {"o", " "}),
                "seed", Json.mostly(0, Long.MAX_VALUE))));
    }

    /** A request for a text, of the generate extension and of the WebSocket. */
    static Arbitrary<Map<String, Object>> text() {
        return Json.object(Map.of(
                "prefix", Json.mostly(Texts.any()),
                "length", Json.mostly(1, 5, 20),
                "temperature", Json.mostly(0, 0.5, 1, 2),
                "topK", Json.mostly(0, 1, 2, Integer.MAX_VALUE),
                "topP", Json.mostly(0.5, 1),
                "stop", Json.mostly("o", new String[] {"o", " "}),
                "seed", Json.mostly(0, Long.MAX_VALUE),
                "step", Json.mostly(0, 20, 40, "latest", -1),
                "cancel", Json.mostly(true, false)));
    }

    static Arbitrary<String> generate() {
        Arbitrary<Object> parameters = Json.mostly(Json.object(Map.of(
                "max_tokens",
                Json.mostly(1, 5),
                "temperature",
                Json.mostly(0, 1),
                "stop",
                Json.mostly("o"),
                "seed",
                Json.mostly(0))));
        return Json.text(Json.object(
                Map.of("id", Json.any(), "text_input", Json.mostly(Texts.any()), "parameters", parameters)));
    }
}
