package dev.tenth.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenth.event.EventType;
import dev.tenth.event.RunState;
import dev.tenth.event.Timeline;
import dev.tenth.http.Problem;
import dev.tenth.http.Problem.FieldError;
import dev.tenth.http.ReceivedBody;
import dev.tenth.run.Command;
import dev.tenth.run.LocalRuns;
import dev.tenth.run.Runs;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.text.Excerpt;
import dev.tenth.torch.Safetensors;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs: made, looked at, commanded, removed. */
@Path("/api/v1/runs")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class RunsResource {
    private static final int PAGE = 50;
    private static final int LARGEST_PAGE = 200;
    private static final int LONGEST_KEY = 200;
    private static final List<String> COMMANDS = List.of("pause", "resume", "stop", "checkpoint", "set", "fork");

    private final LocalRuns runs;
    private final RunLog log;
    private final Checkpoints checkpoints;
    private final CheckpointFiles files;

    RunsResource(LocalRuns runs, RunLog log, Checkpoints checkpoints) {
        this.runs = runs;
        this.log = log;
        this.checkpoints = checkpoints;
        this.files = new CheckpointFiles(checkpoints);
    }

    /** A page of a list, and the cursor of the next one. */
    record Page<T>(
            List<T> items,
            @JsonInclude(JsonInclude.Include.ALWAYS) String next) {}

    @POST
    public Response create(ReceivedBody body, @HeaderParam("Idempotency-Key") String key) {
        Json json = Json.read(body, Set.of("recipe", "preset", "params", "seed", "name"));
        if (key != null && (key.isBlank() || key.length() > LONGEST_KEY)) {
            throw new Problem.Exception(
                    400,
                    "Bad header",
                    "Idempotency-Key: it must have 1 to " + LONGEST_KEY + " characters",
                    new FieldError("Idempotency-Key", key, "1 to " + LONGEST_KEY + " characters"));
        }
        RunEntry run = runs.submit(
                new Runs.Submission(
                        json.required("recipe"),
                        json.text("preset"),
                        json.object("params"),
                        json.integer("seed", 0, Runs.LARGEST_SEED),
                        json.text("name")),
                Optional.ofNullable(key));
        return Response.accepted(RunDocument.of(run))
                .location(URI.create("/api/v1/runs/" + run.id()))
                .build();
    }

    /** A safetensors file becomes a run that can be served and forked; a checkpoint of ours tells its recipe itself. */
    @POST
    @Path("/import")
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    public Response take(
            @QueryParam("recipe") String recipe,
            @QueryParam("preset") String preset,
            @QueryParam("name") String name,
            ReceivedBody body) {
        try (SeekableByteChannel content = body.openSeekable()) {
            RunEntry run = runs.take(
                    Safetensors.open(content),
                    Optional.ofNullable(recipe),
                    Optional.ofNullable(preset),
                    Optional.ofNullable(name));
            return Response.created(URI.create("/api/v1/runs/" + run.id()))
                    .entity(RunDocument.of(run))
                    .build();
        } catch (IOException e) {
            throw new Problem.Exception(400, "Malformed file", e.getMessage());
        }
    }

    @GET
    public Page<RunDocument> list(
            @QueryParam("recipe") String recipe,
            @QueryParam("state") String states,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") String limit) {
        int size = pageSize(limit);
        List<String> wanted = states == null
                ? List.of()
                : Arrays.stream(states.split(",")).map(RunsResource::state).toList();
        if (cursor != null && log.find(cursor).isEmpty()) {
            throw new Problem.Exception(
                    400,
                    "Bad cursor",
                    "cursor: there is no run " + Excerpt.quoted(cursor),
                    new FieldError("cursor", cursor, "the `next` of an earlier page"));
        }
        List<RunEntry> found = log.list(Optional.ofNullable(recipe), wanted, Optional.ofNullable(cursor), size + 1);
        List<RunEntry> page = found.subList(0, Math.min(size, found.size()));
        return new Page<>(
                page.stream().map(runs::current).map(RunDocument::of).toList(),
                found.size() > size ? page.getLast().id() : null);
    }

    private static int pageSize(String limit) {
        String allowed = "an integer from 1 to " + LARGEST_PAGE;
        try {
            int size = limit == null ? PAGE : Integer.parseInt(limit);
            if (size >= 1 && size <= LARGEST_PAGE) {
                return size;
            }
        } catch (NumberFormatException e) {
            // the same answer as for a number out of range
        }
        throw new Problem.Exception(
                400,
                "Bad limit",
                "limit: " + Excerpt.quoted(limit) + " is not " + allowed,
                new FieldError("limit", limit, allowed));
    }

    private static String state(String name) {
        String upper = name.strip().toUpperCase(Locale.ROOT);
        if (Arrays.stream(RunState.values()).noneMatch(state -> state.name().equals(upper))) {
            throw new Problem.Exception(
                    400,
                    "Bad state",
                    "state: " + Excerpt.quoted(name) + " is not one of " + List.of(RunState.values()),
                    new FieldError("state", name, "one of " + List.of(RunState.values())));
        }
        return upper;
    }

    @GET
    @Path("/{id}")
    public RunDocument get(@PathParam("id") String id) {
        return RunDocument.of(existing(id));
    }

    private RunEntry existing(String id) {
        return runs.find(id)
                .orElseThrow(() -> new Runs.RefusedException(
                        Runs.Reason.NO_SUCH_RUN, "id", "id: there is no run " + Excerpt.quoted(id)));
    }

    /** The metrics over the steps, without what a resumed run took back. */
    record Metrics(Map<String, Timeline.Line> metrics) {}

    @GET
    @Path("/{id}/metrics")
    public Metrics metrics(@PathParam("id") String id) {
        existing(id);
        return new Metrics(log.timeline(id, EventType.METRICS).metrics());
    }

    @DELETE
    @Path("/{id}")
    public Response delete(@PathParam("id") String id) {
        runs.delete(id);
        return Response.noContent().build();
    }

    @POST
    @Path("/{id}/commands")
    public Response command(@PathParam("id") String id, ReceivedBody body) {
        existing(id);
        Json json = Json.read(body, Set.of("type", "params", "step", "name"));
        String type = json.required("type");
        Command command = command(type, json);
        Runs.Accepted accepted = runs.command(id, command);
        Response.ResponseBuilder answer = Response.accepted(
                accepted.forked().isPresent()
                        ? Map.of(
                                "id",
                                accepted.id(),
                                "type",
                                type,
                                "run",
                                accepted.forked().get())
                        : Map.of("id", accepted.id(), "type", type));
        accepted.forked().ifPresent(run -> answer.location(URI.create("/api/v1/runs/" + run)));
        return answer.build();
    }

    private static Command command(String type, Json json) {
        return switch (type) {
            case "pause" -> new Command.Pause();
            case "resume" -> new Command.Resume();
            case "stop" -> new Command.Stop();
            case "checkpoint" -> new Command.Checkpoint();
            case "set" -> new Command.Set(json.object("params"));
            case "fork" ->
                new Command.Fork(json.integer("step", 0, Long.MAX_VALUE), json.object("params"), json.text("name"));
            default ->
                throw new Problem.Exception(
                        422,
                        "No such command",
                        "type: " + Excerpt.quoted(type) + " is not one of " + COMMANDS,
                        new FieldError("type", type, "one of " + COMMANDS));
        };
    }

    /** A checkpoint as the API answers it. */
    record CheckpointDocument(long step, long seq, String sha256, long bytes, boolean pinned) {
        static CheckpointDocument of(Checkpoint checkpoint, Set<Long> pinned) {
            return new CheckpointDocument(
                    checkpoint.step(),
                    checkpoint.seq(),
                    checkpoint.sha256(),
                    checkpoint.bytes(),
                    pinned.contains(checkpoint.step()));
        }
    }

    @GET
    @Path("/{id}/checkpoints")
    public Page<CheckpointDocument> checkpoints(@PathParam("id") String id) {
        existing(id);
        Set<Long> pinned = runs.pinned(id);
        return new Page<>(
                checkpoints.list(id).stream()
                        .map(checkpoint -> CheckpointDocument.of(checkpoint, pinned))
                        .toList(),
                null);
    }

    /** What is known of a checkpoint, or, as {@code application/octet-stream}, the safetensors file itself. */
    @GET
    @Path("/{id}/checkpoints/{step}")
    @Produces({MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM})
    public Response checkpoint(
            @PathParam("id") String id, @PathParam("step") String step, @HeaderParam("Accept") String accept) {
        Checkpoint checkpoint = checkpoint(id, step);
        if (accept == null || !accept.contains(MediaType.APPLICATION_OCTET_STREAM)) {
            return Response.ok(CheckpointDocument.of(checkpoint, runs.pinned(id)), MediaType.APPLICATION_JSON)
                    .build();
        }
        return files.file(id, Long.toString(checkpoint.step()));
    }

    private Checkpoint checkpoint(String id, String step) {
        existing(id);
        return checkpoints.list(id).stream()
                .filter(each -> Long.toString(each.step()).equals(step))
                .findFirst()
                .orElseThrow(() -> files.none(id, step));
    }

    /** A pinned checkpoint is never thinned out. */
    @PUT
    @Path("/{id}/checkpoints/{step}/pin")
    @Consumes(MediaType.WILDCARD)
    public CheckpointDocument pin(@PathParam("id") String id, @PathParam("step") String step) {
        Checkpoint checkpoint = checkpoint(id, step);
        runs.pin(id, checkpoint.step(), true);
        return CheckpointDocument.of(checkpoint, runs.pinned(id));
    }

    @DELETE
    @Path("/{id}/checkpoints/{step}/pin")
    public CheckpointDocument unpin(@PathParam("id") String id, @PathParam("step") String step) {
        Checkpoint checkpoint = checkpoint(id, step);
        runs.pin(id, checkpoint.step(), false);
        return CheckpointDocument.of(checkpoint, runs.pinned(id));
    }
}
