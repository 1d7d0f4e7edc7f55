package dev.tenth.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.app.RawHttp;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(RequestTagsTest.WithToken.class)
class RequestTagsTest {
    private static final String TOKEN = "Authorization: Bearer right";
    private static final int MADE_UP = 200;

    public static class WithToken implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("tenth.token", "right", "tenth.home", "target/test-home-tags");
        }
    }

    @TestHTTPResource
    URI service;

    @Test
    void madeUpRequestsShareOneNameAndRealOnesKeepTheirs() throws IOException {
        for (int i = 0; i < MADE_UP; i++) {
            for (String path : List.of("/made-up-", "/made/up/", "/runs/up-", "/api/v1/made-up-", "/{made}up-")) {
                RawHttp.send(service.getPort(), "GET", path + i);
                RawHttp.send(service.getPort(), "GET", path + i, TOKEN);
                RawHttp.send(service.getPort(), "POST", path + i, "Host: evil@up-" + i);
            }
            RawHttp.send(service.getPort(), "MADEUP" + i, "/api/v1/runs", TOKEN);
            RawHttp.send(service.getPort(), "GET", "/api/v1/runs/made-up-" + i, TOKEN);
            goneBeforeTheAnswer("/api/v1/runs?up=" + i);
            goneBeforeTheAnswer("/gone/up-" + i);
            goneBeforeTheAnswer("/{gone}/up-" + i);
        }
        for (String real : List.of("/api/v1/runs", "/api/v1/recipes/gan-1d", "/api/v1/datasets")) {
            assertThat(RawHttp.send(service.getPort(), "GET", real, TOKEN).status())
                    .as(real)
                    .isEqualTo(200);
        }
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Set<String> uris = tags("uri");
            assertThat(uris)
                    .contains("/api/v1/runs", "/api/v1/recipes/{id}", "/api/v1/datasets", "/api/v1/runs/{id}")
                    .contains("UNKNOWN")
                    .noneMatch(uri -> uri.contains("up"))
                    .hasSizeLessThan(30);
            assertThat(tags("method")).contains("GET", "OTHER").hasSizeLessThan(9);
        });
    }

    @Test
    void refusalsAreCountedByReason() throws IOException {
        RawHttp.send(service.getPort(), "GET", "/api/v1/runs");
        RawHttp.send(service.getPort(), "GET", "/api/v1/runs", "Host: a@b");
        RawHttp.send(service.getPort(), "GET", "/api/v1/runs", "Origin: http://evil.example");
        String metrics = metrics();
        for (String reason : List.of("host", "origin", "token")) {
            assertThat(metrics).containsPattern("http_refused_total\\{[^}]*reason=\"" + reason + "\"[^}]*} [1-9]");
        }
    }

    private void goneBeforeTheAnswer(String target) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", service.getPort())) {
            socket.setSoLinger(true, 0);
            socket.getOutputStream()
                    .write(("POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" + TOKEN
                                    + "\r\nContent-Length: 9\r\n\r\n{")
                            .getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
        }
    }

    private Set<String> tags(String tag) throws IOException {
        return Pattern.compile("http_server_requests_seconds_count\\{[^}]*\\b" + tag + "=\"([^\"]*)\"")
                .matcher(metrics().replace("{id}", "<id>").replace("{step}", "<step>"))
                .results()
                .map((MatchResult found) -> found.group(1).replace('<', '{').replace('>', '}'))
                .collect(Collectors.toSet());
    }

    private String metrics() throws IOException {
        return RawHttp.send(service.getPort(), "GET", "/q/metrics", TOKEN).body();
    }
}
