package dev.tenth.app.security;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/** The cookie by which a browser remembers the token. */
final class TokenCookie {
    private static final String NAME = "tenth-token";
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private TokenCookie() {}

    /**
     * The cookie to set in answer to a request; only sent over TLS if the request came over TLS, here or, as
     * {@code quarkus.http.proxy} allows, at a proxy.
     */
    static Cookie of(AccessToken token, HttpServerRequest request) {
        return Cookie.cookie(NAME, token.encoded())
                .setPath("/")
                .setMaxAge(REMEMBERED.toSeconds())
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setSecure(request.isSSL());
    }

    /** The tokens that a request shows in cookies. */
    static Stream<String> shown(HttpServerRequest request) {
        return request.cookies(NAME).stream()
                .map(Cookie::getValue)
                .map(TokenCookie::decode)
                .flatMap(Optional::stream);
    }

    private static Optional<String> decode(String text) {
        try {
            return Optional.of(URLDecoder.decode(text, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a broken %-escape shows no token
        }
    }
}
