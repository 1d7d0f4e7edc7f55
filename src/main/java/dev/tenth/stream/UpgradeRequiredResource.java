package dev.tenth.stream;

import dev.tenth.http.Problem;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

/** Answers whoever asks for a run's WebSocket without an upgrade; an upgrade does not come here. */
@Path("/ws/v1/runs/{id}")
public class UpgradeRequiredResource {
    private static final Problem PROBLEM = Problem.of(
            426,
            "Upgrade required",
            "Upgrade: this is a WebSocket; ask for an upgrade, or use /api/v1/runs/{id}/events");

    @GET
    public Response upgrade() {
        return Response.status(PROBLEM.status())
                .header("Upgrade", "websocket")
                .type(Problem.MEDIA_TYPE)
                .entity(PROBLEM)
                .build();
    }
}
