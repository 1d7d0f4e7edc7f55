package dev.tenth.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Reads over what is left of a body when its request was answered early, at any path: closing at once would take the answer from a
 * client that still sends. A client that is not done in time loses its connection.
 */
@ApplicationScoped
public class UnreadBodies {
    /** Before whatever may refuse a request. */
    private static final int FIRST = 20_000;

    /** The status of an answer to a client that had its time. */
    static final int TIMED_OUT = 408;

    private final Vertx vertx;
    private final BodyLimits limits;

    UnreadBodies(Vertx vertx, BodyLimits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    void register(@Observes Filters filters) {
        filters.register(this::watch, FIRST);
    }

    private void watch(RoutingContext routing) {
        if (BodyFilter.hasBody(routing.request())) {
            routing.addEndHandler(_ -> readOver(routing));
        }
        routing.next();
    }

    private void readOver(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        if (request.isEnded()) {
            return;
        }
        if (routing.response().getStatusCode() == TIMED_OUT) {
            close(request); // it had its time
            return;
        }
        long timer = vertx.setTimer(limits.pause().toMillis(), _ -> close(request));
        request.handler(_ -> {});
        request.endHandler(_ -> vertx.cancelTimer(timer));
        request.exceptionHandler(_ -> vertx.cancelTimer(timer));
        request.resume();
    }

    private static void close(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset();
        } else {
            request.connection().close();
        }
    }
}
