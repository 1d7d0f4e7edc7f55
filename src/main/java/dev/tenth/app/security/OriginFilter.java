package dev.tenth.app.security;

import dev.tenth.app.security.Refusals.Reason;
import dev.tenth.text.Excerpt;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/**
 * What a page asks for comes from a page of this service. Browsers name the page's site ({@code Origin}) where it is another one, and
 * with every change and WebSocket upgrade; programs name none.
 */
@Singleton
public class OriginFilter {
    private final Refusals refusals;

    OriginFilter(Refusals refusals) {
        this.refusals = refusals;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, FilterOrder.ORIGIN);
    }

    private void check(RoutingContext context) {
        List<String> origins = context.request().headers().getAll(HttpHeaders.ORIGIN);
        Optional<Authority> host = Optional.ofNullable(context.request().authority())
                .map(HostAndPort::toString)
                .flatMap(Authority::parse);
        if (origins.stream().allMatch(origin -> isSame(origin, host))) {
            context.next();
        } else {
            refusals.refuse(
                    context,
                    Reason.ORIGIN,
                    403,
                    "Origin not allowed",
                    "Origin: " + Excerpt.quoted(String.join(", ", origins)) + " is another site");
        }
    }

    /** A host without a port is asked by the port of the origin's scheme: before this service, a proxy may end TLS. */
    private static boolean isSame(String origin, Optional<Authority> host) {
        int port = Authority.defaultPort(origin.split(":", 2)[0]);
        return host.isPresent() && Authority.ofOrigin(origin).equals(host.map(named -> named.withPort(port)));
    }
}
