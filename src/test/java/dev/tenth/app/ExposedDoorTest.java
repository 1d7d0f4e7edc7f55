package dev.tenth.app;

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
@TestProfile(ExposedDoorTest.Exposed.class)
class ExposedDoorTest {
    public static class Exposed implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.http.host", "0.0.0.0", "tenth.home", "target/test-home-exposed");
        }
    }

    @Inject
    Door door;

    @Test
    void theTokenStandsInThePrintedAddressAlone() {
        given().get("/api/v1/runs").then().statusCode(401);
        String token = door.address().replaceFirst(".*\\?token=", "");
        assertThat(token).hasSizeGreaterThanOrEqualTo(32);
        given().header("Authorization", "Bearer " + token)
                .get("/api/v1/runs")
                .then()
                .statusCode(200);
    }
}
