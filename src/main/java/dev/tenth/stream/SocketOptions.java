package dev.tenth.stream;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/** What of the server's sockets has no setting of Quarkus's. */
@Singleton
public class SocketOptions implements HttpServerOptionsCustomizer {
    /** What the kernel keeps of a connection whose client does not read: by itself it grows to 4 MB and more. */
    private static final int SEND_BUFFER = 256 << 10;

    /** Without TLS there is HTTP/1.1 alone: Vert.x garbles the stream with which a clear-text upgrade to HTTP/2 begins. */
    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        customize(options);
        options.setHttp2ClearTextEnabled(false);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customize(options);
    }

    private static void customize(HttpServerOptions options) {
        options.setSendBufferSize(SEND_BUFFER)
                // As per-message compression. Without extensions a frame with a reserved bit is an error of the
                // protocol.
                .setPerFrameWebSocketCompressionSupported(false);
    }
}
