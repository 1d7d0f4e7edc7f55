package dev.tenth.app;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the probes say of a service whose log cannot be written any more. */
@QuarkusTest
@TestProfile(ReadinessTest.OwnHome.class)
class ReadinessTest {
    public static class OwnHome implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("tenth.home", "target/test-home-readiness");
        }
    }

    @Test
    void aServiceWhoseLogWriterIsDeadIsAliveButNotReady() {
        given().get("/q/health/ready").then().statusCode(200);
        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("log-writer"))
                .forEach(Thread::interrupt);
        await().untilAsserted(() -> given().get("/q/health/ready").then().statusCode(503));
        given().get("/q/health/ready")
                .then()
                .body("status", equalTo("DOWN"))
                .body("checks.find { it.name == 'store' }.data.fault", containsString("its writer has ended"));
        given().get("/q/health/live").then().statusCode(200);
        given().get("/api/v1/runs").then().statusCode(200);
        given().contentType("application/json")
                .body("{\"recipe\":\"gan-1d\"}")
                .post("/api/v1/runs")
                .then()
                .statusCode(503);
    }
}
