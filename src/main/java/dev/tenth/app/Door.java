package dev.tenth.app;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Who may come in. On loopback: everyone on this machine, but no page of another site ({@code Origin}) and no name that only
 * pretends to be this machine ({@code Host}). With a token: who shows it, in a header, as a subprotocol, or in the cookie that the
 * first page sets.
 */
@ApplicationScoped
public class Door {
    private static final int FIRST = 10_000;
    private static final String COOKIE = "tenth-token";
    private static final String BEARER = "Bearer ";
    /** How a browser's WebSocket, which cannot set headers, shows the token: as one of its subprotocols, URL-encoded. */
    private static final String PROTOCOL = "quarkus-http-upgrade#Authorization#Bearer ";

    /** For people, who cannot show a header. */
    private static final String TOKEN_FORM = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Tenth</title>
            <style>:root { color-scheme: light dark } body { font: 1rem/1.5 system-ui; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }</style>
            <h1>This service asks for its token</h1>
            <p>When it started, it printed an address that ends in <code>?token=…</code>. Open that address, or enter its token.
            This browser then remembers it.</p>
            <form method="get"><label>Token <input name="token" type="password" autocomplete="off" required autofocus></label>
            <button>Open</button></form>
            </html>
            """;

    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final String host;
    private final int port;
    private final boolean loopback;
    private final Optional<String> token;

    Door(
            TenthConfig config,
            @ConfigProperty(name = "quarkus.http.host") String host,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        this.host = host;
        this.port = port;
        this.loopback = isLoopback(host);
        this.token = config.token()
                .filter(text -> !text.isBlank())
                .or(() -> loopback ? Optional.empty() : Optional.of(randomToken()));
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static String randomToken() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What to open in a browser. */
    String address() {
        String name = loopback ? "localhost" : host.equals("0.0.0.0") ? "<this machine>" : host;
        return "http://" + name + ":" + port + "/"
                + token.map(text -> "?token=" + encode(text)).orElse("");
    }

    void guard(@Observes Filters filters) {
        filters.register(this::check, FIRST);
    }

    private void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        context.response()
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader(
                        "Content-Security-Policy",
                        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
                                + " connect-src 'self' ws: wss:; frame-ancestors 'none'");
        boolean upgrade = "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
        if (token.isEmpty() && loopback && !isThisMachine(request.getHeader("Host"))) {
            refuse(
                    context,
                    403,
                    "Foreign host",
                    "Host: \"" + request.getHeader("Host") + "\" is not this machine; open " + address());
        } else if ((upgrade || !SAFE.contains(request.method())) && isForeign(request)) {
            refuse(context, 403, "Foreign origin", "Origin: \"" + request.getHeader("Origin") + "\" is another site");
        } else if (token.isPresent() && !request.path().startsWith("/q/health")) {
            checkToken(context, token.get());
        } else {
            context.next();
        }
    }

    private boolean isThisMachine(String hostAndPort) {
        return hostAndPort == null || hostAndPort.matches("(localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1])(:\\d+)?");
    }

    private static boolean isForeign(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        if (origin == null) {
            return false;
        }
        try {
            return !String.valueOf(request.getHeader("Host"))
                    .equals(URI.create(origin).getAuthority());
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private void checkToken(RoutingContext context, String wanted) {
        HttpServerRequest request = context.request();
        String query = request.getParam("token");
        if (query != null && matches(wanted, query) && SAFE.contains(request.method())) {
            // To the same page without the token, which has no business in the browser's history.
            context.response()
                    .addCookie(Cookie.cookie(COOKIE, encode(wanted))
                            .setHttpOnly(true)
                            .setSameSite(CookieSameSite.STRICT)
                            .setPath("/"))
                    .setStatusCode(303)
                    .putHeader("Location", request.path())
                    .end();
        } else if (shown(request).filter(text -> matches(wanted, text)).isPresent()) {
            context.next();
        } else {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"tenth\"");
            String accept = request.getHeader("Accept");
            if (accept != null && accept.contains("text/html")) {
                context.response()
                        .setStatusCode(401)
                        .putHeader("Content-Type", "text/html; charset=utf-8")
                        .end(TOKEN_FORM);
                return;
            }
            refuse(
                    context,
                    401,
                    "Token wanted",
                    "Authorization: show the token that was printed at the start (Bearer …), or open the printed address");
        }
    }

    private static Optional<String> shown(HttpServerRequest request) {
        String header = request.getHeader("Authorization");
        if (header != null) {
            return header.startsWith(BEARER) ? Optional.of(header.substring(BEARER.length())) : Optional.empty();
        }
        String protocols = request.getHeader("Sec-WebSocket-Protocol");
        if (protocols != null) {
            for (String protocol : protocols.split(",")) {
                Optional<String> shown = decode(protocol.strip())
                        .filter(text -> text.startsWith(PROTOCOL))
                        .map(text -> text.substring(PROTOCOL.length()));
                if (shown.isPresent()) {
                    return shown;
                }
            }
        }
        return Optional.ofNullable(request.getCookie(COOKIE))
                .map(Cookie::getValue)
                .flatMap(Door::decode);
    }

    /** A token may be any text; an address and a cookie may not. */
    private static String encode(String token) {
        return URLEncoder.encode(token, StandardCharsets.UTF_8);
    }

    private static Optional<String> decode(String text) {
        try {
            return Optional.of(URLDecoder.decode(text, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a broken %-escape shows no token
        }
    }

    /** In a time that does not tell how much of it was right. */
    private static boolean matches(String wanted, String shown) {
        return MessageDigest.isEqual(wanted.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
    }

    private static void refuse(RoutingContext context, int status, String title, String detail) {
        JsonObject problem = new JsonObject()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail);
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/problem+json")
                .end(problem.toBuffer());
    }
}
