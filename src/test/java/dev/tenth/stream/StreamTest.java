package dev.tenth.stream;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.event.EventType;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The three doors over real sockets. */
@QuarkusTest
class StreamTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LINES = "application/x-ndjson";
    private static final int COMPLETE = 1000;

    private static final int TOO_SLOW = 1013;
    /** No event has this number. */
    private static final long NEVER = -1;
    /** Characters of an event in which its run, number, step, time and type stand. */
    private static final int HEAD = 110;

    private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");

    @TestHTTPResource
    URI service;

    private final HttpClient http = HttpClient.newHttpClient();

    private static String start(int steps, int showEvery) {
        return given().contentType(ContentType.JSON)
                .body("{\"recipe\":\"gan-1d\",\"seed\":5,\"params\":{\"steps\":" + steps + ",\"showEvery\":" + showEvery
                        + "}}")
                .post("/api/v1/runs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    private static void awaitEnd(String run) {
        await().atMost(Duration.ofMinutes(2))
                .until(() -> given().get("/api/v1/runs/" + run).path("state").equals("SUCCEEDED"));
    }

    private Stream<String> lines(String run, String accept, String query) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(service.resolve("/api/v1/runs/" + run + "/events?" + query))
                .header("Accept", accept)
                .build();
        var answer = http.send(request, BodyHandlers.ofLines());
        assertThat(answer.statusCode()).isEqualTo(200);
        // The client asks for more, and what comes after an upgrade in clear text was garbled now and then.
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        return answer.body();
    }

    private List<String> log(String run) throws IOException, InterruptedException {
        return lines(run, LINES, "follow=false").toList();
    }

    private static JsonNode tree(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private static long seqOf(String message) {
        Matcher seq = SEQ.matcher(message);
        assertThat(seq.find()).as(message).isTrue();
        return Long.parseLong(seq.group(1));
    }

    /** A WebSocket of which nothing has been read yet. */
    private RawWebSocket open(String run, String query) throws IOException {
        return new RawWebSocket(service.getPort(), "/ws/v1/runs/" + run + "?" + query);
    }

    /** Reads up to an event or to the code with which the service closed. */
    private static OptionalInt read(RawWebSocket socket, List<String> events, int kept, long upTo) throws IOException {
        while (true) {
            RawWebSocket.Received received = socket.receive();
            if (received.opcode() == RawWebSocket.CLOSE) {
                return OptionalInt.of(received.closeCode());
            }
            for (String event : received.text().split("\n")) {
                events.add(event.substring(0, Math.min(kept, event.length())));
                if (seqOf(event) == upTo) {
                    return OptionalInt.empty();
                }
            }
        }
    }

    private static double metric(String name) {
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void theThreeDoorsShowTheSame() throws Exception {
        String run = start(300, 10);
        awaitEnd(run);
        List<String> lines = log(run);
        List<String> sent = lines(run, "text/event-stream", "follow=false").toList();
        List<String> messages = new ArrayList<>();
        try (RawWebSocket socket = open(run, "follow=false")) {
            assertThat(read(socket, messages, Integer.MAX_VALUE, NEVER)).hasValue(COMPLETE);
        }

        assertThat(lines).hasSizeGreaterThan(30);
        assertThat(messages).isEqualTo(lines);
        assertThat(sent.stream().filter(line -> line.startsWith("data: ")).map(line -> line.substring(6)))
                .isEqualTo(lines);
        assertThat(sent.stream().filter(line -> line.startsWith("id: ")).map(line -> Long.parseLong(line.substring(4))))
                .isEqualTo(lines.stream()
                        .map(line -> tree(line).path("seq").asLong())
                        .toList());
    }

    @Test
    void whoReconnectsFiftyTimesSeesEveryEventOnceAndInOrder() throws Exception {
        String run = start(2_000, 5);
        SplittableRandom random = new SplittableRandom(3);
        List<String> seen = new ArrayList<>();
        for (int connection = 0; connection < 50; connection++) {
            long after = seen.isEmpty() ? 0 : tree(seen.getLast()).path("seq").asLong();
            try (Stream<String> lines = lines(run, LINES, "after=" + after)) {
                Iterator<String> each = lines.iterator();
                for (int left = random.nextInt(1, 12); left > 0 && each.hasNext(); left--) {
                    seen.add(each.next());
                }
            }
        }
        awaitEnd(run);
        long after = tree(seen.getLast()).path("seq").asLong();
        lines(run, LINES, "follow=false&after=" + after).forEach(seen::add);
        assertThat(seen).isEqualTo(log(run));
        for (int i = 0; i < seen.size(); i++) {
            assertThat(tree(seen.get(i)).path("seq").asLong()).isEqualTo(i + 1);
        }
    }

    @Test
    void lastEventIdGoesOnWhereTheBrowserWas() throws Exception {
        String run = start(100, 10);
        awaitEnd(run);
        given().header("Last-Event-ID", "3")
                .accept("text/event-stream")
                .get("/api/v1/runs/" + run + "/events?follow=false")
                .then()
                .statusCode(200)
                .body(org.hamcrest.Matchers.startsWith("id: 4\n"));
    }

    @Test
    void twoHundredViewersOfWhomTwentyDoNotRead() throws Exception {
        String run = start(800, 1);
        List<RawWebSocket> sockets = new ArrayList<>();
        List<Future<OptionalInt>> ends = new ArrayList<>();
        List<List<String>> seen = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                AutoCloseable _ = () -> closeAll(sockets)) {
            for (int i = 0; i < 200; i++) {
                RawWebSocket socket = open(run, "");
                sockets.add(socket);
                if (i % 10 != 0) {
                    List<String> events = Collections.synchronizedList(new ArrayList<>());
                    seen.add(events);
                    ends.add(threads.submit(() -> read(socket, events, HEAD, NEVER)));
                }
            }
            // The trainer waits for none of them.
            awaitEnd(run);
            List<JsonNode> log = log(run).stream().map(StreamTest::tree).toList();
            for (List<String> events : seen) {
                await().atMost(Duration.ofSeconds(60)).until(() -> seqOf(events.getLast()) == log.size());
                assertThat(events.stream().map(StreamTest::seqOf))
                        .isSorted()
                        .doesNotHaveDuplicates()
                        .containsAll(lossless(log));
            }
            given().delete("/api/v1/runs/" + run);
            for (Future<OptionalInt> end : ends) {
                assertThat(end.get(20, TimeUnit.SECONDS)).hasValue(COMPLETE);
            }
        }
    }

    private static void closeAll(List<RawWebSocket> sockets) throws IOException {
        for (RawWebSocket socket : sockets) {
            socket.close();
        }
    }

    /** More than the kernel keeps for a socket that nobody reads. */
    private static final int MANY_STEPS = 1_500;

    @Test
    void whoDoesNotReadMissesPicturesButNoFactsOrIsSentAway() throws Exception {
        double conflated = metric("stream_events_conflated_total");
        String run = start(MANY_STEPS, 1);
        try (RawWebSocket late = open(run, "");
                RawWebSocket never = open(run, "")) {
            await().until(() -> metric("stream_viewers") >= 2);
            double viewers = metric("stream_viewers");
            awaitEnd(run);
            List<JsonNode> log = log(run).stream().map(StreamTest::tree).toList();

            // One that reads after a while gets the newest, all that must not be lost, and the word that there was
            // more.
            List<String> messages = new ArrayList<>();
            assertThat(read(late, messages, Integer.MAX_VALUE, log.size())).isEmpty();
            List<JsonNode> seen = messages.stream().map(StreamTest::tree).toList();
            List<Long> numbers = seen.stream()
                    .filter(event -> !event.path("type").asText().equals("gap"))
                    .map(event -> event.path("seq").asLong())
                    .toList();
            assertThat(numbers).isSorted().doesNotHaveDuplicates().containsAll(lossless(log));
            assertThat(numbers.getLast()).isEqualTo(log.size());
            assertThat(seen.stream().filter(event -> event.path("type").asText().equals("gap")))
                    .isNotEmpty();
            assertThat(metric("stream_events_conflated_total") - conflated).isEqualTo(log.size() - numbers.size());

            // One that never does is sent away, with a code that says why.
            await().atMost(Duration.ofSeconds(60)).until(() -> metric("stream_viewers") < viewers);
            assertThat(read(never, new ArrayList<>(), HEAD, NEVER)).hasValue(TOO_SLOW);
        }
    }

    private static List<Long> lossless(List<JsonNode> log) {
        return log.stream()
                .filter(event -> EventType.isLossless(event.path("type").asText()))
                .map(event -> event.path("seq").asLong())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "after=x, application/x-ndjson, 400, after",
        "after=-1, application/x-ndjson, 422, after",
        "after=1000000, application/x-ndjson, 422, after",
        "after=0, image/png, 406, Accept",
    })
    void aBadWishIsAnsweredWithItsField(String query, String accept, int status, String field) {
        String run = start(10, 10);
        Response answer = given().accept(accept).get("/api/v1/runs/" + run + "/events?" + query);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(answer.jsonPath().getList("errors.field", String.class)).containsExactly(field);
    }

    @Test
    void aPlainRequestForAWebSocketIsToldToUpgrade() {
        String run = start(10, 10);
        given().get("/ws/v1/runs/" + run).then().statusCode(426).header("Upgrade", "websocket");
    }
}
