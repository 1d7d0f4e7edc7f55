package dev.tenth.serve;

import dev.tenth.http.SocketSessions;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnPongMessage;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;

/**
 * A walk through latent space as it is made: WebSocket {@code /ws/v1/models/{run}/walk}. A text frame tells what the pictures are
 * ({@code step}, {@code width}, {@code height}, {@code channels}) whenever that changes; each binary frame is one of them, its pixels
 * row by row from the top, a byte for each channel. The client may send changes at any time.
 *
 * <p>After each picture comes a ping, and the next picture when the client's pong is there, which every WebSocket sends by itself:
 * one picture at a time is under way, and the buffers between hold no others.
 */
@Singleton
@WebSocket(path = "/ws/v1/models/{id}/walk", endpointId = LatentWalkSocket.ENDPOINT)
public class LatentWalkSocket implements HttpUpgradeCheck {
    static final String ENDPOINT = "walk";

    private final Engine engine;
    private final SocketLimits limits;
    private final SocketSessions sessions;

    LatentWalkSocket(Engine engine, SocketLimits limits) {
        this.engine = engine;
        this.limits = limits;
        this.sessions = new SocketSessions("walks", limits.walks(), limits.stall(), engine::problem);
        engine.meters().openSockets(ENDPOINT, sessions::open);
    }

    @Override
    public boolean appliesTo(String endpointId) {
        return endpointId.equals(ENDPOINT);
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        return sessions.admit(context, () -> engine.models().requireRun(context.pathParam("id")));
    }

    @OnOpen
    @NonBlocking
    void open(WebSocketConnection connection) {
        sessions.open(connection, socket -> new WalkSession(engine, connection.pathParam("id"), socket, limits.idle()));
    }

    @OnTextMessage
    @NonBlocking
    void text(String message, WebSocketConnection connection) {
        sessions.text(connection, message);
    }

    @OnBinaryMessage
    @NonBlocking
    void binary(Buffer message, WebSocketConnection connection) {
        sessions.binary(connection);
    }

    @OnPongMessage
    @NonBlocking
    void pong(Buffer payload, WebSocketConnection connection) {
        sessions.pong(connection, payload);
    }

    @OnError
    @NonBlocking
    void failed(Throwable failure, WebSocketConnection connection) {
        sessions.failed(connection, failure);
    }

    @OnClose
    @NonBlocking
    void closed(WebSocketConnection connection) {
        sessions.closed(connection);
    }

    /** Ends all walks and tells the clients that the service leaves. */
    public void leave() {
        sessions.leave();
    }
}
