package dev.tenth.serve.engine;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients get of a run whose newest checkpoint was truncated. */
@QuarkusTest
class CorruptCheckpointTest {
    @ConfigProperty(name = "tenth.home")
    Path home;

    private String run;

    @BeforeEach
    void truncateTheNewest() throws IOException {
        run = RunsUnderTest.trained("gan-1d", 3, Map.of("steps", 20, "checkpointEvery", 10, "pretrainEpochs", 1));
        Path newest;
        try (Stream<Path> files = Files.list(home.resolve("checkpoints").resolve(run))) {
            newest = files.filter(file -> file.getFileName().toString().startsWith("20-"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] whole = Files.readAllBytes(newest);
        Files.write(newest, java.util.Arrays.copyOf(whole, whole.length / 2));
    }

    private Response get(String name) {
        return given().get("/api/v1/runs/" + run + "/checkpoints/" + name);
    }

    private Response infer() {
        Map<String, ?> z = Map.of("name", "z", "datatype", "FP32", "shape", List.of(1, 20), "data", new float[20]);
        return given().contentType("application/json")
                .body(Map.of("inputs", List.of(z)))
                .post("/v2/models/" + run + "/infer");
    }

    @Test
    void whoAsksForItIsToldWhichOnesThereAre() {
        Response answer = get("20.safetensors");
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(409);
        assertThat(answer.asString()).contains("corrupt").contains("[0, 10]");
        answer = given().accept("application/octet-stream").get("/api/v1/runs/" + run + "/checkpoints/20");
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(404);
        assertThat(answer.asString()).contains("[0, 10]");
    }

    @Test
    void whoAsksForTheLatestFileGetsTheLatestWholeOne() {
        Response answer = get("latest.safetensors");
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        assertThat(answer.header("Content-Disposition")).contains(run + "-10.safetensors");
    }

    @Test
    void aForkOfTheLatestIsOneOfTheLatestWholeOne() {
        Response answer = given().contentType("application/json")
                .body(Map.of("type", "fork"))
                .post("/api/v1/runs/" + run + "/commands");
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(202);
        String fork = answer.jsonPath().getString("run");
        assertThat(given().get("/api/v1/runs/" + fork).jsonPath().getInt("parent.step"))
                .isEqualTo(10);
        RunsUnderTest.awaitState(fork, "SUCCEEDED");
    }

    @Test
    void aModelIsServedFromTheLatestWholeOneOnceItIsFoundOut() {
        Response answer = infer();
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(404);
        assertThat(answer.asString()).contains("corrupt").contains("[0, 10]");
        answer = infer();
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        assertThat(answer.jsonPath().getString("model_version")).isEqualTo("10");
    }
}
