package dev.tenth.stream;

import dev.tenth.http.ConnectionPlaces.Place;
import dev.tenth.http.Problem;
import dev.tenth.http.Upgrades;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Who may open a WebSocket of a run's events: whoever asks for a run and an event that are there, while there is a place. */
@Singleton
public class RunEventsUpgradeCheck implements HttpUpgradeCheck {
    static final TypedKey<Admitted> ADMITTED = new TypedKey<>("run-events");

    private final EventHub hub;

    /** A viewer before its WebSocket is open. */
    record Admitted(EventQuery query, Place place, HttpConnection connection) {}

    RunEventsUpgradeCheck(EventHub hub) {
        this.hub = hub;
    }

    @Override
    public boolean appliesTo(String endpointId) {
        return endpointId.equals(RunEventsSocket.ENDPOINT);
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        HttpServerRequest request = context.httpRequest();
        // An upgrade needs the request's end, which must not pass by while the log is asked.
        request.pause();
        Context loop = Vertx.currentContext();
        return hub.query(request(context.pathParam("id"), request))
                .emitOn(task -> loop.runOnContext(_ -> task.run()))
                .onItem()
                .transformToUni(query -> {
                    if (request.response().closed()) {
                        return Uni.createFrom().nothing(); // the client did not wait
                    }
                    context.userData().put(ADMITTED, admit(query, request));
                    return CheckResult.permitUpgrade();
                })
                .onFailure(Problem.Exception.class)
                .recoverWithUni(refusal -> Upgrades.refuse(request, ((Problem.Exception) refusal).problem()));
    }

    private static EventQuery.Request request(String run, HttpServerRequest request) {
        return new EventQuery.Request(
                run,
                Optional.ofNullable(request.getHeader("Last-Event-ID")),
                Optional.ofNullable(request.getParam("after")),
                request.getParam("superseded"),
                request.getParam("follow"));
    }

    private Admitted admit(EventQuery query, HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            throw new Problem.Exception(426, "Upgrade required", "Upgrade: a WebSocket is opened by HTTP/1.1");
        }
        HttpServerResponse response = request.response();
        return new Admitted(query, hub.place(() -> Upgrades.isOver(response)), request.connection());
    }
}
