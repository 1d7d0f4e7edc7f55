package dev.tenth.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The REST contract over a real socket: what is right is done, what is wrong is answered with the field and changes nothing. */
@QuarkusTest
class ApiTest {
    private static final String RUNS = "/api/v1/runs";

    record Bad(String method, String path, String type, String body, int status, String field) {
        @Override
        public String toString() {
            return method + " " + path + " " + (body == null ? "" : body.substring(0, Math.min(70, body.length())))
                    + " -> " + status;
        }
    }

    static Bad post(String body, int status, String field) {
        return new Bad("POST", RUNS, "application/json", body, status, field);
    }

    static Bad get(String path, int status, String field) {
        return new Bad("GET", path, null, null, status, field);
    }

    static String heart(String params) {
        return "{\"recipe\":\"heart\",\"params\":" + params + "}";
    }

    static Stream<Bad> bad() {
        return Stream.of(
                post("", 400, null),
                post("{", 400, null),
                post("[]", 400, null),
                post("null", 400, null),
                post("\"heart\"", 400, null),
                post("{\"recipe\":\"heart\"} x", 400, null),
                post("{\"recipe\":\"heart\",\"recipe\":\"heart\"}", 400, null),
                post("{\"recipe\":NaN}", 400, null),
                post(heart("{\"learningRate\":NaN}"), 400, null),
                post(heart("{\"learningRate\":Infinity}"), 400, null),
                post("[".repeat(500), 400, null),
                post("{}", 422, "recipe"),
                post("{\"recipe\":null}", 422, "recipe"),
                post("{\"recipe\":7}", 422, "recipe"),
                post("{\"recipe\":\"nothing\"}", 422, "recipe"),
                post("{\"recipe\":\"heart\",\"preset\":\"nothing\"}", 422, "preset"),
                post("{\"recipe\":\"heart\",\"preset\":1}", 422, "preset"),
                post("{\"recipe\":\"heart\",\"seed\":\"1\"}", 422, "seed"),
                post("{\"recipe\":\"heart\",\"seed\":-1}", 422, "seed"),
                post("{\"recipe\":\"heart\",\"seed\":1.5}", 422, "seed"),
                post("{\"recipe\":\"heart\",\"seed\":1e300}", 422, "seed"),
                post("{\"recipe\":\"heart\",\"name\":7}", 422, "name"),
                post("{\"recipe\":\"heart\",\"name\":\"" + "x".repeat(300) + "\"}", 422, "name"),
                post("{\"recipe\":\"heart\",\"more\":1}", 422, "more"),
                post("{\"recipe\":\"heart\",\"params\":[]}", 422, "params"),
                post(heart("{\"hidden\":0}"), 422, "hidden"),
                post(heart("{\"hidden\":\"64\"}"), 422, "hidden"),
                post(heart("{\"hidden\":64.5}"), 422, "hidden"),
                post(heart("{\"hidden\":null}"), 422, "hidden"),
                post(heart("{\"hidden\":1e30}"), 422, "hidden"),
                post(heart("{\"learningRate\":0}"), 422, "learningRate"),
                post(heart("{\"learningRate\":true}"), 422, "learningRate"),
                post(heart("{\"threads\":65}"), 422, "threads"),
                post(heart("{\"device\":\"gpu\"}"), 422, "device"),
                post(heart("{\"device\":\"cuda:99\"}"), 422, "device"),
                post(heart("{\"nothing\":1}"), 422, "nothing"),
                post("{\"recipe\":\"logistic\",\"params\":{\"lanes\":\"sgd,lion\"}}", 422, "lanes"),
                post("{\"recipe\":\"logistic\",\"params\":{\"race\":{}}}", 422, "race"),
                post("{\"recipe\":\"gan-1d\",\"params\":{\"target\":\"NORMAL\"}}", 422, "target"),
                post("{\"recipe\":\"gan-1d\",\"params\":{\"target\":\"samples\"}}", 422, "samples"),
                post(
                        "{\"recipe\":\"gan-1d\",\"params\":{\"target\":\"samples\",\"samples\":\"mnist\"}}",
                        422,
                        "samples"),
                post("{\"recipe\":\"char-rnn\",\"params\":{\"corpus\":\"nothing\"}}", 422, "corpus"),
                post("{\"recipe\":\"char-rnn\",\"params\":{\"corpus\":\"\"}}", 422, "corpus"),
                post("{\"recipe\":\"char-rnn\",\"params\":{\"corpus\":\"../mnist\"}}", 422, "corpus"),
                post("{\"recipe\":\"lenet\",\"params\":{\"data\":\"shakespeare\"}}", 422, "data"),
                post("{\"recipe\":\"gan-digits\",\"params\":{\"nets\":{}}}", 422, "nets"),
                post("{\"recipe\":\"gan-digits\",\"params\":{\"activation\":\"relu\"}}", 422, "activation"),
                post("{\"recipe\":\"gan-digits\",\"params\":{\"batch\":100000}}", 422, "batch"),
                post(
                        "{\"recipe\":\"char-rnn\",\"params\":{\"hidden\":4096,\"layers\":8,\"sequence\":1000,\"batch\":1000}}",
                        422,
                        "params"),
                new Bad("POST", RUNS, "application/json", "{\"recipe\":\"" + "x".repeat(2 << 20) + "\"}", 413, null),
                new Bad("POST", RUNS, "text/plain", "{}", 415, null),
                new Bad("POST", "/api/v1/datasets?name=a.txt", "multipart/form-data; boundary=x", "--x--", 415, null),
                new Bad("PUT", RUNS, "application/json", "{}", 405, null),
                get(RUNS + "?limit=0", 400, "limit"),
                get(RUNS + "?limit=x", 400, "limit"),
                get(RUNS + "?state=SLEEPING", 400, "state"),
                get(RUNS + "?cursor=nothing", 400, "cursor"),
                get(RUNS + "/nothing", 404, null),
                get(RUNS + "/nothing/events", 404, null),
                get(RUNS + "/nothing/checkpoints", 404, null),
                get("/api/v1/recipes/nothing", 404, null),
                get("/api/v1/blobs/" + "0".repeat(64), 404, null),
                get("/api/v1/nothing", 404, null),
                new Bad("POST", RUNS + "/nothing/commands", "application/json", "{\"type\":\"pause\"}", 404, null),
                new Bad("DELETE", RUNS + "/nothing", null, null, 404, null),
                new Bad("DELETE", "/api/v1/datasets/nothing", null, null, 404, null),
                new Bad("POST", "/api/v1/datasets", "text/plain", "text", 422, "name"),
                new Bad("POST", "/api/v1/datasets?name=a.txt", "text/plain", "", 422, null),
                new Bad("POST", "/api/v1/datasets?name=a.txt", "text/plain", "a\u0000b", 422, null));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void answersBadInputWithAProblemAndChangesNothing(Bad bad) {
        String before = given().get(RUNS).asString();
        var request = given();
        if (bad.body() != null) {
            request = request.header("Content-Type", bad.type())
                    .body(bad.body().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        Response answer = request.request(bad.method(), bad.path());
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(bad.status());
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(answer.jsonPath().getInt("status")).isEqualTo(bad.status());
        if (bad.field() != null) {
            assertThat(answer.jsonPath().getList("errors.field", String.class)).contains(bad.field());
        }
        assertThat(given().get(RUNS).asString()).isEqualTo(before);
    }

    private static String start(Map<String, Object> body) {
        Response made = given().contentType(ContentType.JSON).body(body).post(RUNS);
        assertThat(made.statusCode()).as(made.asString()).isEqualTo(202);
        assertThat(made.header("Location"))
                .endsWith("/api/v1/runs/" + made.jsonPath().getString("id"));
        return made.jsonPath().getString("id");
    }

    private static void command(String run, Map<String, Object> body, int status) {
        Response answer = given().contentType(ContentType.JSON).body(body).post(RUNS + "/" + run + "/commands");
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(status);
    }

    private static void awaitState(String run, String state) {
        await().atMost(Duration.ofSeconds(60)).until(() -> given().get(RUNS + "/" + run)
                .jsonPath()
                .getString("state")
                .equals(state));
    }

    @Test
    void aRunLivesFromClickToEnd() {
        String run = start(
                Map.of("recipe", "gan-1d", "seed", 3, "params", Map.of("steps", 3000, "showEvery", 50, "dSteps", 2)));
        awaitState(run, "RUNNING");
        command(run, Map.of("type", "set", "params", Map.of("dSteps", 3)), 202);
        command(run, Map.of("type", "set", "params", Map.of("beta1", .3)), 422);
        command(run, Map.of("type", "pause"), 202);
        awaitState(run, "PAUSED");
        command(run, Map.of("type", "pause"), 409);
        assertThat(given().get(RUNS + "/" + run).jsonPath().getInt("params.dSteps"))
                .isEqualTo(3);
        command(run, Map.of("type", "resume"), 202);
        awaitState(run, "SUCCEEDED");
        command(run, Map.of("type", "stop"), 409);
        List<String> applied = given().accept("application/x-ndjson")
                .get(RUNS + "/" + run + "/events?follow=false")
                .asString()
                .lines()
                .filter(line -> line.contains("command.applied"))
                .toList();
        assertThat(applied).hasSize(3);
        assertThat(given().get(RUNS + "/" + run + "/checkpoints").jsonPath().getList("items.step", Integer.class))
                .contains(0, 3000);
        byte[] file = given().accept("application/octet-stream")
                .get(RUNS + "/" + run + "/checkpoints/3000")
                .asByteArray();
        assertThat(new String(file, 8, 200, java.nio.charset.StandardCharsets.UTF_8))
                .contains("__metadata__");
        Response forked = given().contentType(ContentType.JSON)
                .body(Map.of("type", "fork", "step", 0, "params", Map.of("steps", 50)))
                .post(RUNS + "/" + run + "/commands");
        assertThat(forked.statusCode()).isEqualTo(202);
        String child = forked.jsonPath().getString("run");
        awaitState(child, "SUCCEEDED");
        assertThat(given().get(RUNS + "/" + child).jsonPath().getString("parent.run"))
                .isEqualTo(run);
        // Both curves for one chart: they begin at the fork, and part where the parameters do.
        List<Float> parents =
                given().get(RUNS + "/" + run + "/metrics").jsonPath().getList("metrics.gLoss.values");
        List<Float> childs =
                given().get(RUNS + "/" + child + "/metrics").jsonPath().getList("metrics.gLoss.values");
        assertThat(parents).hasSize(60);
        assertThat(childs).hasSize(1).doesNotContain(parents.getFirst());
        assertThat(given().get(RUNS + "/" + child + "/metrics")
                        .jsonPath()
                        .getList("metrics.gLoss.steps", Integer.class))
                .containsExactly(50);
        assertThat(given().delete(RUNS + "/" + run).statusCode()).isEqualTo(204);
        assertThat(given().get(RUNS + "/" + run).statusCode()).isEqualTo(404);
    }

    @Test
    void aCheckpointIsPinnedAndLetGoOfAndTheLogTellsIt() {
        String run = start(Map.of("recipe", "gan-1d", "seed", 3, "params", Map.of("steps", 20, "checkpointEvery", 10)));
        awaitState(run, "SUCCEEDED");
        String pin = RUNS + "/" + run + "/checkpoints/10/pin";
        Response pinned = given().put(pin);
        assertThat(pinned.statusCode()).as(pinned.asString()).isEqualTo(200);
        assertThat(pinned.jsonPath().getBoolean("pinned")).isTrue();
        assertThat(given().put(pin).statusCode()).isEqualTo(200);
        assertThat(given().get(RUNS + "/" + run + "/checkpoints")
                        .jsonPath()
                        .getList("items.findAll { it.pinned }.step", Integer.class))
                .containsExactly(10);
        assertThat(given().delete(pin).jsonPath().getBoolean("pinned")).isFalse();
        assertThat(given().put(RUNS + "/" + run + "/checkpoints/7/pin").statusCode())
                .isEqualTo(404);
        // Asked for twice, it happened once.
        assertThat(given().accept("application/x-ndjson")
                        .get(RUNS + "/" + run + "/events?follow=false")
                        .asString()
                        .lines()
                        .filter(line -> line.contains("command.applied"))
                        .map(line -> JsonPath.from(line).getString("data.type") + " "
                                + JsonPath.from(line).getInt("data.checkpoint")))
                .containsExactly("pin 10", "unpin 10");
        assertThat(given().get(RUNS + "/" + run).jsonPath().getString("state")).isEqualTo("SUCCEEDED");
    }

    @Test
    void theSameKeyMakesOneRun() {
        Map<String, Object> body = Map.of("recipe", "gan-1d", "seed", 1, "params", Map.of("steps", 5));
        String key = "key-" + System.nanoTime();
        List<String> ids = Stream.generate(() -> given().header("Idempotency-Key", key)
                        .contentType(ContentType.JSON)
                        .body(body)
                        .post(RUNS)
                        .jsonPath()
                        .getString("id"))
                .limit(3)
                .distinct()
                .toList();
        assertThat(ids).hasSize(1);
        assertThat(given().header("Idempotency-Key", key)
                        .contentType(ContentType.JSON)
                        .body(Map.of("recipe", "heart"))
                        .post(RUNS)
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void aTextOfTheUserTrainsACharRnn() {
        String text = "the quick brown fox jumps over the lazy dog. ".repeat(200);
        Response card = given().contentType("text/plain").body(text).post("/api/v1/datasets?name=fox.txt");
        assertThat(card.statusCode()).isEqualTo(201);
        String run = start(Map.of(
                "recipe",
                "char-rnn",
                "params",
                Map.of(
                        "corpus",
                        card.jsonPath().getString("id"),
                        "hidden",
                        32,
                        "layers",
                        1,
                        "epochs",
                        3,
                        "batch",
                        10,
                        "sequence",
                        20)));
        awaitState(run, "SUCCEEDED");
        assertThat(given().get(RUNS + "/" + run).jsonPath().getDouble("metrics.validationLoss"))
                .isLessThan(Math.log(30));
    }

    /** A file system takes names of 255 bytes, and these have 300. */
    @Test
    void aFileMayHaveAnyName() {
        for (String name : List.of("歌".repeat(100), "a/../b\u0000\n🎵", "CON:", "..")) {
            Response card = given().contentType("text/plain")
                    .queryParam("name", name)
                    .body("la la " + name.length())
                    .post("/api/v1/datasets");
            assertThat(card.statusCode()).as(card.asString()).isEqualTo(201);
            String id = card.jsonPath().getString("id");
            assertThat(given().delete("/api/v1/datasets/" + id).statusCode()).isEqualTo(204);
        }
    }

    @Test
    void aTableOfTheUserTrainsALogisticRegression() {
        // Two classes that the first feature tells apart, a thousand times as large as the other two.
        String table = IntStream.range(0, 200)
                .mapToObj(i -> "%s 1:%d 3:%d\n".formatted(i % 2 == 0 ? "-1" : "+1", (i % 2) * 2000 + i, i % 7))
                .collect(Collectors.joining());
        Response card = given().contentType("text/plain").body(table).post("/api/v1/datasets?name=mine.libsvm");
        assertThat(card.statusCode()).as(card.asString()).isEqualTo(201);
        assertThat(card.jsonPath().getString("kind")).isEqualTo("table");
        Map<String, Object> params = Map.of("data", card.jsonPath().getString("id"), "lanes", "sgd,adam", "epochs", 20);
        String run = start(Map.of("recipe", "logistic", "preset", "table", "params", params));
        awaitState(run, "SUCCEEDED");
        JsonPath done = given().get(RUNS + "/" + run).jsonPath();
        assertThat(done.getDouble("metrics.testError")).isZero();
        assertThat(done.getDouble("metrics.gradientDifference")).isLessThan(1e-6);
        assertThat(done.getInt("params.epochs")).isEqualTo(20);
        assertThat(done.getString("params.lanes")).isEqualTo("sgd,adam");
    }

    /** Samples far from where the parameters' own μ and σ are: evenly from 70 to 130, so that σ is 17.3. */
    @Test
    void samplesOfTheUserAreWhatAGanImitates() {
        String numbers = IntStream.range(0, 400)
                .mapToObj(i -> Double.toString(70 + .15 * i))
                .collect(Collectors.joining("\n"));
        Response card = given().contentType("text/csv").body(numbers).post("/api/v1/datasets?name=mine.csv");
        assertThat(card.statusCode()).as(card.asString()).isEqualTo(201);
        assertThat(card.jsonPath().getString("kind")).isEqualTo("numbers");
        String run = start(Map.of(
                "recipe",
                "gan-1d",
                "seed",
                1,
                "params",
                Map.of(
                        "target",
                        "samples",
                        "samples",
                        card.jsonPath().getString("id"),
                        "steps",
                        200,
                        "dSteps",
                        3,
                        "showEvery",
                        100)));
        awaitState(run, "SUCCEEDED");
        JsonPath done = given().get(RUNS + "/" + run).jsonPath();
        assertThat(done.getDouble("metrics.sampleMean")).isBetween(85.0, 115.0);
        assertThat(done.getDouble("metrics.sampleStd")).isBetween(8.0, 26.0);
        Response sampled = given().contentType(ContentType.JSON)
                .body(Map.of(
                        "inputs",
                        List.of(Map.of(
                                "name", "z", "datatype", "FP32", "shape", List.of(2, 20), "data", new double[40]))))
                .post("/v2/models/" + run + "/infer");
        assertThat(sampled.statusCode()).as(sampled.asString()).isEqualTo(200);
        assertThat(sampled.jsonPath().getList("outputs[0].data", Double.class))
                .hasSize(2)
                .allMatch(x -> x > 30 && x < 170);
    }

    @Test
    void foreignSitesAreRefused() {
        assertThat(given().header("Origin", "http://evil.example")
                        .contentType(ContentType.JSON)
                        .body("{}")
                        .post(RUNS)
                        .statusCode())
                .isEqualTo(403);
        assertThat(given().header("Host", "evil.example").get(RUNS).statusCode())
                .isEqualTo(403);
        assertThat(given().header("Origin", "http://evil.example")
                        .header("Connection", "Upgrade")
                        .header("Upgrade", "websocket")
                        .get("/ws/v1/runs/x")
                        .statusCode())
                .isEqualTo(403);
    }
}
