package dev.tenth.app.web;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.app.RawHttp;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class CompressionTest {
    private static final String GZIP = "Accept-Encoding: gzip";

    @TestHTTPResource
    URI service;

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/v1/recipes", "/api/v1/recipes/nothing", "/q/openapi?format=json", "/q/metrics", "/nothing"
            })
    void textIsCompressedForThoseWhoAskForIt(String path) throws IOException {
        RawHttp.Answer plain = RawHttp.send(service.getPort(), "GET", path);
        RawHttp.Answer packed = RawHttp.send(service.getPort(), "GET", path, GZIP);
        assertThat(plain.header("Content-Encoding")).isEmpty();
        assertThat(plain.header("Vary")).hasValue("accept-encoding");
        assertThat(packed.header("Content-Encoding")).hasValue("gzip");
        assertThat(packed.header("Vary")).hasValue("accept-encoding");
        String text = new String(
                new GZIPInputStream(new ByteArrayInputStream(packed.bytes())).readAllBytes(), StandardCharsets.UTF_8);
        if (!path.equals("/q/metrics")) { // which are others each time
            assertThat(text).isEqualTo(plain.body());
        }
    }

    @Test
    void aStreamIsDeliveredLineByLineWhenItIsCompressed() throws Exception {
        String run = run(1_000_000);
        try {
            HttpResponse<InputStream> events = events(run, "application/x-ndjson", "gzip");
            assertThat(events.headers().firstValue("Content-Encoding")).hasValue("gzip");
            BufferedReader lines = new BufferedReader(
                    new InputStreamReader(new GZIPInputStream(events.body(), 64), StandardCharsets.UTF_8));
            // The run goes on, so the stream has not ended.
            for (int seq = 1; seq <= 20; seq++) {
                assertThat(lines.readLine()).contains("\"run\":\"" + run + "\"");
            }
            assertThat(state(run)).isIn("QUEUED", "PREPARING", "RUNNING");
        } finally {
            stop(run);
        }
    }

    @Test
    void serverSentEventsPicturesAndWeightsStayAsTheyAre() throws Exception {
        String run = run(50);
        await().atMost(Duration.ofMinutes(2)).until(() -> state(run).equals("SUCCEEDED"));
        HttpResponse<InputStream> events = events(run, "text/event-stream", "gzip");
        assertThat(events.headers().firstValue("Content-Encoding").orElse("identity"))
                .isEqualTo("identity");
        assertThat(new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8)).readLine())
                .startsWith("id: ");
        events.body().close();
        RawHttp.Answer weights =
                RawHttp.send(service.getPort(), "GET", "/api/v1/runs/" + run + "/checkpoints/latest.safetensors", GZIP);
        assertThat(weights.status()).isEqualTo(200);
        assertThat(weights.header("Content-Encoding").orElse("identity")).isEqualTo("identity");
    }

    private HttpResponse<InputStream> events(String run, String type, String encoding) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://localhost:" + service.getPort() + "/api/v1/runs/" + run + "/events"))
                                .timeout(Duration.ofMinutes(1))
                                .header("Accept", type)
                                .header("Accept-Encoding", encoding)
                                .build(),
                        BodyHandlers.ofInputStream());
    }

    private static String run(int steps) {
        return given().contentType(ContentType.JSON)
                .body("{\"recipe\":\"gan-1d\",\"preset\":\"quick\",\"params\":{\"showEvery\":10,\"steps\":" + steps
                        + "}}")
                .post("/api/v1/runs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    private static String state(String run) {
        return given().get("/api/v1/runs/" + run).path("state");
    }

    private static void stop(String run) {
        given().contentType(ContentType.JSON)
                .body("{\"type\":\"stop\"}")
                .post("/api/v1/runs/" + run + "/commands")
                .then()
                .statusCode(202);
    }
}
