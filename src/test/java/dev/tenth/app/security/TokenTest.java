package dev.tenth.app.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

    @Test
    void theHeaderOpens() {
        given().header("Authorization", "Bearer " + TOKEN).get(RECIPES).then().statusCode(200);
    }

    @Test
    void healthIsForEveryone() {
        given().get("/q/health/ready").then().statusCode(200);
    }

    @Test
    void aBrowserGetsAFormAndThenACookieAndAnAddressWithoutTheToken() {
        given().accept("text/html").get("/runs").then().statusCode(401).body(containsString("name=\"token\""));
        var opened =
                given().redirects().follow(false).queryParam("token", TOKEN).get("/runs");
        assertThat(opened.statusCode()).isEqualTo(303);
        assertThat(opened.header("Location")).isEqualTo("/runs");
        assertThat(opened.header("Set-Cookie")).contains("HTTPOnly", "SameSite=Strict");
        given().cookies(opened.cookies()).get(RECIPES).then().statusCode(200);
    }

    @Test
    void aBrowsersWebSocketShowsItAsASubprotocol() {
        String protocol = "quarkus-http-upgrade#Authorization#Bearer " + TOKEN;
        // A run that is not there is only said to be missing to one who may know.
        assertThat(statusOfUpgrade(protocol)).isEqualTo(404);
        assertThat(statusOfUpgrade(protocol + "x")).isEqualTo(401);
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
