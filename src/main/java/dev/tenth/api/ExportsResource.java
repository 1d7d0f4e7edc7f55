package dev.tenth.api;

import dev.tenth.run.Runs;
import dev.tenth.serve.engine.Engine;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.RunLog;
import dev.tenth.text.Excerpt;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What a run learned, as files for use elsewhere; the step may be {@code latest}. */
@Path("/api/v1/runs/{id}/checkpoints")
@Produces({MediaType.APPLICATION_OCTET_STREAM, MediaType.APPLICATION_JSON})
public class ExportsResource {
    private final RunLog log;
    private final CheckpointFiles files;
    private final Engine engine;

    ExportsResource(RunLog log, Checkpoints checkpoints, Engine engine) {
        this.log = log;
        this.files = new CheckpointFiles(checkpoints);
        this.engine = engine;
    }

    /** The whole state: every tensor by its name, with the recipe and its parameters as metadata. */
    @GET
    @Path("/{step}.safetensors")
    public Response state(@PathParam("id") String id, @PathParam("step") String step) {
        if (log.find(id).isEmpty()) {
            throw new Runs.RefusedException(Runs.Reason.NO_SUCH_RUN, "id", "id: there is no run " + Excerpt.quoted(id));
        }
        return files.file(id, step);
    }

    /** One ability with its weights, as a TorchScript file: {@code torch.jit.load} in Python opens it. */
    @GET
    @Path("/{step}.pt")
    @Blocking
    public CompletionStage<Response> program(
            @PathParam("id") String id, @PathParam("step") String step, @QueryParam("ability") String ability) {
        return engine.archive(id, step, Optional.ofNullable(ability))
                .thenApply(archive -> file((StreamingOutput) archive::writeTo, id + "-" + step + ".pt"));
    }

    private static Response file(Object content, String name) {
        return Response.ok(content, MediaType.APPLICATION_OCTET_STREAM)
                .header("Content-Disposition", "attachment; filename=\"" + name + "\"")
                .build();
    }
}
