package dev.tenth.serve.text;

import static dev.tenth.serve.engine.RawWebSocket.BINARY;
import static dev.tenth.serve.engine.RawWebSocket.FINAL;
import static dev.tenth.serve.engine.RawWebSocket.TEXT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.serve.engine.EngineUnderTest;
import dev.tenth.serve.engine.RawWebSocket;
import dev.tenth.serve.engine.RawWebSocket.Answer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** Text over its WebSocket, with clients that break the protocol, say nothing, read nothing, or go away. */
@QuarkusTest
@TestProfile(EngineUnderTest.Profile.class)
@TestMethodOrder(OrderAnnotation.class)
@Timeout(120)
class TextGenerationSocketTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String LONG = "{\"prefix\":\"%s\",\"length\":100000}";

    @Inject
    EngineUnderTest service;

    @Inject
    TextGenerationSocket endpoint;

    private final List<RawWebSocket> sockets = new ArrayList<>();
    private final List<LogRecord> errors = new CopyOnWriteArrayList<>();
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord message) {
            if (message.getLevel().intValue() >= Level.SEVERE.intValue()) {
                errors.add(message);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private static int runs;
    private final String run = "texts" + runs++;

    @BeforeEach
    void begin() {
        service.start(run, service.gated);
        service.checkpoint(run, 5, 1);
        service.gated.written.clear();
        Logger.getLogger("").addHandler(listener);
    }

    @AfterEach
    void end() throws IOException {
        Logger.getLogger("").removeHandler(listener);
        for (RawWebSocket socket : sockets) {
            socket.close();
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(List.of(service.openSockets("generate"), service.underWay()))
                        .containsExactly(0, 0));
    }

    private RawWebSocket connect() throws IOException {
        RawWebSocket socket = new RawWebSocket(
                ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class),
                "/ws/v1/models/" + run + "/generate");
        sockets.add(socket);
        return socket;
    }

    private RawWebSocket open() throws IOException {
        RawWebSocket socket = connect();
        assertThat(socket.answer().status()).isEqualTo(101);
        return socket;
    }

    private static JsonObject read(RawWebSocket socket) throws IOException {
        RawWebSocket.Frame frame = socket.read();
        assertThat(frame.opcode()).as(() -> "close code " + frame.closeCode()).isEqualTo(TEXT);
        return new JsonObject(frame.text());
    }

    /** The text up to its end, which must have this reason. */
    private static String whole(RawWebSocket socket, String reason) throws IOException {
        StringBuilder text = new StringBuilder();
        for (JsonObject frame = read(socket); ; frame = read(socket)) {
            if (!frame.containsKey("text")) {
                assertThat(frame).isEqualTo(new JsonObject("{\"done\":true,\"reason\":\"" + reason + "\",\"step\":5}"));
                return text.toString();
            }
            text.append(frame.getString("text"));
        }
    }

    private static void assertError(RawWebSocket socket, int status, String detail) throws IOException {
        JsonObject error = read(socket).getJsonObject("error");
        assertThat(error.getInteger("status")).isEqualTo(status);
        assertThat(error.getString("detail")).contains(detail);
    }

    @Test
    void textsComeOneAfterTheOther() throws IOException {
        RawWebSocket socket = open();
        socket.say("{\"length\":5}");
        assertThat(whole(socket, "length")).isEqualTo("abcde");
        socket.say("{\"length\":5000,\"stop\":\"mno\"}");
        assertThat(whole(socket, "stop")).isEqualTo("abcdefghijkl");
        socket.say("{\"length\":5000}");
        assertThat(whole(socket, "length")).hasSize(5000).startsWith("abcdefghijklmnopqrstuvwxyzabc");
    }

    @Test
    void aTextIsCancelledWhereItIsAndTheNextOneStarts() throws IOException {
        RawWebSocket socket = open();
        socket.say(LONG.formatted(""));
        assertThat(read(socket).getString("text")).isEqualTo("a");
        socket.say("{\"temperature\":0.5}");
        socket.say("{\"cancel\":true}");
        assertThat(whole(socket, "cancel")).hasSizeLessThan(100_000);
        socket.say("{\"length\":2}");
        assertThat(whole(socket, "length")).isEqualTo("ab");
    }

    @Test
    void aTextIsCancelledWhileAPieceIsComputed() throws Exception {
        RawWebSocket socket = open();
        socket.say(LONG.formatted("gated"));
        service.gated.arrivals.acquire();
        socket.say("{\"cancel\":true}");
        assertThat(whole(socket, "cancel")).isEmpty();
        service.gated.gate.release();
        socket.say("{\"length\":2}");
        assertThat(whole(socket, "length")).isEqualTo("ab");
    }

    @Test
    void cancelOnAnIdleSocketIsAnsweredAndStartsNothing() throws IOException {
        RawWebSocket socket = open();
        socket.say("{\"cancel\":true}");
        assertError(socket, 400, "cancel: no text");
        socket.say("{\"cancel\":true,\"prefix\":\"x\",\"length\":3}");
        assertError(socket, 400, "cancel: no text");
        assertThat(service.gated.written).isEmpty();
        socket.say("{\"length\":2,\"cancel\":false}");
        assertThat(whole(socket, "length")).isEqualTo("ab");
    }

    @Test
    void aWrongMessageIsAnErrorAndTheSocketStays() throws IOException {
        RawWebSocket socket = open();
        for (String wrong :
                List.of("", "{", "[]", "{\"length\":0}", "{\"what\":1}", "{\"cancel\":1}", "{\"topP\":0}")) {
            socket.say(wrong);
            assertError(socket, 400, "");
        }
        socket.say("{\"step\":77}");
        assertError(socket, 404, "77");
        socket.say("{\"prefix\":\"break\"}");
        assertThat(read(socket).getString("text")).isEqualTo("a");
        JsonObject last = read(socket);
        while (last.containsKey("text")) {
            last = read(socket);
        }
        assertThat(last.getJsonObject("error").getInteger("status")).isEqualTo(500);
        socket.say("{\"length\":2}");
        assertThat(whole(socket, "length")).isEqualTo("ab");
    }

    @Test
    void whatBreaksTheProtocolIsClosedWithItsCode() throws IOException {
        RawWebSocket binary = open();
        binary.send(FINAL | BINARY, new byte[] {1, 2, 3});
        assertClosed(binary, 1003);
        RawWebSocket opcode = open();
        opcode.send(FINAL | 5, new byte[] {1});
        assertClosed(opcode, 1002);
        RawWebSocket reserved = open();
        reserved.send(FINAL | 0x30 | TEXT, new byte[] {'x'});
        assertClosed(reserved, 1002);
        RawWebSocket unmasked = open();
        unmasked.raw(new byte[] {(byte) (FINAL | TEXT), 1, 'x'}, 3);
        assertClosed(unmasked, 1002);
        RawWebSocket fragmentedPing = open();
        fragmentedPing.send(RawWebSocket.PING, new byte[] {1});
        assertClosed(fragmentedPing, 1002);
        RawWebSocket notUtf8 = open();
        notUtf8.send(FINAL | TEXT, new byte[] {'"', (byte) 0xC3, (byte) 0x28, '"'});
        assertClosed(notUtf8, 1007);
        RawWebSocket longFrame = open();
        longFrame.send(FINAL | TEXT, new byte[(1 << 16) + 1]);
        assertClosed(longFrame, 1009);
        RawWebSocket hugeFrame = open();
        hugeFrame.raw(new byte[] {(byte) (FINAL | TEXT), (byte) 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 14);
        assertThat(hugeFrame.closeCode()).isEqualTo(1009);
        RawWebSocket longMessage = open();
        longMessage.send(TEXT, new byte[1 << 16]);
        for (int i = 0; i < 4; i++) {
            longMessage.send(0, new byte[1 << 16]);
        }
        assertClosed(longMessage, 1009);
        assertThat(service.gated.written).isEmpty();
        assertThat(errors).isEmpty();
    }

    private static void assertClosed(RawWebSocket socket, int code) throws IOException {
        assertThat(socket.closeCode()).isEqualTo(code);
        socket.send(FINAL | RawWebSocket.CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
        assertThat(socket.isAtEnd()).isTrue();
    }

    @Test
    void aSocketOfWhatDoesNotWriteIsRefusedBeforeItOpens() throws IOException {
        service.start(run + "painter", service.painter);
        int port = ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);
        for (String model : List.of(run + "painter", "nothing")) {
            try (RawWebSocket socket = new RawWebSocket(port, "/ws/v1/models/" + model + "/generate")) {
                Answer answer = socket.answer();
                assertThat(answer.status()).isEqualTo(model.equals("nothing") ? 404 : 400);
                assertThat(answer.headers()).containsEntry("Content-Type", "application/problem+json");
                assertThat(new JsonObject(answer.body()).getString("detail")).startsWith("model:");
            }
        }
    }

    @Test
    void clientsThatReadNothingHoldNoWaitingPlaceAndAreLeft() throws IOException {
        List<RawWebSocket> silent = new ArrayList<>();
        for (int i = 0; i < EngineUnderTest.WAITING; i++) {
            RawWebSocket socket = open();
            socket.say(LONG.formatted("silent"));
            silent.add(socket);
        }
        // Until they rest they wait in the queue.
        await().atMost(PATIENCE).untilAsserted(() -> {
            RawWebSocket reader = open();
            reader.say("{\"length\":2000}");
            assertThat(whole(reader, "length")).hasSize(2000);
        });
        for (RawWebSocket each : silent) {
            RawWebSocket.Frame frame = each.next();
            while (frame.opcode() != RawWebSocket.CLOSE) {
                frame = each.next(); // pings are not answered
            }
            assertThat(frame.closeCode()).isEqualTo(1013);
        }
        assertThat(service.gated.written.stream().filter("silent"::equals).count())
                .isLessThanOrEqualTo(EngineUnderTest.WAITING * 65L);
        assertThat(errors).isEmpty();
    }

    @Test
    void aClientThatAsksForNothingIsClosedInTheEnd() throws IOException {
        RawWebSocket socket = open();
        socket.say("{\"length\":2}");
        assertThat(whole(socket, "length")).isEqualTo("ab");
        assertThat(socket.closeCode()).isEqualTo(1000);
        RawWebSocket dead = open();
        RawWebSocket.Frame frame = dead.next();
        while (frame.opcode() == RawWebSocket.PING) {
            frame = dead.next();
        }
        assertThat(frame.closeCode()).isEqualTo(1013);
    }

    @Test
    void clientsThatGoAwayAtAnyTimeLeaveNothingBehind() throws IOException {
        for (int round = 0; round < 12; round++) {
            for (int i = 0; i < 50; i++) {
                RawWebSocket socket = connect();
                if (i % 3 > 0) {
                    socket.answer();
                }
                if (i % 3 > 1) {
                    socket.say(LONG.formatted("reset"));
                }
                socket.reset();
            }
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(List.of(service.openSockets("generate"), service.underWay()))
                        .containsExactly(0, 0));
        RawWebSocket socket = open();
        socket.say("{\"length\":2}");
        assertThat(whole(socket, "length")).isEqualTo("ab");
        assertThat(errors).isEmpty();
    }

    @Test
    void oneSocketMoreThanMayBeOpenIsRefused() throws IOException {
        for (int i = 0; i < EngineUnderTest.TEXTS; i++) {
            open();
        }
        Answer refused = connect().answer();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.headers()).containsKey("Retry-After");
        assertThat(refused.body()).contains("tenth.limits.text-sockets");
        sockets.getFirst().reset();
        await().atMost(PATIENCE).until(() -> connect().answer().status() == 101);
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void whenTheServiceLeavesTheClientsAreToldToComeBack() throws IOException {
        RawWebSocket idle = open();
        RawWebSocket writing = open();
        writing.say(LONG.formatted(""));
        assertThat(read(writing).getString("text")).isEqualTo("a");
        endpoint.leave();
        assertThat(idle.closeCode()).isEqualTo(1012);
        assertThat(writing.closeCode()).isEqualTo(1012);
        assertThat(connect().answer().status()).isEqualTo(503);
    }
}
