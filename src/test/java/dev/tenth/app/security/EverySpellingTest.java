package dev.tenth.app.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.app.RawHttp;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Without the token no spelling of any path of the contract leads anywhere. */
@QuarkusTest
@TestProfile(EverySpellingTest.WithToken.class)
class EverySpellingTest {
    private static final String TOKEN = "right";
    private static final List<String> OPEN = List.of("/q/health", "/q/health/live", "/v2/health/ready");
    /** What a refusal may be: it names neither what is there nor what is wrong with the request. */
    private static final Set<Integer> REFUSED = Set.of(0, 400, 401, 404);

    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND");
    private static final List<String> WEB_SOCKETS =
            List.of("/ws/v1/runs/x", "/ws/v1/models/x/generate", "/ws/v1/models/x/walk");
    private static final String[] UPGRADE = {
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    };

    public static class WithToken implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("tenth.token", TOKEN, "tenth.home", "target/test-home-spelling");
        }
    }

    @TestHTTPResource
    URI service;

    @Test
    void everySpellingOfEveryPathIsRefusedWithEveryMethod() throws IOException {
        String before = state();
        Map<String, Integer> answered = new TreeMap<>();
        for (String path : contract()) {
            for (String spelling : spellings(path)) {
                for (String method : spelling.equals(path) ? METHODS : List.of("GET", "POST", "DELETE")) {
                    String body = method.equals("POST") ? "{\"recipe\":\"gan-1d\",\"preset\":\"quick\"}" : "";
                    int status = RawHttp.sendBody(service.getPort(), method, spelling, body)
                            .status();
                    if (!REFUSED.contains(status)) {
                        answered.put(method + " " + spelling, status);
                    }
                }
            }
        }
        assertThat(answered).isEmpty();
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void everySpellingOfEveryWebSocketIsRefused() throws IOException {
        Map<String, Integer> answered = new TreeMap<>();
        for (String path : WEB_SOCKETS) {
            for (String spelling : spellings(path)) {
                int status = RawHttp.send(service.getPort(), "GET", spelling, UPGRADE)
                        .status();
                if (!REFUSED.contains(status)) {
                    answered.put(spelling, status);
                }
            }
        }
        assertThat(answered).isEmpty();
    }

    @Test
    void aPathAsItStandsIsRefusedWithAProblem() throws IOException {
        for (String path : contract()) {
            RawHttp.Answer refused = RawHttp.send(service.getPort(), "GET", path);
            assertThat(refused.status()).as(path).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate"))
                    .as(path)
                    .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Bearer"));
            assertThat(refused.header("Content-Type")).as(path).hasValue("application/problem+json");
        }
    }

    @Test
    void theProbesAloneAreOpenAndNothingBesidesThem() throws IOException {
        for (String probe : List.of(
                "/q/health",
                "/q/health/live",
                "/q/health/ready",
                "/q/health/started",
                "/v2/health/live",
                "/v2/health/ready")) {
            assertThat(RawHttp.send(service.getPort(), "GET", probe).status())
                    .as(probe)
                    .isEqualTo(200);
            assertThat(RawHttp.send(service.getPort(), "GET", probe, "Authorization: Bearer wrong")
                            .status())
                    .as(probe)
                    .isEqualTo(200);
            for (String beside : List.of("/", "/x", "/well", "/group", ";x", "%2f..", "x")) {
                assertThat(RawHttp.send(service.getPort(), "GET", probe + beside)
                                .status())
                        .as(probe + beside)
                        .isEqualTo(401);
            }
            assertThat(RawHttp.send(service.getPort(), "POST", probe).status())
                    .as(probe)
                    .isEqualTo(401);
        }
    }

    private String state() {
        return Stream.of("/api/v1/runs", "/api/v1/datasets")
                .map(path -> given().header("Authorization", "Bearer " + TOKEN)
                        .get(path)
                        .asString())
                .toList()
                .toString();
    }

    /** The paths of the OpenAPI document, the WebSockets, and what Quarkus and the dashboard add. */
    private Set<String> contract() {
        JsonPath document = given().header("Authorization", "Bearer " + TOKEN)
                .queryParam("format", "json")
                .get("/q/openapi")
                .jsonPath();
        Set<String> paths = new TreeSet<>(WEB_SOCKETS);
        document.<String, Object>getMap("paths").keySet().stream()
                .map(path -> path.replace("{sha256}", "0".repeat(64)).replaceAll("\\{[^}]*}", "x"))
                .forEach(paths::add);
        assertThat(paths).contains("/api/v1/runs", "/api/v1/recipes/x");
        paths.removeIf(path -> path.matches("/(q|v2)/health(/.*)?")); // the probes
        paths.addAll(List.of(
                "/", "/index.html", "/assets/x.js", "/runs", "/q/metrics", "/q/openapi", "/q/swagger-ui", "/q/dev-ui"));
        paths.addAll(List.of("/api/v1/runs/x/events", "/v1/models", "/v1/completions", "/v2", "/v2/models/x/infer"));
        return paths;
    }

    private List<String> spellings(String path) {
        List<String> spellings = new ArrayList<>(List.of(
                path,
                path + "/",
                path + "//",
                "/" + path,
                "///" + path,
                "/." + path,
                "/x/.." + path,
                path.replaceAll("(?<=.)/", "//"),
                path.replaceAll("(?<=.)/", "/./"),
                path.replaceAll("(?<=.)/", "/x/../"),
                path.replaceAll("(?<=.)/", ";x=y/"),
                path.replaceAll("(?<=.)/", "%2f"),
                path.replaceAll("(?<=.)/", "%5c"),
                path.replaceAll("(?<=.)/", "\\\\"),
                "\\" + path.substring(1),
                "\\\\" + path.substring(1),
                path + ";",
                path + ";x=y",
                path + ";/q/health",
                path + ";x=/q/health/live",
                path + "/;/q/health",
                path + "/%2e%2e%2fq/health",
                path + "%2f..%2f..%2f..%2fq%2fhealth",
                path + "%00",
                path + "%00/q/health",
                path + "\0",
                path + "%",
                path + "%zz",
                path + "%2",
                path + "%c0%ae",
                path + "?/q/health",
                path + "?%zz",
                path + "?token=%zz",
                path + "?token=wrong",
                path + "?token=",
                path + "#/q/health",
                path.toUpperCase(Locale.ROOT),
                encodedLetters(path),
                "http://localhost:" + service.getPort() + path,
                "HTTP://LOCALHOST:" + service.getPort() + path,
                "http://localhost" + path,
                "http://evil.example" + path,
                "http://localhost:" + service.getPort() + "/q/health/../.." + path,
                "http://q/health" + path,
                "q/health/../.." + path,
                path.substring(1)));
        for (String open : OPEN) {
            String back = "/..".repeat((int) open.chars().filter(c -> c == '/').count());
            for (String dots : List.of(
                    "/..",
                    "/%2e%2e",
                    "/%2E%2E",
                    "/.%2e",
                    "/%2e.",
                    "/..;",
                    "/..;x=y",
                    "/%2e%2e;",
                    "%2f..",
                    "%2F%2e%2e",
                    "%5c..",
                    "\\..",
                    "/%252e%252e",
                    "/..%00",
                    "/..%2f",
                    "//..",
                    "/./..",
                    "/..%3b",
                    "/%c0%ae%c0%ae",
                    "/．．")) {
                spellings.add(open + back.replace("/..", dots) + path);
            }
            spellings.add(open + ";" + path);
            spellings.add(open + ";x=y" + path);
            spellings.add(open + ";/.." + path);
            spellings.add(open + "/;/.." + back + path);
            spellings.add(open + "?" + path);
            spellings.add(open + "/" + path);
            spellings.add(open + path);
            spellings.add(open + "%00" + path);
            spellings.add(open + "#/../.." + path);
        }
        // A probe with a query or a fragment is a probe; what is a line's end in a target is no HTTP.
        spellings.removeIf(spelling -> OPEN.stream().anyMatch(open -> spelling.matches(open + "[?#].*")));
        return spellings;
    }

    private static String encodedLetters(String path) {
        StringBuilder encoded = new StringBuilder();
        path.chars()
                .forEach(c -> encoded.append(Character.isLetter(c) ? "%%%02x".formatted(c) : String.valueOf((char) c)));
        return encoded.toString();
    }
}
