package dev.tenth.run;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.torch.Device;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Torch;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Runs whose numbers overflow: said with the step and the tensors, and never taken for a success. */
@QuarkusTest
class NonFiniteTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Its values reach 3.5·10¹⁹: as float32 they are finite, their squares are not. */
    private static final String STEEP = "exp(5*x^2)";

    private static String start(String recipe, Map<String, ?> parameters) {
        Response made = given().contentType(ContentType.JSON)
                .body(Map.of("recipe", recipe, "seed", 5, "params", parameters))
                .post("/api/v1/runs");
        assertThat(made.statusCode()).as(made.asString()).isEqualTo(202);
        return made.jsonPath().getString("id");
    }

    private static JsonNode ended(String run) throws Exception {
        await().atMost(Duration.ofSeconds(120))
                .until(() -> given().get("/api/v1/runs/" + run).jsonPath().getString("endedAt") != null);
        return JSON.readTree(given().get("/api/v1/runs/" + run).asString());
    }

    private static List<JsonNode> events(String run, String type) throws Exception {
        String lines = given().accept("application/x-ndjson")
                .get("/api/v1/runs/" + run + "/events?follow=false&superseded=true")
                .asString();
        List<JsonNode> found = new ArrayList<>();
        for (String line : lines.lines().toList()) {
            JsonNode event = JSON.readTree(line);
            if (event.path("type").asText().equals(type)) {
                found.add(event);
            }
        }
        return found;
    }

    private static JsonNode only(List<JsonNode> events) {
        assertThat(events).hasSize(1);
        return events.getFirst();
    }

    @Test
    void aRunStopsWhereItsNumbersOverflow() throws Exception {
        String run = start("heart", Map.of("formula", STEEP, "epochs", 1, "showEvery", 500));
        JsonNode end = ended(run);
        assertThat(end.path("state").asText()).isEqualTo("FAILED");
        JsonNode found = only(events(run, "non-finite"));
        long step = found.path("data").path("step").asLong();
        assertThat(found.path("data").path("tensors").toString()).contains("rmse");
        assertThat(end.path("reason").asText()).contains("step " + step).contains("learning rate");
        assertThat(events(run, "metrics")).noneMatch(event -> event.path("step").asLong() >= step);
        assertThat(events(run, "checkpoint"))
                .noneMatch(event -> event.path("step").asLong() >= step);
    }

    @Test
    void aRunThatIsToGoOnSaysItOnce() throws Exception {
        String run = start("heart", Map.of("formula", STEEP, "epochs", 1, "showEvery", 500, "stopAtNonFinite", false));
        assertThat(ended(run).path("state").asText()).isEqualTo("SUCCEEDED");
        only(events(run, "non-finite"));
        assertThat(events(run, "metrics")
                        .getLast()
                        .path("data")
                        .path("values")
                        .path("rmse")
                        .isNull())
                .isTrue();
    }

    @Test
    void bfloat16IsRefusedWhereItIsEmulated() {
        Response answer = given().contentType(ContentType.JSON)
                .body(Map.of("recipe", "char-rnn", "params", Map.of("precision", "bfloat16")))
                .post("/api/v1/runs");
        if (Torch.isNative(Precision.BFLOAT16, Device.CPU)) {
            assertThat(answer.statusCode()).isEqualTo(202);
            given().delete("/api/v1/runs/" + answer.jsonPath().getString("id"));
        } else {
            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(answer.jsonPath().getString("errors[0].field")).isEqualTo("precision");
            assertThat(answer.jsonPath().getString("errors[0].allowed")).contains("ten times slower");
        }
    }
}
