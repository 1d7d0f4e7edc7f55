package dev.tenth.contract;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tenth.data.FetchedData;
import dev.tenth.event.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every frame of real WebSockets is one of the messages of the AsyncAPI document, and every message of it is seen. */
@QuarkusTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AsyncApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ContractDocument DOCUMENT = ContractDocument.ASYNC_API;
    private static final int LARGEST_MESSAGE = 4 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Vertx vertx = Vertx.vertx();
    private final WebSocketClient client = vertx.createWebSocketClient(
            new WebSocketClientOptions().setMaxFrameSize(LARGEST_MESSAGE).setMaxMessageSize(LARGEST_MESSAGE));
    private final Set<String> seen = new TreeSet<>();

    @TestHTTPResource
    URI service;

    @Inject
    RunLog log;

    @AfterAll
    void close() {
        vertx.close();
    }

    @Test
    void theDocumentIsServed() throws Exception {
        String served = given().get("/q/asyncapi")
                .then()
                .contentType("application/yaml")
                .extract()
                .asString();
        assertThat(new YAMLMapper().readTree(served)).isEqualTo(DOCUMENT.root());
    }

    @Test
    void everyExampleIsValid() {
        DOCUMENT.root().at("/components/messages").properties().forEach(message -> message.getValue()
                .path("examples")
                .forEach(example -> assertThat(
                                DOCUMENT.faults(message.getValue().path("payload"), example.path("payload")))
                        .as(message.getKey())
                        .isEmpty()));
    }

    @Test
    void everyFrameIsDocumentedAndEveryMessageIsSeen() throws Exception {
        FetchedData.file("mnist/t10k-images-idx3-ubyte"); // says what to do where it is not there
        String digits = trained("gan-digits", Map.of("steps", 2, "pretrainEpochs", 0, "batch", 4, "showEvery", 1));
        for (String run : List.of(
                commanded(),
                trained("optimizers", Map.of("steps", 20)),
                trained("logistic", Map.of("epochs", 1, "batch", 5000, "showEvery", 5)),
                nonFinite(),
                forked(),
                superseded(),
                digits)) {
            readEvents(run);
        }
        writeText();
        walk(digits);
        Set<String> documented = new TreeSet<>();
        DOCUMENT.root().at("/components/messages").fieldNames().forEachRemaining(documented::add);
        assertThat(seen).isEqualTo(documented);
    }

    // ---- runs

    private static String start(String recipe, Map<String, ?> parameters) {
        return given().contentType(ContentType.JSON)
                .body(Map.of("recipe", recipe, "seed", 1, "params", parameters))
                .post("/api/v1/runs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    private static void awaitState(String run, String state) {
        await().atMost(PATIENCE).until(() -> given().get("/api/v1/runs/" + run)
                .jsonPath()
                .getString("state")
                .equals(state));
    }

    private static String trained(String recipe, Map<String, ?> parameters) {
        String run = start(recipe, parameters);
        awaitState(run, "SUCCEEDED");
        return run;
    }

    private static String command(String run, Map<String, ?> command) {
        return given().contentType(ContentType.JSON)
                .body(command)
                .post("/api/v1/runs/" + run + "/commands")
                .then()
                .statusCode(202)
                .extract()
                .path("run");
    }

    private static String commanded() {
        String run = start("gan-1d", Map.of("steps", 100_000, "showEvery", 20));
        awaitState(run, "RUNNING");
        command(run, Map.of("type", "set", "params", Map.of("dSteps", 3)));
        command(run, Map.of("type", "checkpoint"));
        command(run, Map.of("type", "pause"));
        awaitState(run, "PAUSED");
        command(run, Map.of("type", "resume"));
        awaitState(run, "RUNNING");
        command(run, Map.of("type", "stop"));
        awaitState(run, "CANCELLED");
        given().put("/api/v1/runs/" + run + "/checkpoints/0/pin").then().statusCode(200);
        return run;
    }

    /** A function whose values are too large for a float. */
    private static String nonFinite() {
        String run = start("heart", Map.of("formula", "exp(5*x^2)", "epochs", 1, "showEvery", 500));
        awaitState(run, "FAILED");
        return run;
    }

    /** It goes on from a checkpoint of another. */
    private static String forked() {
        String run = trained("gan-1d", Map.of("steps", 20, "showEvery", 10));
        String fork = command(run, Map.of("type", "fork", "step", 0, "params", Map.of("steps", 5)));
        awaitState(fork, "SUCCEEDED");
        return fork;
    }

    /** A log as that of a run that was killed has it: it went on from its beginning, which leaves a gap to who reads it. */
    private String superseded() {
        String run = trained("gan-1d", Map.of("steps", 20, "showEvery", 10));
        RunEntry entry = log.find(run).orElseThrow();
        Event resumed =
                new Event(run, entry.lastSeq() + 1, 0, Instant.now(), "run.resumed", "{\"fromStep\":0,\"fromSeq\":1}");
        log.append(at(entry, resumed.seq()), List.of(resumed))
                .toCompletableFuture()
                .join();
        return run;
    }

    private static RunEntry at(RunEntry run, long lastSeq) {
        return new RunEntry(
                run.id(),
                run.recipe(),
                run.preset(),
                run.parameters(),
                run.seed(),
                run.name(),
                run.parent(),
                run.state(),
                run.reason(),
                run.step(),
                run.steps(),
                lastSeq,
                run.metrics(),
                run.checkpoints(),
                run.createdAt(),
                run.startedAt(),
                run.endedAt());
    }

    // ---- sockets

    /**
     * The end of a WebSocket.
     *
     * @param code null if there is none
     */
    private record Closed(Short code) {}

    /** A WebSocket, and what came over it. */
    private final class Conversation {
        private final String channel;
        private final BlockingQueue<Object> frames = new LinkedBlockingQueue<>();
        private final WebSocket socket;

        Conversation(String channel, String path) throws Exception {
            this.channel = channel;
            this.socket = client.connect(service.getPort(), service.getHost(), path)
                    .onSuccess(opened -> opened.textMessageHandler(frames::add)
                            .binaryMessageHandler(frames::add)
                            .closeHandler(_ -> frames.add(new Closed(opened.closeStatusCode()))))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        /** Sends one of the messages. */
        void say(String message, String json) throws Exception {
            assertThat(DOCUMENT.faults(payload(message), JSON.readTree(json)))
                    .as(json)
                    .isEmpty();
            seen.add(message);
            socket.writeTextMessage(json);
        }

        /** The name of the message that a frame is, after it was held against the document. */
        List<String> next() throws Exception {
            Object frame = frames.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(frame).as("a frame in time").isNotNull();
            List<String> names = new ArrayList<>();
            switch (frame) {
                case Closed closed -> names.add("closed " + closed.code());
                case String text -> {
                    for (String line : text.split("\n")) {
                        names.add(message(channel, JSON.readTree(line)));
                    }
                }
                case Buffer _ -> names.add("picture");
                default -> throw new AssertionError(frame);
            }
            names.stream().filter(name -> !name.startsWith("closed")).forEach(seen::add);
            return names;
        }

        void until(Predicate<List<String>> last) throws Exception {
            for (List<String> names; !last.test(names = next()); ) {
                assertThat(names).noneMatch(name -> name.startsWith("closed"));
            }
        }
    }

    private static JsonNode payload(String message) {
        return DOCUMENT.root().at("/components/messages").path(message).path("payload");
    }

    /** The one message of a channel that the JSON is; the type of an event is the name of its message. */
    private static String message(String channel, JsonNode json) {
        if (channel.equals("runEvents")) {
            String type = json.path("type").asText();
            assertThat(DOCUMENT.faults(payload(type), json)).as(json.toString()).isEmpty();
            return type;
        }
        List<String> fitting = new ArrayList<>();
        for (JsonNode operation : DOCUMENT.root().path("operations")) {
            if (operation.path("action").asText().equals("send")
                    && operation.at("/channel/$ref").asText().equals("#/channels/" + channel)) {
                for (JsonNode reference : operation.path("messages")) {
                    String[] path = reference.path("$ref").asText().split("/");
                    String name = path[path.length - 1];
                    boolean fits = !payload(name).path("type").asText().equals("string")
                            && DOCUMENT.faults(payload(name), json).isEmpty();
                    if (fits) {
                        fitting.add(name);
                    }
                }
            }
        }
        assertThat(fitting).as(json.toString()).hasSize(1);
        return fitting.getFirst();
    }

    private void readEvents(String run) throws Exception {
        Conversation events = new Conversation("runEvents", "/ws/v1/runs/" + run + "?follow=false");
        for (List<String> names; !(names = events.next()).getFirst().startsWith("closed"); ) {
            assertThat(names).isNotEmpty();
        }
    }

    private void writeText() throws Exception {
        String corpus = given().contentType("text/plain")
                .body("the quick brown fox jumps over the lazy dog.\n".repeat(100))
                .post("/api/v1/datasets?name=fox.txt")
                .path("id");
        String model = trained(
                "char-rnn",
                Map.of("corpus", corpus, "hidden", 8, "layers", 1, "epochs", 1, "batch", 10, "sequence", 20));
        readEvents(model);
        Conversation text = new Conversation("generation", "/ws/v1/models/" + model + "/generate");
        text.socket.writeTextMessage("{\"length\": 0}");
        text.until(names -> names.contains("error"));
        text.say("textWish", "{\"prefix\": \"the \", \"length\": 30, \"seed\": 3, \"step\": \"latest\"}");
        text.until(names -> names.contains("textDone"));
        text.say("textWish", "{\"length\": 100000}");
        text.until(names -> names.contains("textPiece"));
        text.say("textChange", "{\"temperature\": 1.2, \"topK\": 3}");
        text.say("textCancel", "{\"cancel\": true}");
        text.until(names -> names.contains("textDone"));
        text.socket.close();
    }

    private void walk(String model) throws Exception {
        Conversation walk = new Conversation("walk", "/ws/v1/models/" + model + "/walk");
        walk.socket.writeTextMessage("{\"speed\": 9}");
        walk.until(names -> names.contains("error"));
        walk.say("walkWish", "{\"seed\": 1, \"rows\": 1, \"columns\": 2, \"speed\": 5}");
        walk.until(names -> names.contains("picture"));
        walk.socket.close();
    }
}
