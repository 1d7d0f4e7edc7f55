package dev.tenth.stream;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service with few places for viewers, and clients that come and go as they like. */
@QuarkusTest
@TestProfile(ViewerLimitTest.FewPlaces.class)
class ViewerLimitTest {
    private static final int PLACES = 5;
    private static final Duration SOON = Duration.ofSeconds(60);

    @TestHTTPResource
    URI service;

    private final List<AutoCloseable> open = new ArrayList<>();
    private String run;

    /** So that a place that is not given back is missed. */
    public static class FewPlaces implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("tenth.limits.viewers", Integer.toString(PLACES), "tenth.home", "target/test-home-places");
        }
    }

    @BeforeEach
    void start() {
        run = given().contentType(ContentType.JSON)
                .body("{\"recipe\":\"gan-1d\",\"params\":{\"steps\":5,\"showEvery\":1}}")
                .post("/api/v1/runs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    @AfterEach
    void leave() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        awaitViewers(0);
    }

    private static double viewers() {
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("stream_viewers "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static void awaitViewers(int count) {
        await().atMost(SOON).until(() -> viewers() == count);
    }

    private RawWebSocket open() throws IOException {
        RawWebSocket socket = new RawWebSocket(service.getPort(), "/ws/v1/runs/" + run);
        open.add(socket);
        return socket;
    }

    /** A stream over HTTP of which nothing was read yet. */
    private Socket request(String accept) throws IOException {
        Socket socket = new Socket();
        open.add(socket);
        socket.connect(new InetSocketAddress("localhost", service.getPort()));
        socket.getOutputStream()
                .write(("GET /api/v1/runs/" + run + "/events HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** As many as there are places come, and one more is refused. */
    private void theServiceIsAsItWas() throws IOException {
        awaitViewers(0);
        for (int i = 0; i < PLACES; i++) {
            assertThat(open().head()).startsWith("HTTP/1.1 101 ");
        }
        assertThat(open().head()).startsWith("HTTP/1.1 503 ");
    }

    @Test
    void oneTooManyIsRefusedBeforeTheUpgradeAndComesInWhenAnotherLeaves() throws Exception {
        List<RawWebSocket> inside = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            inside.add(open());
            assertThat(inside.getLast().head()).startsWith("HTTP/1.1 101 ");
        }
        String refusal = open().head();
        assertThat(refusal).startsWith("HTTP/1.1 503 ");
        assertThat(refusal).containsIgnoringCase("Retry-After: ").containsIgnoringCase("application/problem+json");
        Response refused = given().accept("application/x-ndjson").get("/api/v1/runs/" + run + "/events");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isNotNull();
        assertThat(refused.contentType()).startsWith("application/problem+json");
        assertThat(refused.jsonPath().getString("detail")).isEqualTo("viewer limit (5) reached; try again later");

        inside.getFirst().close();
        awaitViewers(PLACES - 1);
        assertThat(open().head()).startsWith("HTTP/1.1 101 ");
    }

    @Test
    void whoResetsBeforeTheUpgradeHoldsNoPlace() throws Exception {
        for (int round = 0; round < 12; round++) {
            List<RawWebSocket> sockets = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                sockets.add(new RawWebSocket(service.getPort(), "/ws/v1/runs/" + run));
            }
            for (RawWebSocket socket : sockets) {
                socket.reset();
            }
        }
        theServiceIsAsItWas();
    }

    @Test
    void whoResetsAtOnceHoldsNoPlace() throws Exception {
        for (int i = 0; i < 600; i++) {
            new RawWebSocket(service.getPort(), "/ws/v1/runs/" + run).reset();
        }
        theServiceIsAsItWas();
    }

    @Test
    void whoResetsAStreamOverHttpHoldsNoPlace() throws Exception {
        for (String accept : List.of("text/event-stream", "application/x-ndjson")) {
            for (int i = 0; i < 300; i++) {
                reset(request(accept));
            }
        }
        theServiceIsAsItWas();
    }

    @Test
    void aHandshakeThatIsRefusedHoldsNoPlaceThoughItsConnectionStays() throws Exception {
        Socket socket = new Socket("localhost", service.getPort());
        open.add(socket);
        for (int i = 0; i < 2 * PLACES; i++) {
            socket.getOutputStream()
                    .write(("GET /ws/v1/runs/" + run + " HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n"
                                    + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 400".length());
            assertThat(new String(status, StandardCharsets.US_ASCII)).isIn("HTTP/1.1 400", "HTTP/1.1 503");
            socket.getInputStream().skipNBytes(socket.getInputStream().available());
        }
        theServiceIsAsItWas();
    }
}
