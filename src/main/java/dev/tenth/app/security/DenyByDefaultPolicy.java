package dev.tenth.app.security;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityPolicy;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * Who is not authenticated may only ask whether the service is well. As a policy without a name it is asked about every request:
 * resources, routes, WebSocket upgrades, static files and Quarkus's own paths.
 *
 * <p>Invariant: what is open is compared whole with the path by which the router routes, so no other spelling of a path is open, and
 * no path that is open leads anywhere else.
 */
@Singleton
public class DenyByDefaultPolicy implements HttpSecurityPolicy {
    private static final Set<String> PROBES = Set.of(
            "/q/health",
            "/q/health/live",
            "/q/health/ready",
            "/q/health/started",
            "/v2/health/live",
            "/v2/health/ready");

    @Override
    public Uni<CheckResult> checkPermission(
            RoutingContext context, Uni<SecurityIdentity> identity, AuthorizationRequestContext authorization) {
        return isProbe(context)
                ? CheckResult.permit()
                : identity.map(who -> who.isAnonymous() ? CheckResult.DENY : CheckResult.PERMIT);
    }

    private static boolean isProbe(RoutingContext context) {
        HttpMethod method = context.request().method();
        return (method == HttpMethod.GET || method == HttpMethod.HEAD) && PROBES.contains(context.normalizedPath());
    }
}
