package dev.tenth.app.security;

import dev.tenth.app.TenthConfig;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The token that requests show. Where only this machine can connect, none is required unless one is configured; where others can,
 * there always is one.
 */
@Singleton
public class AccessToken {
    private static final int RANDOM_BYTES = 24;

    private final String host;
    private final int port;
    private final boolean loopback;
    private final Optional<String> token;

    AccessToken(
            TenthConfig config,
            @ConfigProperty(name = "quarkus.http.host") String host,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        this.host = host;
        this.port = port;
        this.loopback = isLoopback(host);
        this.token = config.token()
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .or(() -> loopback ? Optional.empty() : Optional.of(random()));
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What to open in a browser. */
    public String address() {
        String name = loopback
                ? "localhost"
                : switch (host) {
                    case "0.0.0.0", "::" -> "<this machine>";
                    default -> host.contains(":") ? "[" + host + "]" : host;
                };
        return "http://" + name + ":" + port + "/"
                + token.map(text -> "?token=" + encode(text)).orElse("");
    }

    /** Whether requests have to show a token. */
    public boolean isRequired() {
        return token.isPresent();
    }

    /** Whether this is the token, in a time that does not depend on how much of it is right. */
    boolean matches(String shown) {
        return token.filter(wanted -> MessageDigest.isEqual(
                        wanted.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8)))
                .isPresent();
    }

    /** The token as a query parameter or a cookie can hold it. */
    String encoded() {
        return encode(token.orElseThrow());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
