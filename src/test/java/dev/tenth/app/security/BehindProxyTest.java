package dev.tenth.app.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.tenth.store.Blobs;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A service with a token behind a proxy that ends TLS, set up as the README says. */
@QuarkusTest
@TestProfile(BehindProxyTest.Proxied.class)
class BehindProxyTest {
    private static final String TOKEN = "right";

    public static class Proxied implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "tenth.token", TOKEN,
                    "tenth.home", "target/test-home-proxy",
                    "quarkus.http.proxy.proxy-address-forwarding", "true",
                    "quarkus.http.proxy.trusted-proxies", "127.0.0.1");
        }
    }

    @Inject
    Blobs blobs;

    private static String cookie(String scheme) {
        return given().redirects()
                .follow(false)
                .header("X-Forwarded-Proto", scheme)
                .queryParam("token", TOKEN)
                .get("/runs")
                .then()
                .statusCode(303)
                .extract()
                .header("Set-Cookie");
    }

    @Test
    void theCookieIsSentOverTlsOnlyWhereTheBrowserSpeaksTls() {
        assertThat(cookie("https")).contains("; Secure");
        assertThat(cookie("http")).doesNotContain("Secure");
    }

    @Test
    void noCacheThatOthersShareKeepsAPicture() {
        String path = "/api/v1/blobs/" + blobs.put(new byte[] {1, 2, 3}) + ".png";
        given().get(path).then().statusCode(401);
        given().header("Authorization", "Bearer " + TOKEN)
                .get(path)
                .then()
                .statusCode(200)
                .header("Cache-Control", equalTo("private, max-age=31536000, immutable"));
    }
}
