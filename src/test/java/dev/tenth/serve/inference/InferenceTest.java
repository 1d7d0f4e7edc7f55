package dev.tenth.serve.inference;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.serve.engine.Fields;
import dev.tenth.serve.engine.RunsUnderTest;
import dev.tenth.torch.Safetensors;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Open Inference Protocol over a real socket; every answer is held against the protocol's schema. */
@QuarkusTest
class InferenceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NOISE = 20;
    private static String model;

    @BeforeEach
    void train() {
        if (model == null) {
            model = RunsUnderTest.trained("gan-1d", 7, Map.of("steps", 40, "checkpointEvery", 20, "pretrainEpochs", 1));
        }
    }

    private static JsonNode get(String path, String definition) {
        Response answer = given().get(path);
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        assertThat(answer.contentType()).startsWith("application/json");
        return InferenceSchema.check(definition, answer.asString());
    }

    private static Response post(String path, Object body) {
        return given().contentType("application/json").body(body).post(path);
    }

    private static JsonNode infer(String path, Map<String, Object> request) {
        try {
            InferenceSchema.check("inferRequest", JSON.writeValueAsString(request));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(e);
        }
        Response answer = post(path, request);
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        return InferenceSchema.check("inferResponse", answer.asString());
    }

    private static String path() {
        return "/v2/models/" + model + "/infer";
    }

    private static float[] noise(long seed, int rows) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] z = new float[rows * NOISE];
        for (int i = 0; i < z.length; i++) {
            z[i] = (float) random.nextDouble(-2, 2);
        }
        return z;
    }

    private static Map<String, Object> input(Object data, int rows) {
        return Map.of("name", "z", "datatype", "FP32", "shape", List.of(rows, NOISE), "data", data);
    }

    private static float[] floats(JsonNode data) {
        float[] values = new float[data.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = data.get(i).floatValue();
        }
        return values;
    }

    @Test
    void tellsWhatItIsAndWhatItHas() {
        JsonNode server = get("/v2", "server");
        assertThat(server.path("extensions").toString()).contains("binary_tensor_data");
        assertThat(get("/v2/", "server")).isEqualTo(server);
        assertThat(get("/v2/health/live", "live").path("live").asBoolean()).isTrue();
        assertThat(get("/v2/health/ready", "ready").path("ready").asBoolean()).isTrue();
        assertThat(get("/v2/models/" + model + "/ready", "modelReady")
                        .path("name")
                        .asText())
                .isEqualTo(model);
        assertThat(get("/v2/models/" + model + "/versions/20/ready", "modelReady")
                        .path("ready")
                        .asBoolean())
                .isTrue();
        JsonNode described = get("/v2/models/" + model, "model");
        assertThat(described.path("versions").toString()).isEqualTo("[\"0\",\"20\",\"40\"]");
        assertThat(described.path("inputs").toString())
                .isEqualTo("[{\"name\":\"z\",\"datatype\":\"FP32\",\"shape\":[-1,20]}]");
        assertThat(described.path("outputs").toString())
                .isEqualTo("[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,1]}]");
        assertThat(get("/v2/models/" + model + "/versions/0", "model")).isEqualTo(described);
    }

    @Test
    void infersWhatTheWeightsOfTheVersionSay() {
        float[] z = noise(1, 5);
        for (int step : List.of(0, 20, 40)) {
            JsonNode answer = infer(
                    "/v2/models/" + model + "/versions/" + step + "/infer", Map.of("inputs", List.of(input(z, 5))));
            assertThat(answer.path("model_name").asText()).isEqualTo(model);
            assertThat(answer.path("model_version").asText()).isEqualTo("" + step);
            JsonNode x = answer.path("outputs").path(0);
            assertThat(x.path("shape").toString()).isEqualTo("[5,1]");
            float[] actual = floats(x.path("data"));
            double[] expected = reference(RunsUnderTest.checkpoint(model, step), z);
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-5));
            }
        }
        assertThat(infer(path(), Map.of("inputs", List.of(input(z, 5))))
                        .path("model_version")
                        .asText())
                .isEqualTo("40");
    }

    /** x = 4σ·tanh(W₃·tanh(W₂·tanh(W₁·z + b₁) + b₂) + b₃) + μ in float64, with the author's μ 4 and σ 2. */
    private static double[] reference(Safetensors state, float[] z) {
        double[] results = new double[z.length / NOISE];
        for (int row = 0; row < results.length; row++) {
            double[] values = new double[NOISE];
            for (int i = 0; i < NOISE; i++) {
                values[i] = z[row * NOISE + i];
            }
            for (int layer = 1; layer <= 3; layer++) {
                values = dense(state, "g/" + layer, values);
            }
            results[row] = 8 * values[0] + 4;
        }
        return results;
    }

    /** tanh(W·x + b). */
    private static double[] dense(Safetensors state, String name, double[] x) {
        float[] weights = state.tensors().get(name + "/weight").read().floats();
        float[] biases = state.tensors().get(name + "/bias").read().floats();
        double[] y = new double[biases.length];
        for (int i = 0; i < y.length; i++) {
            double sum = biases[i];
            for (int j = 0; j < x.length; j++) {
                sum += (double) weights[i * x.length + j] * x[j];
            }
            y[i] = Math.tanh(sum);
        }
        return y;
    }

    @Test
    void takesDataFlatAndNestedAndGivesBackTheIdAndTheOutputsThatAreWanted() {
        float[] z = noise(2, 3);
        List<float[]> rows = IntStream.range(0, 3)
                .mapToObj(row -> Arrays.copyOfRange(z, row * NOISE, (row + 1) * NOISE))
                .toList();
        JsonNode flat = infer(path(), Map.of("id", "42", "inputs", List.of(input(z, 3))));
        JsonNode nested = infer(
                path(), Map.of("id", "42", "inputs", List.of(input(rows, 3)), "outputs", List.of(Map.of("name", "x"))));
        assertThat(nested).isEqualTo(flat);
        assertThat(flat.path("id").asText()).isEqualTo("42");
        assertThat(infer(path(), Map.of("inputs", List.of(input(z, 3)))).has("id"))
                .isFalse();
    }

    /** A body with binary data: the JSON, then the data. */
    private static Response binary(String path, String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        byte[] body = Arrays.copyOf(json, json.length + data.length);
        System.arraycopy(data, 0, body, json.length, data.length);
        return given().contentType("application/octet-stream")
                .header("Inference-Header-Content-Length", json.length)
                .body(body)
                .post(path);
    }

    private static byte[] bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    @Test
    void binaryDataInAndOutIsWhatJsonInAndOutIs() {
        float[] z = noise(3, 70);
        float[] json = floats(infer(path(), Map.of("inputs", List.of(input(z, 70))))
                .path("outputs")
                .path(0)
                .path("data"));
        String input = """
                {"name":"z","shape":[70,20],"datatype":"FP32","parameters":{"binary_data_size":5600}}""";
        for (String wish : List.of(
                "\"parameters\":{\"binary_data_output\":true}",
                "\"outputs\":[{\"name\":\"x\",\"parameters\":{\"binary_data\":true}}]")) {
            Response answer = binary(path(), "{\"inputs\":[" + input + "]," + wish + "}", bytes(z));
            assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
            assertThat(answer.contentType()).isEqualTo("application/octet-stream");
            int header = Integer.parseInt(answer.header("Inference-Header-Content-Length"));
            byte[] body = answer.asByteArray();
            JsonNode x = InferenceSchema.check("inferResponse", new String(body, 0, header, StandardCharsets.UTF_8))
                    .path("outputs")
                    .path(0);
            assertThat(x.path("parameters").path("binary_data_size").asInt()).isEqualTo(280);
            assertThat(Arrays.copyOfRange(body, header, body.length)).isEqualTo(bytes(json));
        }
        Response asJson = binary(
                path(),
                "{\"inputs\":[" + input + "],\"parameters\":{\"binary_data_output\":true},"
                        + "\"outputs\":[{\"name\":\"x\",\"parameters\":{\"binary_data\":false}}]}",
                bytes(z));
        assertThat(floats(InferenceSchema.check("inferResponse", asJson.asString())
                        .path("outputs")
                        .path(0)
                        .path("data")))
                .isEqualTo(json);
    }

    @Test
    void manyAtOnceGetWhatEachGetsAlone() {
        List<float[]> inputs =
                IntStream.range(0, 40).mapToObj(i -> noise(100 + i, 1 + i % 5)).toList();
        List<float[]> alone = inputs.stream().map(InferenceTest::sample).toList();
        List<CompletableFuture<float[]>> together = new ArrayList<>();
        inputs.forEach(z -> together.add(CompletableFuture.supplyAsync(() -> sample(z), Thread::startVirtualThread)));
        for (int i = 0; i < alone.size(); i++) {
            float[] value = together.get(i).join();
            assertThat(value).hasSameSizeAs(alone.get(i));
            for (int j = 0; j < value.length; j++) {
                assertThat(value[j]).isCloseTo(alone.get(i)[j], within(1e-5f));
            }
        }
    }

    private static float[] sample(float[] z) {
        return floats(infer(path(), Map.of("inputs", List.of(input(z, z.length / NOISE))))
                .path("outputs")
                .path(0)
                .path("data"));
    }

    record Bad(String body, int status, String said) {
        @Override
        public String toString() {
            return body.substring(0, Math.min(90, body.length())) + " -> " + said;
        }
    }

    static Bad bad(String body, String said) {
        return new Bad(body.replace('\'', '"'), 400, said);
    }

    static Stream<Bad> bad() {
        String zeros = "[" + "0,".repeat(19) + "0]";
        return Stream.of(
                bad("", "body"),
                bad("{", "malformed"),
                bad("[]", "body: an array is not a JSON object"),
                bad("{'inputs':[]} x", "malformed"),
                bad("{}", "inputs: nothing"),
                bad("{'inputs':[]}", "inputs"),
                bad("{'inputs':[7]}", "inputs[0].name"),
                bad("{'inputs':[{'name':'z'}]}", "inputs[0].datatype: nothing"),
                bad("{'inputs':[{'name':'z','datatype':'FP33'}]}", "inputs[0].datatype: \"FP33\" is not one of"),
                bad("{'inputs':[{'name':'z','datatype':'FP32'}]}", "inputs[0].shape"),
                bad("{'inputs':[{'name':'z','datatype':'FP32','shape':[1,-1]}]}", "inputs[0].shape[1]: -1"),
                bad("{'inputs':[{'name':'z','datatype':'FP32','shape':[1.5]}]}", "inputs[0].shape[0]: 1.5"),
                bad(
                        "{'inputs':[{'name':'z','datatype':'FP32','shape':[2147483647,2147483647,2147483647],'data':[1]}]}",
                        "inputs[0].shape"),
                bad("{'inputs':[{'name':'z','datatype':'FP32','shape':[1,20]}]}", "inputs[0].data"),
                bad("{'inputs':[{'name':'z','datatype':'FP32','shape':[1,20],'data':[1]}]}", "1 elements is not 20"),
                bad("{'inputs':[{'name':'z','datatype':'FP32','shape':[1,20],'data':[[1]]}]}", "at depth 1"),
                bad("{'inputs':[{'name':'z','datatype':'FP32','shape':[1,1],'data':['1']}]}", "is not a number"),
                bad("{'inputs':[{'name':'z','datatype':'INT64','shape':[1,1],'data':[1.5]}]}", "a 64-bit integer"),
                bad("{'inputs':[{'name':'z','datatype':'UINT8','shape':[1,1],'data':[256]}]}", "from 0 to 255"),
                bad("{'inputs':[{'name':'z','datatype':'BOOL','shape':[1,1],'data':[1]}]}", "true or false"),
                bad(
                        "{'inputs':[{'name':'y','datatype':'FP32','shape':[1,20],'data':" + zeros + "}]}",
                        "\"y\" is not one of"),
                bad("{'inputs':[{'name':'z','datatype':'FP32','shape':[20],'data':" + zeros + "}]}", "[-1, 20]"),
                bad("{'inputs':[{'name':'z','datatype':'FP32','shape':[0,20],'data':[]}]}", "[-1, 20]"),
                bad(
                        "{'inputs':[{'name':'z','datatype':'FP32','shape':[1,20],'data':" + zeros
                                + "}],'outputs':[{'name':'y'}]}",
                        "outputs: \"y\" is not one of [x]"),
                bad(
                        "{'inputs':[{'name':'z','datatype':'FP32','shape':[1,20],'data':" + zeros
                                + "}],'outputs':[{'name':'x'},{'name':'x'}]}",
                        "outputs[1].name: \"x\" is not given once"),
                bad(
                        "{'inputs':[{'name':'z','datatype':'FP32','shape':[1,20],'data':" + zeros
                                + "}],'parameters':{'ability':'classify'}}",
                        "cannot classify"),
                bad(
                        "{'inputs':[{'name':'z','datatype':'FP32','shape':[1,20],'parameters':{'binary_data_size':80}}]}",
                        "only 0 are left"),
                bad("{'id':7,'inputs':[{'name':'z','datatype':'FP32','shape':[1,20],'data':" + zeros + "}]}", "id: 7"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void answersWhatCannotBeWithAnErrorThatNamesIt(Bad bad) {
        Response answer =
                given().contentType("application/json").body(bad.body()).post(path());
        JsonNode error = InferenceSchema.check("error", answer.asString());
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(bad.status());
        assertThat(error.path("error").asText()).contains(bad.said());
        assertThat(error.path("detail")).isEqualTo(error.path("error"));
        assertThat(error.path("status").asInt()).isEqualTo(bad.status());
    }

    @Test
    void binaryDataThatIsNotThereOrTooMuchIsRefused() {
        String header =
                "{\"inputs\":[{\"name\":\"z\",\"shape\":[1,20],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":80}}]}";
        for (int size : List.of(0, 79, 81)) {
            Response answer = binary(path(), header, new byte[size]);
            assertThat(answer.statusCode()).isEqualTo(400);
            InferenceSchema.check("error", answer.asString());
        }
        Response beyond = given().contentType("application/octet-stream")
                .header("Inference-Header-Content-Length", 1 << 20)
                .body(header.getBytes(StandardCharsets.UTF_8))
                .post(path());
        assertThat(beyond.statusCode()).isEqualTo(400);
    }

    private static void refused(String path, int status, String said) {
        Response answer = path.endsWith("infer")
                ? post(path, Map.of("inputs", List.of(input(noise(1, 1), 1))))
                : given().get(path);
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(status);
        assertThat(InferenceSchema.check("error", answer.asString())
                        .path("error")
                        .asText())
                .contains(said);
        if (status == 503) {
            assertThat(answer.header("Retry-After")).isNotNull();
        }
    }

    @Test
    void saysWhichModelsAndVersionsAreNotThereAndWhy() {
        refused("/v2/models/nothing", 404, "no run \"nothing\"");
        refused("/v2/models/nothing/infer", 404, "no run \"nothing\"");
        refused("/v2/models/" + model + "/versions/30/infer", 404, "it has [0, 20, 40]");
        refused("/v2/models/" + model + "/versions/30/ready", 404, "it has [0, 20, 40]");
        String paused = RunsUnderTest.start(
                "char-rnn", 1, Map.of("hidden", 8, "layers", 1, "batch", 10, "sequence", 10, "epochs", 100));
        RunsUnderTest.awaitState(paused, "RUNNING");
        refused("/v2/models/" + paused + "/infer", 400, "cannot infer");
        RunsUnderTest.delete(paused);
        refused("/v2/models/" + paused + "/infer", 410, "was deleted");
        String gone = RunsUnderTest.trained("gan-1d", 8, Map.of("steps", 1, "pretrainEpochs", 0));
        infer("/v2/models/" + gone + "/infer", Map.of("inputs", List.of(input(noise(1, 1), 1))));
        RunsUnderTest.delete(gone);
        refused("/v2/models/" + gone, 410, "was deleted");
        refused("/v2/models/" + gone + "/infer", 410, "was deleted");
        refused("/v2/models/" + gone + "/ready", 410, "was deleted");
    }

    @Test
    void whatNoResourceAnswersIsAnErrorOfTheProtocolToo() {
        said(given().get("/v2/nothing"), 404, "/v2/nothing");
        said(given().get("/v2/models/" + model + "/versions/0/nothing"), 404, "nothing");
        said(given().delete(path()), 405, "DELETE");
        said(given().accept("text/csv").get("/v2/models/" + model), 406, "text/csv");
        said(
                given().accept("text/csv")
                        .contentType("application/json")
                        .body("{}")
                        .post(path()),
                406,
                "text/csv");
        said(given().contentType("image/gif").body(new byte[3]).post(path()), 415, "image/gif");
        said(given().contentType("application/json").body("{").post("/v2/models/" + model + "/generate"), 400, "body");
        said(
                given().contentType("application/json")
                        .body(" ".repeat(Fields.LARGEST + 1))
                        .post("/v2/models/" + model + "/generate_stream"),
                413,
                "body");
    }

    @Test
    void theOpenApiDocumentHasWhatTheProtocolTakesAndGives() throws Exception {
        JsonNode paths =
                JSON.readTree(given().get("/q/openapi?format=json").asString()).path("paths");
        for (String version : List.of("", "/versions/{version}")) {
            JsonNode infer =
                    paths.path("/v2/models/{model}" + version + "/infer").path("post");
            assertThat(infer.path("requestBody").path("content").has("image/png"))
                    .as("%s", infer)
                    .isTrue();
            assertThat(infer.path("responses").path("200").path("content").has("application/octet-stream"))
                    .isTrue();
            assertThat(infer.path("responses").has("404")).isTrue();
            assertThat(paths.path("/v2/models/{model}" + version + "/generate_stream")
                            .at("/post/responses/200/content")
                            .has("text/event-stream"))
                    .isTrue();
        }
        assertThat(paths.path("/v1/completions").at("/post/responses/200/content"))
                .hasSize(2);
    }

    private static void said(Response answer, int status, String said) {
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(status);
        assertThat(answer.contentType()).startsWith("application/json");
        assertThat(InferenceSchema.check("error", answer.asString())
                        .path("error")
                        .asText())
                .contains(said);
    }
}
