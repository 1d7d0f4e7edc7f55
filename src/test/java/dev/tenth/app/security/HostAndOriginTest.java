package dev.tenth.app.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.app.RawHttp;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Without a token everybody on this machine is let in, and no page of another site. */
@QuarkusTest
class HostAndOriginTest {
    private static final String RUNS = "/api/v1/runs";
    private static final String[] UPGRADE = {
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    };

    @TestHTTPResource
    URI service;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST",
                "LocalHost:8080",
                "localhost.",
                "localhost.:9000",
                "127.0.0.1",
                "127.0.0.1:80",
                "127.9.9.9",
                "[::1]",
                "[::1]:8080",
                "[0:0:0:0:0:0:0:1]:8080"
            })
    void everyNameOfThisMachineIsLetIn(String host) throws IOException {
        assertThat(get(RUNS, "Host: " + host).status()).isEqualTo(200);
        assertThat(get("/", "Host: " + host).status()).isNotIn(400, 403, 500);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "evil.localhost.example",
                "127.0.0.1.evil.example",
                "127.0.0.1.nip.io",
                "localhost,evil.example",
                "xlocalhost",
                "localhost..",
                "10.0.0.1",
                "[::2]",
                "0.0.0.0"
            })
    void aNameThatANameServerCanPointHereIsRefused(String host) throws IOException {
        for (String path : new String[] {RUNS, "/", "/q/metrics", "/v2/models/x/infer", "/q/health", "/../x"}) {
            problem(403, get(path, "Host: " + host));
        }
        problem(403, get("/ws/v1/runs/x", with("Host: " + host)));
        problem(403, get("/ws/v1/runs/x", with("Host: " + host, "Origin: http://" + host)));
        problem(
                403,
                RawHttp.sendBody(service.getPort(), "POST", RUNS, "{}", "Host: " + host, "Origin: http://" + host));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil@localhost",
                "evil:pass@localhost:80",
                "local host",
                "localhost:x",
                "localhost:99999999",
                "localhost/x",
                "localhost?x",
                "localhost#x",
                "localhost\\x",
                "http://localhost",
                "[::1",
                "::1",
                "%zz",
                ":80",
                ""
            })
    void whatIsNoHostIsRefusedWithAProblemAndNoTrace(String host) throws IOException {
        problem(400, get(RUNS, "Host: " + host));
        problem(400, get("/ws/v1/runs/x", with("Host: " + host)));
    }

    @Test
    void aRequestNamesOneHost() throws IOException {
        problem(400, RawHttp.exchange(service.getPort(), "GET " + RUNS + " HTTP/1.0\r\n\r\n"));
        problem(400, RawHttp.exchange(service.getPort(), "GET " + RUNS + " HTTP/1.1\r\n\r\n"));
        problem(400, get(RUNS, "Host: localhost", "Host: evil.example"));
        problem(400, get(RUNS, "Host: localhost", "Host: localhost"));
        problem(400, get("http://evil.example" + RUNS, "Host: localhost"));
        problem(400, get("http://localhost@evil.example" + RUNS, "Host: localhost"));
        assertThat(get("http://LOCALHOST:80" + RUNS, "Host: localhost").status())
                .isEqualTo(200);
        assertThat(RawHttp.exchange(service.getPort(), "GET " + RUNS + " HTTP/1.0\r\nHost: localhost\r\n\r\n")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8080, http://localhost:8080",
        "LOCALHOST:8080, http://localhost:8080",
        "localhost:8080, HTTP://LocalHost:8080",
        "localhost, http://localhost",
        "localhost, http://localhost:80",
        "localhost:80, http://localhost",
        "localhost:443, https://localhost",
        "localhost, https://localhost:443",
        "localhost, https://localhost",
        "localhost., http://localhost",
        "[::1]:8080, http://[::1]:8080"
    })
    void anOwnPageIsLetIn(String host, String origin) throws IOException {
        assertThat(RawHttp.sendBody(service.getPort(), "POST", RUNS, "{}", "Host: " + host, "Origin: " + origin)
                        .status())
                .isEqualTo(422);
        assertThat(get("/ws/v1/runs/x", with("Host: " + host, "Origin: " + origin))
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "http://localhost:8081",
                "http://localhost",
                "https://localhost",
                "http://127.0.0.1:8080",
                "http://localhost:8080.evil.example",
                "http://localhost:8080@evil.example",
                "http://evil@localhost:8080",
                "http://localhost:8080/",
                "http://localhost:8080, http://localhost:8080",
                "ftp://localhost:8080",
                "file://",
                "null",
                "localhost:8080",
                "http:",
                "%zz",
                ""
            })
    void anotherSitesPageIsRefused(String origin) throws IOException {
        String[] headers = {"Host: localhost:8080", "Origin: " + origin};
        for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH"}) {
            problem(403, RawHttp.sendBody(service.getPort(), method, RUNS, "{}", headers));
        }
        problem(403, get("/ws/v1/runs/x", with(headers)));
        problem(403, get(RUNS, headers));
    }

    @Test
    void aRefusalRepeatsTheBeginningOfWhatWasSent() throws IOException {
        String name = "x".repeat(3000);
        assertThat(get(RUNS, "Host: " + name).body()).hasSizeLessThan(600);
        assertThat(get(RUNS, "Origin: http://" + name).body()).hasSizeLessThan(600);
        assertThat(get(RUNS + "/" + name).body()).hasSizeLessThan(600);
        assertThat(get(RUNS + "?cursor=" + name).body()).hasSizeLessThan(900);
        assertThat(get(RUNS + "?limit=" + name).body()).hasSizeLessThan(900);
        assertThat(get(RUNS + "?state=" + name).body()).hasSizeLessThan(1200);
        assertThat(get("/api/v1/datasets/" + name).body()).hasSizeLessThan(600);
        assertThat(get("/api/v1/recipes/" + name).body()).hasSizeLessThan(1200);
        for (String body : new String[] {
            "{\"recipe\":\"" + name + "\"}",
            "{\"" + name + "\":1}",
            "{\"recipe\":\"gan-1d\",\"preset\":\"" + name + "\"}",
            "{\"recipe\":\"gan-1d\",\"params\":{\"" + name + "\":1}}",
            "{\"recipe\":\"gan-1d\",\"params\":{\"steps\":\"" + name + "\"}}",
            "{\"recipe\":\"gan-1d\",\"params\":{\"steps\":" + "1".repeat(900) + "}}",
            "{\"recipe\":\"gan-1d\",\"seed\":\"" + name + "\"}",
            "{\"a\":1,\"" + name + "\":1,\"" + name + "\":1}",
            "{\"recipe\":" + name + "}"
        }) {
            RawHttp.Answer answer = RawHttp.sendBody(service.getPort(), "POST", RUNS, body);
            assertThat(answer.status()).as(body.substring(0, 40)).isIn(400, 422);
            assertThat(answer.body()).as(body.substring(0, 40)).doesNotContain("x".repeat(201), "1".repeat(201));
        }
    }

    private RawHttp.Answer get(String target, String... headers) throws IOException {
        return RawHttp.send(service.getPort(), "GET", target, headers);
    }

    private static String[] with(String... headers) {
        return Stream.of(UPGRADE, headers).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private static void problem(int status, RawHttp.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains("\"status\":" + status).doesNotContain("\tat ", "Exception");
    }
}
