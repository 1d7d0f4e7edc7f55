package dev.tenth.serve.engine;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenth.torch.HostTensor;
import dev.tenth.torch.LoadedModule;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.TensorSource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A model as a TorchScript file gives elsewhere what it gives here. */
@QuarkusTest
class ExportTest {
    /** So many that they are cut into 64, 64 and a piece that is filled up. */
    private static final int ROWS = 131;

    private static String model;

    @BeforeEach
    void train() {
        if (model == null) {
            model = RunsUnderTest.trained("gan-1d", 3, Map.of("steps", 20, "checkpointEvery", 10, "pretrainEpochs", 1));
        }
    }

    private static Response file(String run, String name) {
        return given().get("/api/v1/runs/" + run + "/checkpoints/" + name);
    }

    private static byte[] export(String run, String name) {
        Response answer = file(run, name);
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualTo("application/octet-stream");
        return answer.asByteArray();
    }

    private static float[] numbers(int count) {
        SplittableRandom random = new SplittableRandom(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble();
        }
        return values;
    }

    private static float[] served(String run, String version, String input, String output, float[] values, int rows) {
        Map<String, ?> tensor =
                Map.of("name", input, "datatype", "FP32", "shape", List.of(rows, values.length / rows), "data", values);
        Response answer = given().contentType("application/json")
                .body(Map.of("inputs", List.of(tensor)))
                .post("/v2/models/" + run + "/versions/" + version + "/infer");
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        List<Float> data = answer.jsonPath().getList("outputs.find { it.name == '" + output + "' }.data", Float.class);
        float[] served = new float[data.size()];
        for (int i = 0; i < served.length; i++) {
            served[i] = data.get(i);
        }
        return served;
    }

    @Test
    void libtorchLoadsItAndGivesTheSameToTheLastBit() {
        for (int rows : new int[] {1, 5, 8, ROWS}) {
            float[] z = numbers(rows * 20);
            for (String step : List.of("10", "20")) {
                Map<String, float[]> outputs = LoadedModule.throughDjl(export(model, step + ".pt"), z, rows, 20);
                assertThat(outputs).containsOnlyKeys("x");
                assertThat(outputs.get("x")).hasSize(rows).isEqualTo(served(model, step, "z", "x", z, rows));
            }
        }
        assertThat(export(model, "latest.pt")).isEqualTo(export(model, "20.pt"));
    }

    @Test
    void pythonLoadsItAndGivesTheSame() throws Exception {
        float[] z = numbers(ROWS * 20);
        Map<String, float[]> outputs = LoadedModule.throughPython(export(model, "20.pt"), z, ROWS, 20);
        float[] expected = served(model, "20", "z", "x", z, ROWS);
        assertThat(outputs.get("x")).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(outputs.get("x")[i]).isCloseTo(expected[i], within(1e-5f));
        }
        assertThat(outputs.get("state")).containsExactly(6);
    }

    /** A net with random weights, by way of a safetensors file. */
    private static String untrainedLenet() throws IOException {
        Map<String, TensorSource> state = new LinkedHashMap<>();
        Map.<String, long[]>of(
                        "conv1/weight", new long[] {20, 1, 5, 5},
                        "conv1/bias", new long[] {20},
                        "conv2/weight", new long[] {50, 20, 5, 5},
                        "conv2/bias", new long[] {50},
                        "hidden/weight", new long[] {500, 800},
                        "hidden/bias", new long[] {500},
                        "output/weight", new long[] {10, 500},
                        "output/bias", new long[] {10})
                .forEach((name, shape) -> {
                    float[] weights = numbers((int) HostTensor.size(shape));
                    for (int i = 0; i < weights.length; i++) {
                        weights[i] = (weights[i] - .5f) / 5;
                    }
                    state.put(name, HostTensor.of(weights, shape));
                });
        state.put("classes", HostTensor.of("0123456789".chars().asLongStream().toArray(), 10, 1));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        new Safetensors(state, Map.of()).write(Channels.newChannel(file));
        Response taken = given().contentType("application/octet-stream")
                .body(file.toByteArray())
                .post("/api/v1/runs/import?recipe=lenet&preset=author");
        assertThat(taken.statusCode()).as(taken.asString()).isEqualTo(201);
        return taken.jsonPath().getString("id");
    }

    @Test
    void aModelWithSeveralOutputsGivesThemByName() throws Exception {
        String digits = untrainedLenet();
        int rows = 9;
        float[] pixels = numbers(rows * 784);
        byte[] file = export(digits, "latest.pt");
        Map<String, float[]> outputs = LoadedModule.throughDjl(file, pixels, rows, 784);
        for (String name : List.of("probabilities", "class")) {
            assertThat(outputs.get(name)).isEqualTo(served(digits, "latest", "image", name, pixels, rows));
        }
        float[] theirs = LoadedModule.throughPython(file, pixels, rows, 784).get("probabilities");
        for (int i = 0; i < theirs.length; i++) {
            assertThat(theirs[i]).isCloseTo(outputs.get("probabilities")[i], within(1e-5f));
        }
    }

    @Test
    void whatCannotBeExportedSaysWhy() {
        refused(file("nothing", "20.pt"), 404, "no run");
        refused(file(model, "15.pt"), 404, "it has [0, 10, 20]");
        refused(file(model, "x.pt"), 404, "\"x\"");
        refused(
                given().queryParam("ability", "dance").get("/api/v1/runs/" + model + "/checkpoints/20.pt"),
                400,
                "dance");
        refused(file("nothing", "20.safetensors"), 404, "no run");
        refused(file(model, "15.safetensors"), 404, "\"15\"");
    }

    private static void refused(Response answer, int status, String said) {
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(status);
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(answer.jsonPath().getString("detail")).contains(said);
    }

    @Test
    void theStateIsThereByItsNameToo() {
        byte[] state = export(model, "20.safetensors");
        assertThat(state).isEqualTo(RunsUnderTest.file(model, 20)).isEqualTo(export(model, "latest.safetensors"));
        assertThat(Arrays.equals(state, export(model, "10.safetensors"))).isFalse();
        assertThat(given().get("/api/v1/runs/" + model + "/checkpoints/20")
                        .jsonPath()
                        .getLong("step"))
                .isEqualTo(20);
    }
}
