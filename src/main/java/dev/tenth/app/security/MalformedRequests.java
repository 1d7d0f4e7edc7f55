package dev.tenth.app.security;

import dev.tenth.app.security.Refusals.Reason;
import dev.tenth.text.Excerpt;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Answers requests that the router cannot read, and so hands to no filter: a host that is none, a target with a broken escape. */
@Singleton
public class MalformedRequests {
    private static final int BAD_REQUEST = 400;

    private final Refusals refusals;

    MalformedRequests(Refusals refusals) {
        this.refusals = refusals;
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(this::answer);
    }

    private void answer(RoutingContext context) {
        if (context.statusCode() != BAD_REQUEST || context.response().headWritten()) {
            context.next();
        } else if (context.request().authority() == null) {
            String host = context.request().getHeader(HttpHeaders.HOST);
            refusals.refuse(
                    context,
                    Reason.HOST,
                    BAD_REQUEST,
                    "Bad host",
                    host == null
                            ? "Host: missing; send the host that the request is for"
                            : "Host: " + Excerpt.quoted(host) + " is not a host with an optional port");
        } else {
            refusals.refuse(
                    context,
                    Reason.MALFORMED,
                    BAD_REQUEST,
                    "Malformed request",
                    "target: " + Excerpt.quoted(context.request().uri())
                            + " cannot be parsed; escape it as in RFC 3986");
        }
    }
}
