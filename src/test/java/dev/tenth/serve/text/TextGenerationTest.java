package dev.tenth.serve.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.recipe.TextModel.Choice;
import dev.tenth.serve.engine.ModelException;
import dev.tenth.serve.engine.Models;
import dev.tenth.serve.engine.OneThreadService;
import dev.tenth.serve.inference.InferenceSchema;
import dev.tenth.serve.text.TextGeneration.End;
import dev.tenth.serve.text.TextGeneration.Part;
import dev.tenth.serve.text.TextGeneration.Piece;
import dev.tenth.serve.text.TextGeneration.Reason;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What becomes of texts that wait, are not read, are cancelled, or break. */
@QuarkusTest
@TestProfile(OneThreadService.LittleMemory.class)
class TextGenerationTest extends OneThreadService {
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
