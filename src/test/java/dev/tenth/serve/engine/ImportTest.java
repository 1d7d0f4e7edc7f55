package dev.tenth.serve.engine;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.SavedState;
import dev.tenth.torch.TensorSource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** States from elsewhere become models, and serving leaves training as it is. */
@QuarkusTest
class ImportTest {
    private static final Map<String, ?> SETTINGS = Map.of("steps", 40, "checkpointEvery", 20, "pretrainEpochs", 1);
    private static final String REQUEST =
            "{\"inputs\":[{\"name\":\"z\",\"datatype\":\"FP32\",\"shape\":[2,20],\"data\":[" + "0.5,-1.5,".repeat(19)
                    + "1,2]}]}";

    private static Response take(String query, byte[] file) {
        return given().contentType("application/octet-stream").body(file).post("/api/v1/runs/import" + query);
    }

    private static String outputs(String model) {
        Response answer = given().contentType("application/json").body(REQUEST).post("/v2/models/" + model + "/infer");
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        return answer.jsonPath().getString("outputs");
    }

    private static byte[] bytes(Map<String, TensorSource> tensors, Map<String, String> about) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        new Safetensors(tensors, about).write(Channels.newChannel(file));
        return file.toByteArray();
    }

    /** A safetensors file of nothing but its header. */
    private static byte[] header(String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .array();
    }

    @Test
    void anExportedStateIsTheSameModelAgainAndCanBeTrainedOn() throws IOException {
        String original = RunsUnderTest.trained("gan-1d", 21, SETTINGS);
        Response taken = take("?name=again", RunsUnderTest.file(original, 40));
        assertThat(taken.statusCode()).as(taken.asString()).isEqualTo(201);
        String again = taken.jsonPath().getString("id");
        assertThat(taken.header("Location")).endsWith("/api/v1/runs/" + again);
        assertThat(taken.jsonPath().getString("state")).isEqualTo("SUCCEEDED");
        assertThat(taken.jsonPath().getInt("params.checkpointEvery")).isEqualTo(20);
        assertThat(outputs(again)).isEqualTo(outputs(original));
        String forked = given().contentType("application/json")
                .body(Map.of("type", "fork", "params", Map.of("steps", 60)))
                .post("/api/v1/runs/" + again + "/commands")
                .jsonPath()
                .getString("run");
        RunsUnderTest.awaitState(forked, "SUCCEEDED");

        Map<String, TensorSource> weights = new LinkedHashMap<>();
        RunsUnderTest.checkpoint(original, 40).tensors().forEach((name, tensor) -> {
            if (name.startsWith("g/")) {
                weights.put(name, tensor);
            }
        });
        Response bare = take("?recipe=gan-1d&preset=author", bytes(weights, Map.of()));
        assertThat(bare.statusCode()).as(bare.asString()).isEqualTo(201);
        assertThat(outputs(bare.jsonPath().getString("id"))).isEqualTo(outputs(original));
    }

    @Test
    void aStateThatIsNotFiniteIsNotServed() throws IOException {
        String original = RunsUnderTest.trained("gan-1d", 22, SETTINGS);
        Map<String, TensorSource> state =
                new LinkedHashMap<>(RunsUnderTest.checkpoint(original, 40).tensors());
        long[] shape = state.get("g/1/bias").shape();
        float[] bias = new float[Math.toIntExact(HostTensor.size(shape))];
        bias[0] = Float.NaN;
        state.put("g/1/bias", HostTensor.of(bias, shape));
        Response taken = take("?recipe=gan-1d", bytes(state, Map.of()));
        assertThat(taken.statusCode()).as(taken.asString()).isEqualTo(201);
        Response answer = given().contentType("application/json")
                .body(REQUEST)
                .post("/v2/models/" + taken.jsonPath().getString("id") + "/infer");
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.asString()).contains("not finite").contains("g/1/bias");
    }

    @Test
    void aFileThatDoesNotFitIsRefusedAndNamesTheTensor() throws IOException {
        Map<String, TensorSource> wrong = Map.of("g/1/weight", HostTensor.of(new float[6], 2, 3));
        String before = given().get("/api/v1/runs").asString();
        Response unfit = take("?recipe=gan-1d", bytes(wrong, Map.of()));
        assertThat(unfit.statusCode()).isEqualTo(422);
        assertThat(unfit.jsonPath().getString("detail")).contains("g/1/");
        assertThat(take("", bytes(wrong, Map.of())).statusCode()).isEqualTo(422);
        assertThat(take("?recipe=nothing", bytes(wrong, Map.of())).statusCode()).isEqualTo(422);
        assertThat(take("?recipe=gan-1d", bytes(wrong, Map.of("step", "x"))).statusCode())
                .isEqualTo(422);
        assertThat(take("?recipe=gan-1d", bytes(wrong, Map.of("parameters", "{\"batch\":0}")))
                        .statusCode())
                .isEqualTo(422);
        assertThat(take("?recipe=gan-1d", "no file".getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(400);
        // What a file says of itself takes no memory before it is believed.
        Response claims = take(
                "?recipe=gan-1d",
                header("{\"a\":{\"dtype\":\"U8\",\"shape\":[2000000000],\"data_offsets\":[0,2000000000]}}"));
        assertThat(claims.statusCode()).as(claims.asString()).isEqualTo(400);
        assertThat(claims.jsonPath().getString("detail")).contains("a ends at 2000000000");
        Response huge = take("?recipe=char-rnn", bytes(wrong, Map.of("parameters", "{\"hidden\":4096,\"layers\":8}")));
        assertThat(huge.statusCode()).isEqualTo(422);
        assertThat(huge.jsonPath().getString("detail")).contains("tenth.limits.model-bytes");
        assertThat(given().get("/api/v1/runs").asString()).isEqualTo(before);
    }

    @Test
    void servingLeavesTheTrainingBitForBitAsItIs() {
        Map<String, ?> settings = Map.of("steps", 600, "checkpointEvery", 50, "pretrainEpochs", 1);
        String quiet = RunsUnderTest.trained("gan-1d", 5, settings);
        String served = RunsUnderTest.start("gan-1d", 5, settings);
        int answers = 0;
        while (!given().get("/api/v1/runs/" + served)
                .jsonPath()
                .getString("state")
                .equals("SUCCEEDED")) {
            Response answer =
                    given().contentType("application/json").body(REQUEST).post("/v2/models/" + served + "/infer");
            assertThat(answer.statusCode()).as(answer.asString()).isIn(200, 503);
            answers += answer.statusCode() == 200 ? 1 : 0;
        }
        assertThat(answers).isPositive();
        assertThat(SavedState.copy(RunsUnderTest.checkpoint(served, 600).tensors()))
                .isEqualTo(SavedState.copy(RunsUnderTest.checkpoint(quiet, 600).tensors()));
    }
}
