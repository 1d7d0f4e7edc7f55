package dev.tenth.app.security;

import dev.tenth.app.security.Refusals.Reason;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.quarkus.vertx.http.runtime.security.HttpCredentialTransport;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Knows the owner of the service by the token, which a request shows as {@code Authorization: Bearer …}, as a WebSocket subprotocol
 * or in a cookie. Where no token is required, everybody is the owner.
 */
@Singleton
public class TokenAuthenticationMechanism implements HttpAuthenticationMechanism {
    private static final SecurityIdentity OWNER = QuarkusSecurityIdentity.builder()
            .setPrincipal(new QuarkusPrincipal("owner"))
            .build();
    private static final String BEARER = "Bearer ";
    private static final String CHALLENGE = "WWW-Authenticate";
    private static final String REALM = "Bearer realm=\"tenth\"";
    /**
     * How a browser's WebSocket, which cannot set headers, shows the token: URL-encoded, as one of its subprotocols. This is the form
     * of websockets-next's {@code propagate-subprotocol-headers}, which is off: it would take any header from a subprotocol, and
     * answers 500 where the form is not kept.
     */
    private static final String AUTHORIZATION_PROTOCOL = "quarkus-http-upgrade#Authorization#";

    private static final String UNAUTHORIZED_PAGE = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Tenth</title>
            <style>:root { color-scheme: light dark } body { font: 1rem/1.5 system-ui; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }</style>
            <h1>This service requires a token</h1>
            <p>When it started, it printed an address that ends in <code>?token=…</code>. Open that address, or enter its token.
            This browser then remembers it for 30 days.</p>
            <form method="get"><label>Token <input name="token" type="password" autocomplete="off" required autofocus></label>
            <button>Open</button></form>
            </html>
            """;

    private final AccessToken token;
    private final Refusals refusals;

    TokenAuthenticationMechanism(AccessToken token, Refusals refusals) {
        this.token = token;
        this.refusals = refusals;
    }

    /** Without the token a request stays anonymous, whatever else it shows: what it may do, the policy tells. */
    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager identities) {
        boolean known = !token.isRequired() || shown(context.request()).anyMatch(token::matches);
        return known ? Uni.createFrom().item(OWNER) : Uni.createFrom().nullItem();
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, CHALLENGE, REALM));
    }

    /** People get a form, programs a problem document. */
    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        context.response().putHeader(CHALLENGE, REALM);
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        if (accept != null && accept.contains("text/html")) {
            refusals.refuse(context, Reason.TOKEN, 401, UNAUTHORIZED_PAGE);
        } else {
            refusals.refuse(
                    context,
                    Reason.TOKEN,
                    401,
                    "Token required",
                    "Authorization: send the token that was printed at the start as \"Bearer …\", or open the printed address");
        }
        return Uni.createFrom().item(true);
    }

    @Override
    public Uni<HttpCredentialTransport> getCredentialTransport(RoutingContext context) {
        return Uni.createFrom().item(new HttpCredentialTransport(HttpCredentialTransport.Type.AUTHORIZATION, "bearer"));
    }

    private static Stream<String> shown(HttpServerRequest request) {
        return Stream.of(
                        bearer(request.headers().getAll(HttpHeaders.AUTHORIZATION).stream()),
                        bearer(request.headers().getAll("Sec-WebSocket-Protocol").stream()
                                .flatMap(protocols -> Arrays.stream(protocols.split(",")))
                                .map(TokenAuthenticationMechanism::authorization)
                                .flatMap(Optional::stream)),
                        TokenCookie.shown(request))
                .flatMap(each -> each);
    }

    private static Stream<String> bearer(Stream<String> authorizations) {
        return authorizations
                .filter(text -> text.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(text -> text.substring(BEARER.length()).strip());
    }

    private static Optional<String> authorization(String protocol) {
        try {
            String decoded = URLDecoder.decode(protocol.strip(), StandardCharsets.UTF_8);
            return decoded.regionMatches(true, 0, AUTHORIZATION_PROTOCOL, 0, AUTHORIZATION_PROTOCOL.length())
                    ? Optional.of(decoded.substring(AUTHORIZATION_PROTOCOL.length()))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a broken %-escape shows no token
        }
    }
}
