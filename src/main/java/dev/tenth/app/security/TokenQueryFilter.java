package dev.tenth.app.security;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Signs a browser in: {@code ?token=…} becomes a cookie, and the browser goes on to the same page without the token, which has no
 * business in its history.
 */
@Singleton
public class TokenQueryFilter {
    private static final String PARAMETER = "token";
    /** What may stand in a path as it is (RFC 3986); a browser may take other characters for something else. */
    private static final String PLAIN = "-._~!$&'()*+,;=:@/%";

    private final AccessToken token;

    TokenQueryFilter(AccessToken token) {
        this.token = token;
    }

    void register(@Observes Filters filters) {
        filters.register(this::signIn, FilterOrder.TOKEN_QUERY);
    }

    private void signIn(RoutingContext context) {
        HttpMethod method = context.request().method();
        if ((method == HttpMethod.GET || method == HttpMethod.HEAD)
                && shown(context).stream().anyMatch(token::matches)) {
            context.response()
                    .addCookie(TokenCookie.of(token, context.request()))
                    .setStatusCode(303)
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .putHeader(HttpHeaders.LOCATION, withoutToken(context))
                    .end();
        } else {
            context.next();
        }
    }

    private static List<String> shown(RoutingContext context) {
        try {
            return context.queryParam(PARAMETER);
        } catch (HttpException e) {
            return List.of(); // a broken %-escape shows no token
        }
    }

    /** The same page of this service: {@code //host} and {@code /\host} would be another. */
    private static String withoutToken(RoutingContext context) {
        String path = encodedPath(context.normalizedPath()).replaceFirst("^/+", "/");
        String query = context.queryParams().entries().stream()
                .filter(parameter -> !parameter.getKey().equalsIgnoreCase(PARAMETER))
                .map(parameter -> encode(parameter.getKey()) + "=" + encode(parameter.getValue()))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? path : path + "?" + query;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String encodedPath(String path) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : path.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (each & 0xff);
            boolean plain = character < 0x80 && (Character.isLetterOrDigit(character) || PLAIN.indexOf(character) >= 0);
            encoded.append(plain ? String.valueOf(character) : "%%%02X".formatted((int) character));
        }
        return encoded.toString();
    }
}
