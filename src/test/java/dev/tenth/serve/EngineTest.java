package dev.tenth.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tenth.event.Event;
import dev.tenth.recipe.TextModel.Choice;
import dev.tenth.serve.LoadedModels.Loaded;
import dev.tenth.serve.Models.Version;
import dev.tenth.serve.TextGeneration.End;
import dev.tenth.serve.TextGeneration.Part;
import dev.tenth.serve.TextGeneration.Piece;
import dev.tenth.serve.TextGeneration.Reason;
import dev.tenth.store.RunEntry;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.TensorSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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

    private Multi<Part> text(String prefix, int length, String... stop) {
        return new TextGeneration(
                        engine,
                        models.find("a", Models.LATEST),
                        new TextRequest(prefix, length, new Choice(1, 0, 1), List.of(stop), 1),
                        OptionalInt.empty())
                .parts();
    }

    private static AssertSubscriber<Part> read(Multi<Part> text, long requested) {
        return text.subscribe().withSubscriber(AssertSubscriber.create(requested));
    }

    private static String whole(AssertSubscriber<Part> reader) {
        return String.join(
                "",
                reader.getItems().stream()
                        .filter(Piece.class::isInstance)
                        .map(part -> ((Piece) part).text())
                        .toList());
    }

    @Test
    void aShortTextDoesNotWaitForTheEndOfALongOne() throws Exception {
        open(100, 1 << 20);
        model("a", 1);
        AssertSubscriber<Part> longOne = read(text("gated", TextRequest.LONGEST), Long.MAX_VALUE);
        recipe.arrivals.acquire(); // it has the only thread
        AssertSubscriber<Part> shortOne = read(text("short", 32), Long.MAX_VALUE);
        recipe.gate.release(50); // far fewer pieces than the long one has
        assertThat(shortOne.awaitCompletion(PATIENCE).getLastItem()).isEqualTo(new End(Reason.LENGTH, 32));
        longOne.cancel();
    }

    @Test
    void aPieceIsComputedWhenItIsRequested() {
        open(100, 1 << 20);
        model("a", 1);
        AssertSubscriber<Part> stalled = read(text("stalled", 1000), 1).awaitItems(1, PATIENCE);
        read(text("read", 1000), Long.MAX_VALUE).awaitCompletion(PATIENCE);
        assertThat(recipe.written.stream().filter("stalled"::equals)).hasSize(1);
        stalled.request(2).awaitItems(3, PATIENCE);
        read(text("read", 1000), Long.MAX_VALUE).awaitCompletion(PATIENCE);
        assertThat(recipe.written.stream().filter("stalled"::equals)).hasSize(3);
        assertThat(whole(stalled)).isEqualTo("abcdefg");
        stalled.request(Long.MAX_VALUE).awaitCompletion(PATIENCE);
        assertThat(stalled.getLastItem()).isEqualTo(new End(Reason.LENGTH, 1000));
        assertThat(underWay()).isZero();
    }

    @Test
    void aTextThatIsCancelledGivesItsPlaceBackAndIsNotComputedOn() throws Exception {
        open(2, 1 << 20);
        model("a", 1);
        AssertSubscriber<Part> running = read(text("gated", 1000), Long.MAX_VALUE);
        recipe.arrivals.acquire(); // it has the only thread
        AssertSubscriber<Part> queued = read(text("queued", 1000), Long.MAX_VALUE);
        assertThat(underWay()).isEqualTo(2);
        read(text("refused", 1), Long.MAX_VALUE)
                .assertFailedWith(ModelException.class, "tenth.limits.waiting-requests");
        queued.cancel();
        running.cancel();
        assertThat(underWay()).isZero();
        AssertSubscriber<Part> next = read(text("next", 3), Long.MAX_VALUE);
        recipe.gate.release();
        assertThat(whole(next.awaitCompletion(PATIENCE))).isEqualTo("abc");
        assertThat(recipe.written).doesNotContain("queued", "refused");
        assertThat(recipe.written.stream().filter("gated"::equals)).hasSize(1);
    }

    @Test
    void textsThatNobodyReadsTakeNoWaitingPlaces() {
        open(2, 1 << 20);
        model("a", 1);
        List<AssertSubscriber<Part>> stalled = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            stalled.add(read(text("stalled", 100), 1).awaitItems(1, PATIENCE));
        }
        assertThat(whole(read(text("read", 5), Long.MAX_VALUE).awaitCompletion(PATIENCE)))
                .isEqualTo("abcde");
        stalled.forEach(each -> each.request(Long.MAX_VALUE)); // all at once: what was begun goes on
        stalled.forEach(
                each -> assertThat(whole(each.awaitCompletion(PATIENCE))).hasSize(100));
        assertThat(underWay()).isZero();
        read(text("gated", 5), Long.MAX_VALUE);
        read(text("gated", 5), Long.MAX_VALUE);
        read(text("refused", 1), Long.MAX_VALUE)
                .assertFailedWith(ModelException.class, "tenth.limits.waiting-requests");
    }

    @Test
    void aTextOfWhichNothingIsRequestedForLongGivesItsModelBack() {
        open(100, 1 << 20);
        model("a", 1);
        AssertSubscriber<Part> stalled = read(
                        new TextGeneration(
                                        engine,
                                        models.find("a", Models.LATEST),
                                        new TextRequest("stalled", 1000, new Choice(1, 0, 1), List.of(), 1),
                                        OptionalInt.empty(),
                                        Duration.ofMillis(100))
                                .parts(),
                        2)
                .awaitItems(2, PATIENCE);
        await().atMost(PATIENCE).until(() -> underWay() == 0);
        stalled.request(1).awaitFailure(PATIENCE).assertFailedWith(ModelException.class, "too slowly");
        assertThat(recipe.written).hasSize(2);
        assertThat(underWay()).isZero();
    }

    @Test
    void aTextEndsBeforeAStopSequenceThatIsCutIntoPieces() {
        open(100, 1 << 20);
        model("a", 1);
        AssertSubscriber<Part> text =
                read(text("", 100, "zz", "opqrst"), Long.MAX_VALUE).awaitCompletion(PATIENCE);
        assertThat(whole(text)).isEqualTo("abcdefghijklmn");
        assertThat(text.getLastItem()).isEqualTo(new End(Reason.STOP, 14));
        AssertSubscriber<Part> almost =
                read(text("", 17, "opqrst"), Long.MAX_VALUE).awaitCompletion(PATIENCE);
        assertThat(whole(almost)).isEqualTo("abcdefghijklmnopq");
        assertThat(almost.getLastItem()).isEqualTo(new End(Reason.LENGTH, 17));
    }

    @Test
    void aTextIsNotWrittenOnWhenItsClientLeaves() throws IOException {
        open(100, 1 << 20);
        model("a", 1);
        try (Socket leaving = connect()) {
            String body = new JsonObject(Map.of("model", "a", "max_tokens", 100_000, "stream", true)).encode();
            leaving.getOutputStream()
                    .write(("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                                    + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            assertThat(leaving.getInputStream().read()).isEqualTo('H');
        }
        await().atMost(PATIENCE).until(() -> underWay() == 0);
        assertThat(recipe.written.size()).isLessThan(100_000 / 16);
    }

    @Test
    void whatBreaksInMidStreamIsAnErrorChunk() {
        open(100, 1 << 20);
        model("a", 1);
        HttpResponse<String> completion = post(
                        "/v1/completions", "{\"model\":\"a\",\"prompt\":\"break\",\"max_tokens\":100,\"stream\":true}")
                .join();
        assertThat(completion.statusCode()).isEqualTo(200);
        String[] events = completion.body().split("\n\n");
        assertThat(events[0]).contains("\"text\":\"a\"");
        assertThat(events[events.length - 2]).startsWith("data: {\"error\":{\"message\":");
        assertThat(events[events.length - 1]).isEqualTo("data: [DONE]");
        String generated = post(
                        "/v2/models/a/generate_stream",
                        "{\"text_input\":\"break\",\"parameters\":{\"max_tokens\":100}}")
                .join()
                .body();
        assertThat(generated.lines().filter(line -> line.contains("text_output")))
                .isNotEmpty();
        String last = generated.strip().lines().toList().getLast();
        InferenceSchema.check("error", last.substring("data: ".length()));
        HttpResponse<String> whole = post(
                        "/v2/models/a/generate", "{\"text_input\":\"break\",\"parameters\":{\"max_tokens\":100}}")
                .join();
        assertThat(whole.statusCode()).isEqualTo(500);
        assertThat(underWay()).isZero();
    }
}
