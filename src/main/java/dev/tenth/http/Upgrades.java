package dev.tenth.http;

import io.quarkus.websockets.next.HttpUpgradeCheck.CheckResult;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.Json;

/** Requests that ask for a WebSocket. */
public final class Upgrades {
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int TRY_AGAIN_LATER = 503;
    private static final String RETRY_SECONDS = "1";

    private Upgrades() {}

    /** Whether no WebSocket will come of it: the client went away, or its handshake was refused. */
    public static boolean isOver(HttpServerResponse response) {
        return response.closed() || (response.ended() && response.getStatusCode() != SWITCHING_PROTOCOLS);
    }

    /** A refusal of WebSockets Next has no body, so the problem is answered here, and the check never comes to a result. */
    public static Uni<CheckResult> refuse(HttpServerRequest request, Problem problem) {
        request.resume();
        HttpServerResponse response =
                request.response().setStatusCode(problem.status()).putHeader("Content-Type", Problem.MEDIA_TYPE);
        if (problem.status() == TRY_AGAIN_LATER) {
            response.putHeader("Retry-After", RETRY_SECONDS);
        }
        response.end(Json.encode(problem));
        return Uni.createFrom().nothing();
    }
}
