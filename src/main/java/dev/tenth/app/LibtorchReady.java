package dev.tenth.app;

import dev.tenth.torch.Torch;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready once libtorch is loaded. */
@Readiness
@NonBlocking // it has an answer also while every worker thread is busy
@ApplicationScoped
public class LibtorchReady implements HealthCheck {
    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("libtorch")
                .withData("version", Torch.load())
                .up()
                .build();
    }
}
