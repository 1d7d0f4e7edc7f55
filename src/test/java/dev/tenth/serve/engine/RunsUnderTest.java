package dev.tenth.serve.engine;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.torch.Safetensors;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/** Runs of a real service, started over its API. */
public final class RunsUnderTest {
    private RunsUnderTest() {}

    public static String start(String recipe, long seed, Map<String, ?> parameters) {
        Response made = given().contentType(ContentType.JSON)
                .body(Map.of("recipe", recipe, "seed", seed, "params", parameters))
                .post("/api/v1/runs");
        assertThat(made.statusCode()).as(made.asString()).isEqualTo(202);
        return made.jsonPath().getString("id");
    }

    /** A run that is at its end. */
    public static String trained(String recipe, long seed, Map<String, ?> parameters) {
        String run = start(recipe, seed, parameters);
        awaitState(run, "SUCCEEDED");
        return run;
    }

    public static void awaitState(String run, String state) {
        await().atMost(Duration.ofSeconds(60)).until(() -> given().get("/api/v1/runs/" + run)
                .jsonPath()
                .getString("state")
                .equals(state));
    }

    public static void delete(String run) {
        assertThat(given().delete("/api/v1/runs/" + run).statusCode()).isEqualTo(204);
    }

    public static byte[] file(String run, long step) {
        return given().accept("application/octet-stream")
                .get("/api/v1/runs/" + run + "/checkpoints/" + step)
                .asByteArray();
    }

    public static Safetensors checkpoint(String run, long step) {
        try {
            return Safetensors.of(file(run, step));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
