package dev.tenth.app.security;

import dev.tenth.app.security.Refusals.Reason;
import dev.tenth.text.Excerpt;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

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
        List<String> hosts = context.request().headers().getAll(HttpHeaders.HOST);
        if (hosts.size() != 1) {
            refuse(context, 400, "Bad host", "Host: there are " + hosts.size() + " of it; give it once");
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
                    "Foreign host",
                    "Host: " + Excerpt.quoted(named) + " is not a name of this machine; open " + token.address()
                            + ", or set a token (TENTH_TOKEN) to use other names");
        } else {
            context.next();
        }
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
