package dev.tenth.app.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A service that others can reach, without a token in its settings: it makes one. */
@QuarkusTest
@TestProfile(GeneratedTokenTest.Exposed.class)
class GeneratedTokenTest {
    public static class Exposed implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.http.host", "0.0.0.0", "tenth.home", "target/test-home-exposed");
        }
    }

    @Inject
    AccessToken token;

    @Test
    void theTokenStandsInThePrintedAddressAlone() {
        given().get("/api/v1/runs").then().statusCode(401);
        String token = this.token.address().replaceFirst(".*\\?token=", "");
        assertThat(token).hasSizeGreaterThanOrEqualTo(32);
        given().header("Authorization", "Bearer " + token)
                .get("/api/v1/runs")
                .then()
                .statusCode(200);
    }
}
