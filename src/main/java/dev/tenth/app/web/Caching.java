package dev.tenth.app.web;

import dev.tenth.app.security.AccessToken;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How long browsers keep the dashboard's files: a page is asked for again each time, since it names the assets of its version; an
 * asset, whose name changes with its content, never; what keeps its name and is no page for a while. Where a token is required,
 * browsers alone keep anything: a cache that many share would give it to those who have none.
 */
@Singleton
public class Caching {
    private static final int PRIORITY = 500;
    private static final Pattern NOT_STATIC = Pattern.compile("/(api|ws|q|v1|v2)(/.*)?");
    private static final Pattern PAGE = Pattern.compile("(.*/)?[^./]*(\\.html)?");
    private static final Pattern PUBLIC = Pattern.compile("\\bpublic\\b");
    private static final Set<Integer> WITH_CONTENT = Set.of(200, 206, 304);
    private static final String REVALIDATED = "no-cache";
    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    private static final String A_WHILE = "public, max-age=3600";

    private final AccessToken token;

    Caching(AccessToken token) {
        this.token = token;
    }

    void register(@Observes Filters filters) {
        filters.register(
                context -> {
                    context.addHeadersEndHandler(_ -> {
                        setCacheControl(context);
                        if (token.isRequired()) {
                            keepFromOthers(context.response().headers());
                        }
                    });
                    context.next();
                },
                PRIORITY);
    }

    private static void setCacheControl(RoutingContext context) {
        String path = context.normalizedPath();
        if (NOT_STATIC.matcher(path).matches()) {
            return;
        }
        MultiMap headers = context.response().headers();
        if (!WITH_CONTENT.contains(context.response().getStatusCode())) {
            headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
            return;
        }
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        boolean page = type == null ? PAGE.matcher(path).matches() : type.startsWith("text/html");
        headers.set(HttpHeaders.CACHE_CONTROL, page ? REVALIDATED : path.startsWith("/assets/") ? FOR_EVER : A_WHILE);
    }

    private static void keepFromOthers(MultiMap headers) {
        String control = headers.get(HttpHeaders.CACHE_CONTROL);
        if (control != null) {
            headers.set(HttpHeaders.CACHE_CONTROL, PUBLIC.matcher(control).replaceFirst("private"));
        }
    }
}
