package dev.tenth.stream;

import dev.tenth.http.ConnectionPlaces.Place;
import dev.tenth.http.Problem;
import dev.tenth.http.Problem.FieldError;
import dev.tenth.http.TransformToMulti;
import dev.tenth.text.Excerpt;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Variant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.resteasy.reactive.RestMulti;

/**
 * A run's events over HTTP: server-sent events, or lines of JSON for whoever accepts them.
 *
 * <p>Both are written as bytes that all viewers share; the JAX-RS way to send server-sent events would format each for each viewer.
 */
@Path("/api/v1/runs/{id}/events")
public class RunEventsResource {
    private static final System.Logger LOG = System.getLogger(RunEventsResource.class.getName());
    private static final String EVENT_STREAM = MediaType.SERVER_SENT_EVENTS;
    private static final String LINES = "application/x-ndjson";
    private static final List<Variant> VARIANTS = Variant.mediaTypes(
                    MediaType.SERVER_SENT_EVENTS_TYPE, MediaType.valueOf(LINES))
            .build();
    /** Takes the head of the response along, so that the client knows that it looks even while nothing happens. */
    private static final byte[] HEAD = {};

    private final EventHub hub;

    RunEventsResource(EventHub hub) {
        this.hub = hub;
    }

    @GET
    public RestMulti<byte[]> events(
            @PathParam("id") String run,
            @HeaderParam("Last-Event-ID") String lastEventId,
            @QueryParam("after") String after,
            @QueryParam("superseded") String superseded,
            @QueryParam("follow") String follow,
            @HeaderParam("Accept") String accept,
            @jakarta.ws.rs.core.Context Request request,
            @jakarta.ws.rs.core.Context HttpServerResponse response) {
        Variant variant = request.selectVariant(VARIANTS);
        if (variant == null) {
            throw notAcceptable(accept);
        }
        boolean lines = variant.getMediaType().toString().equals(LINES);
        Context loop = Vertx.currentContext();
        EventQuery.Request wish = new EventQuery.Request(
                run, Optional.ofNullable(lastEventId), Optional.ofNullable(after), superseded, follow);
        Multi<byte[]> body = TransformToMulti.of(
                        hub.query(wish).emitOn(task -> loop.runOnContext(_ -> task.run())),
                        query -> body(query, lines ? Message::lines : Message::eventStream, response))
                .onFailure(StreamEnd.class)
                .recoverWithCompletion();
        return RestMulti.fromMultiData(body)
                .header("Content-Type", lines ? LINES : EVENT_STREAM)
                .header("Cache-Control", "no-store")
                .header("X-Accel-Buffering", "no")
                .build();
    }

    private Multi<byte[]> body(EventQuery query, Function<Message, byte[]> form, HttpServerResponse response) {
        Place place = hub.place(() -> response.closed() || response.ended());
        Multi<byte[]> events = hub.events(query, place)
                .map(form)
                .onFailure(failure -> !(failure instanceof StreamEnd))
                .invoke(failure -> LOG.log(System.Logger.Level.ERROR, "the events of a run cannot be read", failure));
        return Multi.createBy().concatenating().streams(Multi.createFrom().item(HEAD), events);
    }

    private static Problem.Exception notAcceptable(String accept) {
        String allowed = EVENT_STREAM + " or " + LINES;
        return new Problem.Exception(
                406,
                "Not acceptable",
                "Accept: " + Excerpt.quoted(accept) + " is not " + allowed,
                new FieldError("Accept", accept, allowed));
    }
}
