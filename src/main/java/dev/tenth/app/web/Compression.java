package dev.tenth.app.web;

import io.quarkus.vertx.http.runtime.HttpCompressionHandler;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Compresses answers of the types in {@code quarkus.http.compress-media-types}, whoever gives them. Quarkus itself looks at those of
 * resources and static files only, not at problems, metrics and the contract.
 */
@Singleton
public class Compression {
    private static final int PRIORITY = 500;

    private final Set<String> types;

    Compression(@ConfigProperty(name = "quarkus.http.compress-media-types") Set<String> types) {
        this.types = types;
    }

    void register(@Observes Filters filters) {
        filters.register(
                context -> {
                    context.addHeadersEndHandler(_ -> compress(context));
                    context.next();
                },
                PRIORITY);
    }

    private void compress(RoutingContext context) {
        HttpCompressionHandler.compressIfNeeded(context, types);
        MultiMap headers = context.response().headers();
        // Quarkus's mark for what stays as it is
        boolean asItIs = headers.contains(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY, true);
        if (!asItIs && headers.contains(HttpHeaders.CONTENT_TYPE)) {
            headers.set(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        }
    }
}
