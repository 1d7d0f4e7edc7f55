package dev.tenth.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.fuzz.Frames.Frame;
import dev.tenth.fuzz.WebSocketExchange.End;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** WebSockets: whatever is sent, they end with a close code. */
@AddLifecycleHook(FuzzHook.class)
class WebSocketFuzzIT {
    private final FuzzedService service = FuzzedService.get();

    /**
     * Vert.x closes the channel at once when a malformed frame comes, or the client's close after the service's own, and what it wrote
     * is flushed when all frames of a read from the socket are handled: in the same read as frames before it, such a frame takes the
     * service's close frame with it. Nothing of the public API flushes earlier (VertxHandler.exceptionCaught and
     * WebSocketImplBase.handleCloseFrame of 4.5). So it is sent alone, once the frames before it were handled.
     */
    private void endsWithACode(String path, List<Frame> frames) {
        try {
            End end = WebSocketExchange.talk(service.port(), path, frames, FuzzedService.patience());
            assertThat(end.status()).as(path).isLessThan(500);
        } catch (IOException e) {
            throw new AssertionError("no close frame (" + e + ") at " + path + " after " + frames, e);
        }
    }

    @Property(tries = 150)
    void aViewerOfARun(@ForAll("frames") List<Frame> frames, @ForAll("queries") String query) {
        endsWithACode("/ws/v1/runs/" + service.run("gan-1d") + query, frames);
    }

    @Property(tries = 150)
    void aTextAsItIsWritten(@ForAll("frames") List<Frame> frames) {
        endsWithACode("/ws/v1/models/" + service.run("char-rnn") + "/generate", frames);
    }

    @Property(tries = 150)
    void aWalkThroughLatentSpace(@ForAll("frames") List<Frame> frames, @ForAll("walkers") String recipe) {
        endsWithACode("/ws/v1/models/" + service.run(recipe) + "/walk", frames);
    }

    @Property(tries = 60)
    void aSocketOfAnything(@ForAll("paths") String path) {
        endsWithACode(path, List.of());
    }

    @Provide
    Arbitrary<List<Frame>> frames() {
        Arbitrary<Map<String, Object>> walk = Json.object(Map.of(
                "seed", Json.mostly(0, (1L << 32) - 1, 1L << 32),
                "rows", Json.mostly(1, 4, 16, 17),
                "columns", Json.mostly(1, 4, 16, 0),
                "speed", Json.mostly(0, 0.5, 5, -1, 1e300),
                "step", Json.mostly(0, 20, 40, "latest", -1)));
        Arbitrary<String> messages = Arbitraries.frequencyOf(
                Tuple.of(3, Json.text(Inferences.text())),
                Tuple.of(3, Json.text(walk)),
                Tuple.of(1, Json.text(Json.any())),
                Tuple.of(1, Texts.any()));
        return Frames.any(messages).list().ofMaxSize(4);
    }

    @Provide
    Arbitrary<String> queries() {
        return Arbitraries.oneOf(
                Arbitraries.just(""),
                Texts.mostly("0", "3", "100000").map(seq -> "?after=" + Texts.encoded(seq)),
                Texts.mostly("false", "true").map(follow -> "?follow=" + Texts.encoded(follow)));
    }

    @Provide
    Arbitrary<String> walkers() {
        return Arbitraries.of("gan-1d", "char-rnn", "vae").filter(recipe -> service.run(recipe) != null);
    }

    @Provide
    Arbitrary<String> paths() {
        return Texts.mostly(service.someRuns())
                .map(Texts::encoded)
                .flatMap(id -> Arbitraries.of(
                        "/ws/v1/runs/" + id,
                        "/ws/v1/models/" + id + "/generate",
                        "/ws/v1/models/" + id + "/walk",
                        "/ws/v1/" + id,
                        "/" + id));
    }
}
