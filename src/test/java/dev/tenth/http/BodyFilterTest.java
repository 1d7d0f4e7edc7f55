package dev.tenth.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send slowly, too much, or half a body, over real sockets. */
@QuarkusTest
@TestProfile(BodyFilterTest.Small.class)
class BodyFilterTest {
    /** More than the service has threads for what takes a while. */
    private static final int CLIENTS = 250;

    private static final int TOGETHER = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Little memory, and a pause that the test can wait for. */
    public static class Small implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("tenth.limits.bodies-bytes", "" + TOGETHER, "tenth.limits.body-pause", "3s");
        }
    }

    @TestHTTPResource
    URI service;

    @Inject
    MemoryBudget budget;

    private final List<Socket> clients = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        await().atMost(PATIENCE).until(() -> budget.held() == 0);
    }

    /** A client that sent the head of a request, and so many bytes of its body. */
    private Socket client(String path, int length, int sent, String... headers) throws IOException {
        Socket client = new Socket(service.getHost(), service.getPort());
        clients.add(client);
        client.setSoTimeout((int) PATIENCE.toMillis());
        String head = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + (path.endsWith("import") ? "application/octet-stream" : "application/json") + "\r\nContent-Length: "
                + length + "\r\n" + String.join("", headers) + "\r\n";
        client.getOutputStream().write((head + " ".repeat(sent)).getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    private static int status(InputStream in) throws IOException {
        return Integer.parseInt(head(in).substring(9, 12));
    }

    /** The head of the next answer; its body is read over. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            assertThat(next).as(head.toString()).isNotEqualTo(-1);
            head.append((char) next);
        }
        String lower = head.toString().toLowerCase(java.util.Locale.ROOT);
        if (lower.contains("content-length: ")) {
            in.skipNBytes(Long.parseLong(lower.split("content-length: ")[1].split("\r")[0]));
        }
        return head.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/runs",
                "/api/v1/runs/import",
                "/v2/models/a/infer",
                "/v2/models/a/generate_stream",
                "/v1/completions"
            })
    void clientsThatStopInTheMiddleKeepNobodyWaiting(String path) throws IOException {
        for (int i = 0; i < CLIENTS; i++) {
            client(path, 1000, 3);
        }
        given().get("/api/v1/runs").then().statusCode(200);
        given().get("/q/health/ready").then().statusCode(200);
        given().body("{}")
                .contentType("application/json")
                .post("/api/v1/runs")
                .then()
                .statusCode(422);
        for (Socket client : clients) {
            assertThat(status(client.getInputStream())).isEqualTo(408);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void whatIsSentIsHeldWithinABoundAndLetGo() throws IOException {
        Socket first = client("/api/v1/runs", TOGETHER, TOGETHER - 1000);
        await().atMost(PATIENCE).until(() -> budget.held() == TOGETHER - 1000);
        Socket second = client("/api/v1/runs", 2000, 2000);
        String refused = head(second.getInputStream());
        assertThat(refused).contains(" 503 ").containsIgnoringCase("retry-after: ");
        second.getOutputStream()
                .write("GET /q/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(status(second.getInputStream())).isEqualTo(200);
        first.setSoLinger(true, 0); // a reset
        first.close();
        await().atMost(PATIENCE).until(() -> budget.held() == 0);
        assertThat(status(client("/api/v1/runs", 2000, 2000).getInputStream())).isEqualTo(400);
    }

    @Test
    void whatIsTooLargeIsRefusedBeforeAllOfItIsSent() throws IOException {
        Socket client = client("/api/v1/runs", Integer.MAX_VALUE, 3);
        assertThat(status(client.getInputStream())).isEqualTo(413);
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOn() throws IOException {
        Socket client = client("/api/v1/runs", 2, 0, "Expect: 100-continue\r\n");
        assertThat(status(client.getInputStream())).isEqualTo(100);
        client.getOutputStream().write("{}".getBytes(StandardCharsets.US_ASCII));
        assertThat(status(client.getInputStream())).isEqualTo(422);
    }

    @Test
    void whatNoResourceReadsIsReadOver() throws IOException {
        Socket client = client("/nothing", 300_000, 300_000);
        assertThat(status(client.getInputStream())).isEqualTo(404);
        client.getOutputStream()
                .write("GET /q/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(status(client.getInputStream())).isEqualTo(200);
    }
}
