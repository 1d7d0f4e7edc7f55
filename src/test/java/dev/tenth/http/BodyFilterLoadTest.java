package dev.tenth.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(BodyFilterLoadTest.Impatient.class)
class BodyFilterLoadTest {
    private static final int CROWD = 250;
    /** Less than it takes until an idle body is given up, which frees whatever it holds. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final String IMPORT = "POST /api/v1/runs/import";
    private static final String UPLOAD = "POST /api/v1/datasets?name=a.txt";

    /** Gives up idle bodies soon. */
    public static class Impatient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("tenth.limits.body-pause", "6s", "tenth.limits.bodies", "300");
        }
    }

    @TestHTTPResource
    URI service;

    @Inject
    BodyLimits limits;

    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void leave() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** Sends the beginning of a request, and no more. */
    private Socket send(String text) {
        try {
            Socket socket = new Socket(service.getHost(), service.getPort());
            sockets.add(socket);
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Socket begin(String line, String type, String lengthAndMore, String body) {
        return send(line + " HTTP/1.1\r\nHost: localhost:" + service.getPort() + "\r\nContent-Type: " + type + "\r\n"
                + lengthAndMore + "\r\n\r\n" + body);
    }

    /** Everything that still comes. */
    private static String rest(Socket socket) {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serviceAnswersSoon() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (String path : List.of("/api/v1/runs", "/api/v1/recipes", "/q/health/ready", "/api/v1/datasets")) {
                HttpRequest request = HttpRequest.newBuilder(service.resolve(path))
                        .timeout(SOON)
                        .build();
                assertThat(client.send(request, HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                        .as(path)
                        .isEqualTo(200);
            }
        }
    }

    private void nothingIsLeft() {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(temporary()).isEmpty());
    }

    private List<Path> temporary() throws IOException {
        try (Stream<Path> files = Files.list(limits.directory())) {
            return files.filter(file -> file.toString().endsWith(".tmp")).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                UPLOAD + ", text/plain",
                "POST /api/v1/runs, application/json",
                "POST /api/v1/runs/x/commands, application/json",
                IMPORT + ", application/octet-stream",
                "PUT /api/v1/runs/x/checkpoints/1/pin, application/json",
                "DELETE /api/v1/runs/x, application/json",
            })
    void aCrowdOfIdleBodiesHoldsNothingUpAndTimesOut(String door) throws Exception {
        String[] lineAndType = door.split(", ");
        List<Socket> crowd = Stream.generate(() -> begin(lineAndType[0], lineAndType[1], "Content-Length: 1000", "abc"))
                .limit(CROWD)
                .toList();
        serviceAnswersSoon();
        for (Socket socket : crowd) {
            assertThat(rest(socket))
                    .startsWith("HTTP/1.1 408 ")
                    .contains("application/problem+json", "no data for 6,000 ms after 3 bytes");
        }
        nothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /api/v1/nothing",
                "PUT /api/v1/runs",
                "POST /nothing",
                "POST /q/health/ready",
                "GET /api/v1/runs"
            })
    void aCrowdOfIdleBodiesWhereNoneIsTakenLosesItsConnections(String line) throws Exception {
        List<Socket> crowd = Stream.generate(() -> begin(line, "text/plain", "Content-Length: 1000", "abc"))
                .limit(CROWD)
                .toList();
        serviceAnswersSoon();
        for (Socket socket : crowd) {
            assertThat(rest(socket)).startsWith("HTTP/1.1 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked", "Content-Length: 1000\r\nExpect: 100-continue"})
    void chunksAndClientsThatAskFirstTimeOutAsWell(String headers) throws Exception {
        List<Socket> crowd = Stream.generate(() -> begin(UPLOAD, "text/plain", headers, ""))
                .limit(CROWD)
                .toList();
        serviceAnswersSoon();
        for (Socket socket : crowd) {
            assertThat(rest(socket)).contains("HTTP/1.1 408 ");
        }
    }

    @Test
    void unfinishedHeadersHoldNothingUp() throws Exception {
        for (int i = 0; i < CROWD; i++) {
            send("POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
        }
        serviceAnswersSoon();
    }

    @Test
    void oneBodyMoreThanAreTakenIsToldToComeAgain() throws Exception {
        for (int i = 0; i < limits.reading(); i++) {
            begin(UPLOAD, "text/plain", "Content-Length: 1000", "abc");
        }
        serviceAnswersSoon();
        Response refused = given().contentType("text/plain").body("la la\n").post("/api/v1/datasets?name=a.txt");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.contentType()).isEqualTo("application/problem+json");
        assertThat(refused.header("Retry-After")).isNotNull();
        leave();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> given().contentType("text/plain")
                                .body("la la\n")
                                .post("/api/v1/datasets?name=a.txt")
                                .statusCode()
                        == 201);
    }

    @Test
    void aLargeBodyIsInAFileUntilItIsUsedItsClientIsSilentOrGone() throws Exception {
        String half = "la la la\n".repeat(1 << 18);
        Socket silent = begin(UPLOAD, "text/plain", "Content-Length: 9000000", half);
        await().atMost(SOON).until(() -> temporary().size() == 1);
        assertThat(rest(silent)).startsWith("HTTP/1.1 408 ");
        nothingIsLeft();
        Socket gone = begin(UPLOAD, "text/plain", "Content-Length: 9000000", half);
        await().atMost(SOON).until(() -> temporary().size() == 1);
        gone.setSoLinger(true, 0); // a reset
        gone.close();
        nothingIsLeft();
        Response made = given().contentType("text/plain").body(half).post("/api/v1/datasets?name=half.txt");
        assertThat(made.statusCode()).as(made.asString()).isEqualTo(201);
        assertThat(made.jsonPath().getLong("bytes")).isEqualTo(half.length());
        nothingIsLeft();
        given().delete("/api/v1/datasets/" + made.jsonPath().getString("id"));
    }

    @Test
    void tooMuchIsRefusedBeforeItIsSentAndWhileItComes() {
        assertThat(rest(begin(UPLOAD, "text/plain", "Content-Length: 99999999\r\nExpect: 100-continue", "")))
                .startsWith("HTTP/1.1 413 ")
                .contains("body: larger than the limit of 34,603,008 bytes");
        String chunk = "fffff\r\n" + "x".repeat(0xfffff) + "\r\n";
        assertThat(rest(begin(UPLOAD, "text/plain", "Transfer-Encoding: chunked", chunk.repeat(34))))
                .startsWith("HTTP/1.1 413 ");
        nothingIsLeft();
    }

    @Test
    void anEncodedBodyIsRefused() {
        Response answer = given().contentType("application/json")
                .header("Content-Encoding", "gzip")
                .body(new byte[] {1, 2, 3})
                .post("/api/v1/runs");
        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
    }
}
