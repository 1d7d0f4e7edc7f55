package dev.tenth.app.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.tenth.app.RawHttp;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service with a token, on an address that others can reach. */
@QuarkusTest
@TestProfile(TokenTest.Exposed.class)
class TokenTest {
    private static final String TOKEN = "open sesame+/";
    private static final String RECIPES = "/api/v1/recipes";

    public static class Exposed implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("tenth.token", TOKEN, "quarkus.http.host", "0.0.0.0", "tenth.home", "target/test-home-door");
        }
    }

    @TestHTTPResource
    URI service;

    @ParameterizedTest
    @ValueSource(
            strings = {
                RECIPES,
                "/api/v1/runs",
                "/api/v1/runs/x/events",
                "/ws/v1/runs/x",
                "/q/metrics",
                "/q/openapi",
                "/"
            })
    void everyDoorAsks(String path) {
        given().get(path)
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", containsString("Bearer"))
                .contentType("application/problem+json")
                .body("status", equalTo(401));
        given().header("Authorization", "Bearer open").get(path).then().statusCode(401);
        given().cookie("tenth-token", "open").get(path).then().statusCode(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER  "})
    void theHeaderOpensInWhateverCaseTheSchemeIs(String scheme) {
        given().header("Authorization", scheme + TOKEN).get(RECIPES).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Bearer x", "Basic b3BlbjpzZXNhbWU=", "open sesame+/"})
    void anotherHeaderDoesNot(String header) {
        given().header("Authorization", header).get(RECIPES).then().statusCode(401);
    }

    @Test
    void healthIsForEveryone() {
        given().get("/q/health/ready").then().statusCode(200);
        given().get("/v2/health/ready").then().statusCode(200);
    }

    @Test
    void aBrowserGetsAFormAndThenACookieAndAnAddressWithoutTheToken() {
        given().accept("text/html").get("/runs").then().statusCode(401).body(containsString("name=\"token\""));
        var opened =
                given().redirects().follow(false).queryParam("token", TOKEN).get("/runs");
        assertThat(opened.statusCode()).isEqualTo(303);
        assertThat(opened.header("Location")).isEqualTo("/runs");
        assertThat(opened.header("Set-Cookie"))
                .contains("HTTPOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000")
                .doesNotContain("Secure");
        given().cookies(opened.cookies()).get(RECIPES).then().statusCode(200);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "/runs/x?after=3&TOKEN, /runs/x?after=3",
                "/runs?TOKEN&a=b%26c&d=%C3%A9, /runs?a=b%26c&d=%C3%A9",
                "/?TOKEN, /",
                "//evil.example/a?TOKEN, /evil.example/a",
                "///evil.example/a?TOKEN, /evil.example/a",
                "/.//evil.example/a?TOKEN, /evil.example/a",
                "/x/..//evil.example?TOKEN, /evil.example",
                "/%2e//evil.example?TOKEN, /evil.example",
                "/%5Cevil.example/a?TOKEN, /%5Cevil.example/a",
                "/%09/evil.example/a?TOKEN, /%09/evil.example/a",
                "/%2F/evil.example/a?TOKEN, /%2F/evil.example/a",
                "/%0d%0aSet-Cookie:x=y?TOKEN, /%0d%0aSet-Cookie:x=y",
                "http://localhost//evil.example/a?TOKEN, /evil.example/a",
                "/runs?%74oken=open%20sesame%2B%2F&x=1, /runs?x=1",
            })
    void theAddressAfterwardsIsAPageOfThisService(String target, String location) throws IOException {
        String shown = target.replace("TOKEN", "token=open%20sesame%2B%2F");
        RawHttp.Answer answer = RawHttp.send(service.getPort(), "GET", shown, "Host: localhost");
        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("Location")).hasValue(location);
        assertThat(answer.header("Cache-Control")).hasValue("no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/\\evil.example", "\\\\evil.example", "http://evil.example/", "//evil.example@"})
    void noTargetLeadsToAnotherSite(String target) throws IOException {
        RawHttp.Answer answer = RawHttp.send(service.getPort(), "GET", target + "?token=open%20sesame%2B%2F");
        assertThat(answer.status()).isIn(303, 400);
        assertThat(answer.body()).doesNotContain("\tat ", "Exception");
        assertThat(answer.header("Location").orElse("/"))
                .startsWith("/")
                .doesNotStartWith("//")
                .doesNotContain("\\");
    }

    @Test
    void aWrongTokenInTheAddressOpensNothingAndIsNotRemembered() {
        given().accept("text/html")
                .queryParam("token", "wrong")
                .get("/runs")
                .then()
                .statusCode(401)
                .header("Set-Cookie", nullValue())
                .header("Location", nullValue())
                .body(containsString("name=\"token\""));
        given().queryParam("token", TOKEN).post("/api/v1/runs").then().statusCode(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cookie: tenth-token=%zz",
                "Cookie: ;;;=,\"",
                "Authorization: Bearer \u0001",
                "Accept: ,;q=zz text/html",
                "Sec-WebSocket-Protocol: quarkus-http-upgrade",
                "Sec-WebSocket-Protocol: quarkus-http-upgrade#Authorization",
                "Sec-WebSocket-Protocol: quarkus-http-upgrade%zz",
                "Sec-WebSocket-Protocol: quarkus-http-upgrade#Host#%0d%0a",
                "Sec-WebSocket-Protocol: ,,,",
                "Content-Length: x",
                "Content-Length: -1",
                "Content-Length: 99999999999999999999",
                "Transfer-Encoding: x",
                "Expect: 100-continue",
                "Expect: x",
                "Upgrade: x",
                "Forwarded: host=\"",
                "X-Forwarded-Host: evil@host",
                "X-HTTP-Method-Override: DELETE",
                "Range: bytes=z",
                "Content-Type: \"",
                "Accept-Encoding: ;;q=z"
            })
    void noHeaderMakesAFaultBeforeTheTokenIsChecked(String header) throws IOException {
        for (String path : List.of("/", RECIPES, "/ws/v1/runs/x", "/v2/models/x/infer")) {
            RawHttp.Answer answer = RawHttp.send(service.getPort(), "GET", path, header);
            assertThat(answer.status()).as(path).isIn(0, 400, 401, 404, 413, 417, 501);
            assertThat(answer.body()).as(path).doesNotContain("\tat ", "Exception");
        }
    }

    @Test
    void aBrowsersWebSocketShowsItAsASubprotocol() {
        String protocol = "quarkus-http-upgrade#Authorization#Bearer " + TOKEN;
        // A run that is not there is only said to be missing to one who may know.
        assertThat(statusOfUpgrade(protocol)).isEqualTo(404);
        assertThat(statusOfUpgrade(protocol + "x")).isEqualTo(401);
        assertThat(statusOfUpgrade("Authorization: Bearer " + TOKEN)).isEqualTo(401);
    }

    private int statusOfUpgrade(String protocol) {
        URI address = URI.create("ws://localhost:" + service.getPort() + "/ws/v1/runs/nothing");
        String encoded = URLEncoder.encode(protocol, StandardCharsets.UTF_8).replace("+", "%20");
        var socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .subprotocols("tenth.v1", encoded)
                .buildAsync(address, new WebSocket.Listener() {});
        var refused = new int[1];
        assertThatThrownBy(socket::join).isInstanceOf(CompletionException.class).satisfies(failure -> {
            assertThat(failure.getCause()).isInstanceOf(WebSocketHandshakeException.class);
            refused[0] = ((WebSocketHandshakeException) failure.getCause())
                    .getResponse()
                    .statusCode();
        });
        return refused[0];
    }
}
