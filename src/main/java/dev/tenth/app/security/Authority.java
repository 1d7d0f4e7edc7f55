package dev.tenth.app.security;

import io.vertx.core.net.HostAndPort;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * A host and a port as the headers {@code Host} and {@code Origin} name them, in the form in which they can be compared: in lower
 * case, without the dot that may end a full domain name, without the brackets of an IPv6 address.
 *
 * @param port {@value #NO_PORT} if none is named
 */
record Authority(String host, int port) {
    static final int NO_PORT = -1;

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /** Of {@code host[:port]}; empty if it is not that. */
    static Optional<Authority> parse(String text) {
        return Optional.ofNullable(HostAndPort.parseAuthority(text, NO_PORT))
                .map(parsed -> new Authority(normalized(parsed.host()), parsed.port()))
                .filter(parsed -> !parsed.host().isEmpty());
    }

    /** Of {@code http(s)://host[:port]}, the port named; empty for all else, such as {@code null}. */
    static Optional<Authority> ofOrigin(String origin) {
        try {
            URI uri = new URI(origin);
            int port = defaultPort(uri.getScheme());
            return port == NO_PORT
                            || uri.getRawAuthority() == null
                            || !uri.getRawPath().isEmpty()
                    ? Optional.empty()
                    : parse(uri.getRawAuthority()).map(parsed -> parsed.withPort(port));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** The port of a scheme, in whatever case; {@value #NO_PORT} if it is neither HTTP nor HTTPS. */
    static int defaultPort(String scheme) {
        return switch (String.valueOf(scheme).toLowerCase(Locale.ROOT)) {
            case "http" -> HTTP;
            case "https" -> HTTPS;
            default -> NO_PORT;
        };
    }

    private static String normalized(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.startsWith("[")) {
            return name.substring(1, name.length() - 1);
        }
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /** The same with a port if none is named. */
    Authority withPort(int defaultPort) {
        return port == NO_PORT ? new Authority(host, defaultPort) : this;
    }

    /** Whether it names this machine by what no name server can change: {@code localhost} or a loopback address. */
    boolean isLoopback() {
        try {
            return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false; // some other name
        }
    }
}
