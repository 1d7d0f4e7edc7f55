package dev.tenth.stream;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.contract.ContractFilter;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client of the WebSocket may do wrong, over real sockets. */
@QuarkusTest
class RunEventsSocketTest {
    private static final int FINAL = 0x80;
    private static final int RESERVED_BIT = 0x40;
    private static final int UNKNOWN_OPCODE = 3;
    private static final int PING = 9;

    @TestHTTPResource
    URI service;

    private static String start(int steps) {
        return given().contentType(ContentType.JSON)
                .body("{\"recipe\":\"gan-1d\",\"params\":{\"steps\":" + steps + ",\"showEvery\":1}}")
                .post("/api/v1/runs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    private RawWebSocket open(String run, String... headers) throws IOException {
        RawWebSocket socket = new RawWebSocket(service.getPort(), "/ws/v1/runs/" + run, headers);
        assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
        return socket;
    }

    private static void awaitViewers(Predicate<Double> count) {
        await().atMost(Duration.ofSeconds(60)).until(() -> count.test(viewers()));
    }

    private static double viewers() {
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("stream_viewers "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void aMalformedFrameIsAProtocolError() throws Exception {
        String run = start(5);
        for (int begin : List.of(FINAL | UNKNOWN_OPCODE, FINAL | RESERVED_BIT | RawWebSocket.TEXT, FINAL)) {
            try (RawWebSocket socket = open(run)) {
                socket.frame(begin, true, new byte[] {'a'});
                assertThat(socket.closeCode()).as("first byte %x", begin).isEqualTo(1002);
            }
        }
        try (RawWebSocket socket = open(run)) {
            socket.frame(FINAL | RawWebSocket.TEXT, false, new byte[] {'a'});
            assertThat(socket.closeCode()).as("a frame without a mask").isEqualTo(1002);
        }
        try (RawWebSocket socket = open(run)) {
            socket.frame(FINAL | PING, true, new byte[126]);
            assertThat(socket.closeCode()).as("a ping of 126 bytes").isEqualTo(1002);
        }
        awaitViewers(count -> count == 0);
    }

    @Test
    void aMessageToAStreamThatTakesNoneIsAnswered() throws Exception {
        String run = start(5);
        try (RawWebSocket socket = open(run)) {
            socket.send(RawWebSocket.BINARY, new byte[] {1, 2, 3});
            assertThat(socket.closeCode()).isEqualTo(1003);
        }
        try (RawWebSocket socket = open(run)) {
            socket.send(RawWebSocket.TEXT, "{\"type\":\"stop\"}".getBytes(StandardCharsets.UTF_8));
            assertThat(socket.closeCode()).isEqualTo(1003);
        }
        try (RawWebSocket socket = open(run)) {
            socket.send(RawWebSocket.TEXT, new byte[] {(byte) 0xc3, (byte) 0x28});
            assertThat(socket.closeCode()).as("bytes that are no UTF-8").isEqualTo(1007);
        }
        awaitViewers(count -> count == 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {70_000, 300_000, 2_000_000})
    void aMessageThatIsTooLargeIsSaidToBe(int bytes) throws Exception {
        for (int opcode : List.of(RawWebSocket.TEXT, RawWebSocket.BINARY)) {
            try (RawWebSocket socket = open(start(5))) {
                try {
                    socket.send(opcode, new byte[bytes]);
                } catch (IOException e) {
                    // the service closes before it has read all of it
                }
                assertThat(socket.closeCode()).isEqualTo(1009);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"after=x,400", "after=-1,422", "after=1000000,422"})
    void aBadCursorIsRefusedBeforeTheUpgrade(String query, int status) throws Exception {
        try (RawWebSocket socket = new RawWebSocket(service.getPort(), "/ws/v1/runs/" + start(5) + "?" + query)) {
            assertThat(socket.head()).startsWith("HTTP/1.1 " + status + " ").contains("application/problem+json");
        }
    }

    @Test
    void aRunThatIsNotThereIsRefusedBeforeTheUpgrade() throws Exception {
        try (RawWebSocket socket = new RawWebSocket(service.getPort(), "/ws/v1/runs/nothing")) {
            assertThat(socket.head()).startsWith("HTTP/1.1 404 ").contains("application/problem+json");
        }
    }

    @Test
    void theSubprotocolInWhichABrowserSendsItsTokenDoesNotHinderTheUpgrade() throws Exception {
        String offer = "Sec-WebSocket-Protocol: tenth, quarkus-http-upgrade%23Authorization%23Bearer%20secret";
        try (RawWebSocket socket = open(start(5), offer)) {
            assertThat(socket.receive().opcode()).isEqualTo(RawWebSocket.TEXT);
        }
    }

    @Test
    void aHandshakeThatLacksItsUpgradeIsRefused() {
        String run = start(5);
        // Such an answer has no body, which the contract says in words alone.
        given().noFiltersOfType(ContractFilter.class)
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                .get("/ws/v1/runs/" + run)
                .then()
                .statusCode(400);
        awaitViewers(count -> count == 0);
    }

    /** Reads the first of server-sent events, and goes away. */
    private void resetStream(String run) throws IOException {
        try (Socket socket = new Socket("localhost", service.getPort())) {
            socket.getOutputStream()
                    .write(("GET /api/v1/runs/" + run + "/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200");
            socket.setSoLinger(true, 0);
        }
    }

    @Test
    void whoGoesAwayWithoutAWordIsNoError() throws Exception {
        List<LogRecord> errors = new CopyOnWriteArrayList<>();
        Handler listener = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                if (entry.getLevel().intValue() >= Level.SEVERE.intValue()) {
                    errors.add(entry);
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger.getLogger("").addHandler(listener);
        try {
            String run = start(1_500);
            for (int i = 0; i < 40; i++) {
                RawWebSocket socket = open(run);
                socket.receive();
                socket.reset();
                resetStream(run);
            }
            // One whose last message is still on its way when it goes.
            try (RawWebSocket stalled = open(run)) {
                await().atMost(Duration.ofMinutes(2))
                        .until(() ->
                                given().get("/api/v1/runs/" + run).path("state").equals("SUCCEEDED"));
                stalled.reset();
            }
            awaitViewers(count -> count == 0);
        } finally {
            Logger.getLogger("").removeHandler(listener);
        }
        assertThat(errors).extracting(LogRecord::getMessage).isEmpty();
    }
}
