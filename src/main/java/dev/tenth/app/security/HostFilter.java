package dev.tenth.app.security;

import dev.tenth.app.security.Refusals.Reason;
import dev.tenth.text.Excerpt;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A request names one host. Without a token this host is a name of this machine: a page of another site whose name an attacker's
 * name server points here (DNS rebinding) is refused. With a token it may be any name, such as a proxy's: such a page has no token.
 */
@Singleton
public class HostFilter {
    private final AccessToken token;
    private final Refusals refusals;

    HostFilter(AccessToken token, Refusals refusals) {
        this.token = token;
        this.refusals = refusals;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, FilterOrder.HOST);
    }

    private void check(RoutingContext context) {
        List<String> hosts = hosts(context.request());
        if (hosts.size() != 1) {
            refuse(context, 400, "Bad host", "Host: there are " + hosts.size() + " of them; send exactly one");
            return;
        }
        String named = hosts.getFirst();
        Optional<Authority> host = Authority.parse(named);
        if (host.isEmpty()) {
            refuse(context, 400, "Bad host", "Host: " + Excerpt.quoted(named) + " is not a host with an optional port");
        } else if (!isTarget(context.request().uri(), host.get())) {
            refuse(
                    context,
                    400,
                    "Bad host",
                    "Host: " + Excerpt.quoted(named) + " is not the host of the request's target");
        } else if (!token.isRequired() && !host.get().isLoopback()) {
            refuse(
                    context,
                    403,
                    "Host not allowed",
                    "Host: " + Excerpt.quoted(named) + " is not a name of this machine; open " + token.address()
                            + ", or set a token (TENTH_TOKEN) to use other names");
        } else {
            context.next();
        }
    }

    /** The header {@code Host}; HTTP/2 has {@code :authority}, which Vert.x compares with a {@code Host} that is given as well. */
    private static List<String> hosts(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2
                ? Stream.ofNullable(request.authority())
                        .map(HostAndPort::toString)
                        .toList()
                : request.headers().getAll(HttpHeaders.HOST);
    }

    /** A target may name the host as well ({@code GET http://host/path}). */
    private static boolean isTarget(String target, Authority host) {
        if (target.startsWith("/") || target.equals("*")) {
            return true;
        }
        try {
            URI uri = new URI(target);
            int port = Authority.defaultPort(uri.getScheme());
            return uri.getRawAuthority() != null
                    && Authority.parse(uri.getRawAuthority())
                            .map(named -> named.withPort(port))
                            .equals(Optional.of(host.withPort(port)));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private void refuse(RoutingContext context, int status, String title, String detail) {
        refusals.refuse(context, Reason.HOST, status, title, detail);
    }
}
