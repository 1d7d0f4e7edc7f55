package dev.tenth.app.web;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.micrometer.runtime.HttpServerMetricsTagsContributor;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * Names requests in {@code http.server.requests} by their route. What matches none shares one name, so that made-up paths and methods
 * neither fill the 100 URIs that are counted nor make new time series.
 */
@Singleton
public class RequestTags implements HttpServerMetricsTagsContributor {
    private static final String UNMATCHED = "UNKNOWN";
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    /** Where Quarkus's binder keeps the path of the resource, and Vert.x the path of the route, that a request was routed to. */
    private static final String RESOURCE = "UrlPathTemplate";

    private static final String ROUTE = "VertxRoute";

    @Override
    public Tags contribute(Context context) {
        String route = context.requestContextLocalData(ROUTE);
        if (context.requestContextLocalData(RESOURCE) != null || (route != null && route.contains(":"))) {
            return Tags.empty(); // a template, which the binder takes
        }
        if (route != null) {
            return Tags.of("uri", route);
        }
        return Tags.of("uri", context.response().statusCode() == 404 ? "NOT_FOUND" : UNMATCHED);
    }

    /** What the contributor does not see: methods, and requests that end without an answer. */
    @Produces
    @Singleton
    MeterFilter bounded() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                if (!id.getName().equals("http.server.requests")) {
                    return id;
                }
                Meter.Id named = METHODS.contains(id.getTag("method")) ? id : id.withTag(Tag.of("method", "OTHER"));
                boolean unrouted = "RESET".equals(id.getTag("status"))
                        && !String.valueOf(id.getTag("uri")).contains("{");
                return unrouted ? named.withTag(Tag.of("uri", UNMATCHED)) : named;
            }
        };
    }
}
