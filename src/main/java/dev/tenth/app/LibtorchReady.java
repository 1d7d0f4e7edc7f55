package dev.tenth.app;

import dev.tenth.torch.Device;
import dev.tenth.torch.Torch;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once libtorch is loaded, as long as the device computes: after an error of one of its kernels a GPU does nothing more for
 * this process, and only a new start helps.
 */
@Readiness
@NonBlocking // it has an answer also while every worker thread is busy
@ApplicationScoped
public class LibtorchReady implements HealthCheck {
    private final Device device;

    LibtorchReady(Device device) {
        this.device = device;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("libtorch")
                .withData("version", Torch.load())
                .withData("device", device.toString());
        if (device.isCpu()) {
            return answer.up().build();
        }
        try {
            Torch.check(device);
            return answer.up().build();
        } catch (IllegalStateException e) {
            return answer.withData("fault", e.getMessage()).down().build();
        }
    }
}
