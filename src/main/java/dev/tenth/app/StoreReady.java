package dev.tenth.app;

import dev.tenth.store.RunLog;
import dev.tenth.store.StoreHealth;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the log can be written. A full disk is told and no reason to turn requests away: deleting runs makes room. */
@Readiness
@ApplicationScoped
public class StoreReady implements HealthCheck {
    private final RunLog log;

    StoreReady(RunLog log) {
        this.log = log;
    }

    @Override
    public HealthCheckResponse call() {
        StoreHealth health = log.health();
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("store")
                .withData("full", health.full())
                .status(health.fault().isEmpty());
        health.fault().ifPresent(fault -> answer.withData("fault", fault));
        return answer.build();
    }
}
