package dev.tenth.serve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tenth.event.Event;
import dev.tenth.serve.engine.LoadedModels.Loaded;
import dev.tenth.serve.engine.Models.Version;
import dev.tenth.serve.inference.InferenceSchema;
import dev.tenth.store.RunEntry;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.TensorSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the engine and its doors do with requests that wait, leave, are too many, or find nothing. */
@QuarkusTest
@TestProfile(OneThreadService.LittleMemory.class)
class EngineTest extends OneThreadService {
    private CompletableFuture<Map<String, HostTensor>> infer(String run, String ability, float x) {
        Version version = models.find(run, Models.LATEST);
        return engine.infer(
                version, version.infer(Optional.of(ability)), Map.of("x", HostTensor.of(new float[] {x}, 1)));
    }

    private static float y(CompletableFuture<Map<String, HostTensor>> answer) {
        return answer.join().get("y").floats()[0];
    }

    @Test
    void whatWaitsTogetherIsComputedTogether() throws Exception {
        open(100, 1 << 20);
        model("slow", 1);
        model("quick", 2);
        CompletableFuture<?> blocking = infer("slow", "predict", 1);
        recipe.arrivals.acquire(); // it has the only thread
        List<CompletableFuture<Map<String, HostTensor>>> waiting = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            waiting.add(infer("quick", "classify", i));
        }
        recipe.gate.release();
        blocking.join();
        for (int i = 0; i < 90; i++) {
            assertThat(y(waiting.get(i))).isEqualTo(2f * i);
        }
        var batches = meters.get("serve.batch.size").tag("ability", "classify").summary();
        assertThat(batches.max()).isEqualTo(Batcher.MOST_ROWS);
        assertThat(batches.totalAmount()).isEqualTo(90);
        assertThat(batches.count()).isEqualTo(2);
    }

    @Test
    void whoComesAloneDoesNotWait() {
        open(100, 1 << 20);
        model("quick", 1);
        for (int i = 0; i < 5; i++) {
            assertThat(y(infer("quick", "classify", i))).isEqualTo(2f * i);
        }
        assertThat(meters.get("serve.batch.size").summary().max()).isEqualTo(1);
    }

    @Test
    void oneRequestMoreThanMayWaitIsToldToComeBack() throws Exception {
        open(3, 1 << 20);
        model("slow", 1);
        List<CompletableFuture<HttpResponse<String>>> three = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            three.add(post("/v2/models/slow/infer", request(i)));
        }
        await().atMost(PATIENCE).until(() -> underWay() == 3);
        HttpResponse<String> refused = post("/v2/models/slow/infer", request(9)).join();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        InferenceSchema.check("error", refused.body());
        recipe.gate.release(3);
        for (CompletableFuture<HttpResponse<String>> each : three) {
            assertThat(each.join().statusCode()).isEqualTo(200);
        }
        assertThat(recipe.computed).doesNotContain(9f);
        recipe.gate.release();
        assertThat(post("/v2/models/slow/infer", request(9)).join().statusCode())
                .isEqualTo(200);
    }

    @Test
    void whatAClientThatLeftAskedForIsNotComputed() throws Exception {
        open(100, 1 << 20);
        model("slow", 1);
        CompletableFuture<?> first = infer("slow", "predict", 1);
        recipe.arrivals.acquire();
        try (Socket leaving = connect()) {
            String body = request(2);
            OutputStream out = leaving.getOutputStream();
            out.write(("POST /v2/models/slow/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                            + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
            await().atMost(PATIENCE).until(() -> underWay() == 2);
        }
        await().atMost(PATIENCE).until(() -> underWay() == 1);
        CompletableFuture<Map<String, HostTensor>> third = infer("slow", "predict", 3);
        recipe.gate.release(3);
        first.join();
        assertThat(y(third)).isEqualTo(6);
        assertThat(recipe.computed).containsExactly(1f, 3f);
    }

    @Test
    void aDeletedModelIsGoneAndWhatRunsFinishes() throws Exception {
        open(100, 1 << 20);
        model("slow", 1);
        CompletableFuture<HttpResponse<String>> running = post("/v2/models/slow/infer", request(4));
        recipe.arrivals.acquire();
        CompletableFuture<HttpResponse<String>> queued = post("/v2/models/slow/infer", request(5));
        await().atMost(PATIENCE).until(() -> underWay() == 2);
        store.log().delete("slow");
        store.checkpoints().deleteAll("slow");
        HttpResponse<String> gone = post("/v2/models/slow/infer", request(6)).join();
        assertThat(gone.statusCode()).isEqualTo(410);
        assertThat(recipe.closed).isEmpty();
        recipe.gate.release(2);
        assertThat(running.join().statusCode()).isEqualTo(200);
        assertThat(queued.join().statusCode()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> recipe.closed.equals(List.of(1f)));
    }

    @Test
    void aDeletedModelIsGoneAfterARestartToo() {
        open(100, 1 << 20);
        model("a", 1);
        store.log().delete("a");
        openAgain(100, 1 << 20);
        HttpResponse<String> gone = post("/v2/models/a/infer", request(6)).join();
        assertThat(gone.statusCode()).isEqualTo(410);
        assertThat(gone.body()).contains("run a was deleted");
        assertThat(post("/v2/models/b/infer", request(6)).join().statusCode()).isEqualTo(404);
    }

    @Test
    void aRunWithoutACheckpointIsToldToComeBack() {
        open(100, 1 << 20);
        run("young", "PREPARING");
        String completion = "{\"model\":\"young\",\"prompt\":\"a\"}";
        List<CompletableFuture<HttpResponse<String>>> answers = List.of(
                post("/v2/models/young/infer", request(1)),
                post("/v2/models/young/generate", "{\"text_input\":\"a\"}"),
                post("/v1/completions", completion));
        for (CompletableFuture<HttpResponse<String>> each : answers) {
            HttpResponse<String> answer = each.join();
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(answer.body()).contains("run young is PREPARING and has no checkpoint yet");
        }
        checkpoint("young", 0, 1);
        recipe.gate.release();
        assertThat(post("/v2/models/young/infer", request(1)).join().statusCode())
                .isEqualTo(200);
    }

    @Test
    void whatBreaksBeyondExceptionsIsToldAndTriedAgain() {
        open(100, 1 << 20);
        model("a", -1);
        recipe.gate.release(2);
        assertThat(post("/v2/models/a/infer", request(1)).join().statusCode()).isEqualTo(500); // while it was loaded
        assertThat(post("/v2/models/a/infer", request(-1)).join().statusCode()).isEqualTo(500);
        assertThat(post("/v2/models/a/infer", request(1)).join().statusCode()).isEqualTo(200);
        assertThat(recipe.opened).hasSize(2);
        assertThat(underWay()).isZero();
    }

    @Test
    void theLongestUnusedMakesRoomAndNothingInUseDoes() throws Exception {
        open(100, 2 * Float.BYTES + 1);
        model("a", 1);
        model("b", 2);
        model("c", 3);
        recipe.gate.release(4);
        for (String run : List.of("a", "b", "a", "c")) {
            infer(run, "predict", 0).join();
        }
        await().atMost(PATIENCE).until(() -> recipe.closed.equals(List.of(2f)));
        Loaded<TextModelQueue> ofA = engine.text(models.find("a", Models.LATEST));
        Loaded<TextModelQueue> ofC = engine.text(models.find("c", Models.LATEST));
        ofA.model().join();
        ofC.model().join();
        assertThatThrownBy(() -> infer("b", "predict", 1).join())
                .cause()
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("tenth.limits.loaded-models-bytes");
        engine.release(ofA);
        recipe.gate.release();
        infer("b", "predict", 1).join();
        engine.release(ofC);
        assertThat(recipe.opened).containsExactly(1f, 2f, 3f, 2f);
    }

    @Test
    void aModelTakesWhatItLoadsAndNotWhatItsCheckpointHas() {
        open(100, 100);
        run("a", "SUCCEEDED");
        Map<String, TensorSource> state = new LinkedHashMap<>(content(1).tensors());
        state.put("adam/first/w", HostTensor.of(new float[1000], 1000));
        store.checkpoints().write("a", 1, 1, new Safetensors(state, Map.of())::write);
        recipe.gate.release();
        assertThat(y(infer("a", "predict", 2))).isEqualTo(4);
        assertThat(meters.get("serve.loaded").gauge().value()).isEqualTo(Float.BYTES);
    }

    @Test
    void aModelThatDoesNotFitIsRefusedBeforeItIsReadAndTakesNoRoom() {
        open(100, Float.BYTES - 1);
        model("a", 1);
        assertThatThrownBy(() -> infer("a", "predict", 1).join())
                .cause()
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("this model needs 4 bytes or more");
        assertThat(recipe.opened).isEmpty();
        assertThat(meters.get("serve.loaded").gauge().value()).isZero();
    }

    @Test
    void latestIsTheNewestCheckpointAndAVersionStays() {
        open(100, 1 << 20);
        model("a", 1);
        recipe.gate.release(3);
        infer("a", "predict", 0).join();
        checkpoint("a", 2, 2);
        assertThat(models.find("a", Models.LATEST).name()).isEqualTo("1"); // not announced yet
        RunEntry entry = store.log().find("a").orElseThrow();
        store.log()
                .append(
                        new RunEntry(
                                entry.id(),
                                entry.recipe(),
                                entry.preset(),
                                entry.parameters(),
                                entry.seed(),
                                entry.name(),
                                entry.parent(),
                                entry.state(),
                                entry.reason(),
                                2,
                                2,
                                2,
                                "{}",
                                2,
                                entry.createdAt(),
                                Optional.empty(),
                                Optional.empty()),
                        List.of(new Event("a", 2, 2, entry.createdAt(), "checkpoint", "{}")))
                .toCompletableFuture()
                .join();
        assertThat(models.find("a", Models.LATEST).name()).isEqualTo("2");
        assertThat(models.find("a", "1").name()).isEqualTo("1");
        infer("a", "predict", 0).join();
        assertThat(recipe.opened).containsExactly(1f, 2f);
    }
}
