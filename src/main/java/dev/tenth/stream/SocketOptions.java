package dev.tenth.stream;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/** What of the server's sockets has no setting of Quarkus's. */
@Singleton
public class SocketOptions implements HttpServerOptionsCustomizer {
    /** What the kernel keeps of a connection whose client does not read: by itself it grows to 4 MB and more. */
    private static final int SEND_BUFFER = 256 << 10;

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setSendBufferSize(SEND_BUFFER)
                // As per-message compression. Without extensions a frame with a reserved bit is an error of the
                // protocol.
                .setPerFrameWebSocketCompressionSupported(false);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }
}
