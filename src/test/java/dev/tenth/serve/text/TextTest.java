package dev.tenth.serve.text;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.serve.engine.Fields;
import dev.tenth.serve.engine.RunsUnderTest;
import dev.tenth.serve.inference.InferenceSchema;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Text over all its doors: one request gives one text, however it is asked for. */
@QuarkusTest
class TextTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static String model;

    @BeforeEach
    void train() {
        if (model == null) {
            String text = "the quick brown fox jumps over the lazy dog.\n".repeat(100);
            String corpus = given().contentType("text/plain")
                    .body(text)
                    .post("/api/v1/datasets?name=fox.txt")
                    .jsonPath()
                    .getString("id");
            model = RunsUnderTest.trained(
                    "char-rnn",
                    3,
                    Map.of("corpus", corpus, "hidden", 24, "layers", 1, "epochs", 2, "batch", 10, "sequence", 20));
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    private static Response post(String path, Map<String, ?> body) {
        return given().contentType("application/json").body(body).post(path);
    }

    private static JsonNode generate(Map<String, ?> parameters) {
        Response answer =
                post("/v2/models/" + model + "/generate", Map.of("text_input", "the ", "parameters", parameters));
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        return InferenceSchema.check("generateResponse", answer.asString());
    }

    private static String text(Map<String, ?> parameters) {
        return generate(parameters).path("text_output").asText();
    }

    private static Response complete(Map<String, ?> more) {
        Map<String, Object> body = new HashMap<>(Map.of("model", model, "prompt", "the "));
        body.putAll(more);
        return post("/v1/completions", body);
    }

    private static JsonNode completion(Map<String, ?> more) {
        Response answer = complete(more);
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        return json(answer.asString());
    }

    private static List<String> events(Response answer) {
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        assertThat(answer.contentType()).startsWith("text/event-stream");
        return Stream.of(answer.asString().split("\n\n"))
                .map(event -> {
                    assertThat(event).startsWith("data: ");
                    return event.substring("data: ".length());
                })
                .toList();
    }

    @Test
    void everyDoorWritesTheSameText() throws Exception {
        Map<String, ?> wish = Map.of("max_tokens", 150, "seed", 11, "temperature", 0.8, "top_p", 0.9);
        String text = text(wish);
        assertThat(text).hasSize(150);
        assertThat(text(wish)).isEqualTo(text);
        assertThat(text(Map.of("max_tokens", 150, "seed", 12, "temperature", 0.8, "top_p", 0.9)))
                .isNotEqualTo(text);

        Response stream =
                post("/v2/models/" + model + "/generate_stream", Map.of("text_input", "the ", "parameters", wish));
        List<JsonNode> pieces = events(stream).stream()
                .map(event -> InferenceSchema.check("generateStreamResponse", event))
                .toList();
        assertThat(pieces).hasSizeGreaterThan(5);
        assertThat(String.join(
                        "",
                        pieces.stream()
                                .map(piece -> piece.path("text_output").asText())
                                .toList()))
                .isEqualTo(text);

        assertThat(completion(wish).path("choices").path(0).path("text").asText())
                .isEqualTo(text);
        Map<String, Object> streamed = new HashMap<>(wish);
        streamed.put("stream", true);
        streamed.put("logprobs", 1);
        List<String> chunks = events(complete(streamed));
        assertThat(chunks.getLast()).isEqualTo("[DONE]");
        StringBuilder together = new StringBuilder();
        chunks.subList(0, chunks.size() - 1)
                .forEach(chunk -> together.append(
                        json(chunk).path("choices").path(0).path("text").asText()));
        assertThat(together.toString()).isEqualTo(text);
        assertThat(json(chunks.get(chunks.size() - 2))
                        .path("choices")
                        .path(0)
                        .path("finish_reason")
                        .asText())
                .isEqualTo("length");

        JsonObject spoken =
                new JsonObject(Map.of("prefix", "the ", "length", 150, "seed", 11, "temperature", 0.8, "topP", 0.9));
        assertThat(overTheWebSocket(spoken)).isEqualTo(text);
    }

    /** What comes over the WebSocket, until it says that it is done. */
    private static String overTheWebSocket(JsonObject wish) throws Exception {
        int port = ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);
        Vertx vertx = Vertx.vertx();
        try {
            WebSocketClient client = vertx.createWebSocketClient();
            CompletableFuture<String> whole = new CompletableFuture<>();
            StringBuilder text = new StringBuilder();
            client.connect(port, "localhost", "/ws/v1/models/" + model + "/generate")
                    .onFailure(whole::completeExceptionally)
                    .onSuccess(socket -> {
                        socket.textMessageHandler(message -> {
                            JsonObject frame = new JsonObject(message);
                            text.append(frame.getString("text", ""));
                            if (frame.containsKey("done") || frame.containsKey("error")) {
                                whole.complete(text + frame.getString("error", ""));
                            }
                        });
                        socket.writeTextMessage(wish.encode());
                    });
            return whole.get(30, TimeUnit.SECONDS);
        } finally {
            vertx.close();
        }
    }

    @Test
    void aTextEndsBeforeTheFirstOfItsStops() {
        String text = text(Map.of("max_tokens", 200, "seed", 5));
        String stop = text.substring(60, 63);
        JsonNode generated =
                generate(Map.of("max_tokens", 200, "seed", 5, "stop", List.of("~~", stop), "details", true));
        String expected = text.substring(0, text.indexOf(stop));
        assertThat(generated.path("text_output").asText()).isEqualTo(expected);
        assertThat(generated.path("details").path("finish_reason").asText()).isEqualTo("stop_sequence");
        assertThat(generated.path("details").path("logprobs")).hasSize(expected.length());
        JsonNode choice = completion(Map.of("max_tokens", 200, "seed", 5, "stop", stop))
                .path("choices")
                .path(0);
        assertThat(choice.path("text").asText()).isEqualTo(expected);
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void theProbabilitiesAreThoseOfTheModel() {
        JsonNode answer = completion(Map.of("max_tokens", 40, "temperature", 0, "logprobs", 5));
        JsonNode choice = answer.path("choices").path(0);
        String text = choice.path("text").asText();
        JsonNode logprobs = choice.path("logprobs");
        StringBuilder tokens = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            double chosen = logprobs.path("token_logprobs").get(i).asDouble();
            double best = Double.NEGATIVE_INFINITY;
            double sum = 0;
            for (JsonNode each : logprobs.path("top_logprobs").get(i)) {
                best = Math.max(best, each.asDouble());
                sum += Math.exp(each.asDouble());
            }
            assertThat(chosen).isCloseTo(best, within(1e-6)).isLessThanOrEqualTo(0);
            assertThat(sum).isLessThan(1 + 1e-6);
            assertThat(logprobs.path("text_offset").get(i).asInt()).isEqualTo(4 + i);
            tokens.append(logprobs.path("tokens").get(i).asText());
        }
        assertThat(tokens.toString()).isEqualTo(text);
        assertThat(completion(Map.of("max_tokens", 40, "temperature", 0, "seed", 99))
                        .path("choices")
                        .path(0)
                        .path("text")
                        .asText())
                .isEqualTo(text);
        assertThat(answer.path("usage").path("prompt_tokens").asInt()).isEqualTo(4);
        assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(40);
    }

    @Test
    void severalChoicesAreSeveralTextsAndTheFirstIsTheOnlyOne() {
        String alone = completion(Map.of("max_tokens", 50, "seed", 4))
                .path("choices")
                .path(0)
                .path("text")
                .asText();
        JsonNode choices = completion(
                        Map.of("max_tokens", 50, "seed", 4, "n", 3, "prompt", List.of("the ", "fox"), "echo", true))
                .path("choices");
        assertThat(choices).hasSize(6);
        assertThat(choices.get(0).path("text").asText()).isEqualTo("the " + alone);
        assertThat(choices.get(1).path("text").asText())
                .startsWith("the ")
                .isNotEqualTo(choices.get(0).path("text").asText());
        assertThat(choices.get(5).path("text").asText()).startsWith("fox").hasSize(53);
        assertThat(choices.get(5).path("index").asInt()).isEqualTo(5);
        List<String> chunks = events(complete(
                Map.of("max_tokens", 20, "n", 2, "stream", true, "stream_options", Map.of("include_usage", true))));
        assertThat(json(chunks.get(chunks.size() - 2))
                        .path("usage")
                        .path("completion_tokens")
                        .asInt())
                .isEqualTo(40);
    }

    @Test
    void modelsThatWriteAreListedAndHaveVersions() {
        JsonNode list = json(given().get("/v1/models").asString());
        assertThat(list.path("data").findValuesAsText("id")).contains(model);
        assertThat(json(given().get("/v1/models/" + model).asString())
                        .path("object")
                        .asText())
                .isEqualTo("model");
        assertThat(json(given().get("/v1/models/" + model + "@0").asString())
                        .path("id")
                        .asText())
                .isEqualTo(model + "@0");
        assertThat(given().get("/v1/models/" + model + "@7").statusCode()).isEqualTo(404);
        assertThat(completion(Map.of("model", model + "@0", "max_tokens", 5))
                        .path("model")
                        .asText())
                .isEqualTo(model + "@0");
        JsonNode described = InferenceSchema.check(
                "model", given().get("/v2/models/" + model).asString());
        assertThat(described.path("inputs").path(0).path("datatype").asText()).isEqualTo("BYTES");
    }

    record Bad(Map<String, ?> more, int status, String param, String said) {}

    static Stream<Bad> bad() {
        return Stream.of(
                new Bad(Map.of("model", "nothing"), 404, "model", "no run"),
                new Bad(Map.of("model", 7), 400, "model", "a text"),
                new Bad(Map.of("prompt", "the ☃"), 400, "prompt", "☃"),
                new Bad(Map.of("prompt", List.of(1, 2)), 400, "prompt", "list"),
                new Bad(Map.of("max_tokens", 0), 400, "max_tokens", "from 1"),
                new Bad(Map.of("temperature", -1), 400, "temperature", "above 0"),
                new Bad(Map.of("temperature", "hot"), 400, "temperature", "a number"),
                new Bad(Map.of("top_p", 0), 400, "top_p", "above 0"),
                new Bad(Map.of("n", 17), 400, "n", "from 1 to 16"),
                new Bad(Map.of("stop", ""), 400, "stop", "empty"),
                new Bad(Map.of("stop", "a".repeat(1001)), 400, "stop", "longer than 1000"),
                new Bad(Map.of("logprobs", 1, "n", 3, "max_tokens", 4000), 400, "max_tokens", "12000 in all"),
                new Bad(Map.of("logprobs", 6), 400, "logprobs", "from 0 to 5"),
                new Bad(Map.of("presence_penalty", 1), 400, "presence_penalty", "penalties are not supported"),
                new Bad(Map.of("messages", List.of()), 400, "messages", "one of"),
                new Bad(Map.of("stream", "yes"), 400, "stream", "true or false"),
                new Bad(Map.of("stream", true, "prompt", "☃"), 400, "prompt", "☃"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void whatCannotBeIsAnErrorThatNamesTheParameter(Bad bad) {
        Response answer = complete(bad.more());
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(bad.status());
        JsonNode error = json(answer.asString()).path("error");
        assertThat(error.path("param").asText()).isEqualTo(bad.param());
        assertThat(error.path("message").asText()).contains(bad.said());
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    }

    @Test
    void generateNamesWhatIsWrongToo() {
        for (Map<String, ?> body : List.<Map<String, ?>>of(
                Map.of(),
                Map.of("text_input", "☃"),
                Map.of("text_input", "the", "parameters", Map.of("max_tokens", 1e9)),
                Map.of("text_input", "the", "parameters", Map.of("what", 1)))) {
            for (String door : List.of("generate", "generate_stream")) {
                Response answer = post("/v2/models/" + model + "/" + door, body);
                assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(400);
                InferenceSchema.check("error", answer.asString());
            }
        }
    }

    @Test
    void whatNoResourceAnswersIsAnErrorOfTheProtocolToo() {
        said(given().get("/v1"), 404);
        said(given().get("/v1/nothing"), 404);
        said(given().delete("/v1/models/" + model), 405);
        said(given().get("/v1/completions"), 405);
        said(given().accept("text/csv").get("/v1/models"), 406);
        said(given().contentType("application/json").body("{").post("/v1/completions"), 400);
        said(
                given().contentType("application/json")
                        .body(" ".repeat(Fields.LARGEST + 1))
                        .post("/v1/completions"),
                413);
    }

    private static void said(Response answer, int status) {
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(status);
        assertThat(answer.contentType()).startsWith("application/json");
        JsonNode error = json(answer.asString()).path("error");
        assertThat(error.path("message").asText()).isNotEmpty();
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(error.has("param")).isTrue();
        assertThat(error.has("code")).isTrue();
    }
}
