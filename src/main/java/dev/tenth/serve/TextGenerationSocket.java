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
 * Text as it is generated, with a temperature that can be changed in mid-sentence: WebSocket {@code /ws/v1/models/{run}/generate}. The
 * model is the newest checkpoint of a run, or the one that is asked for.
 */
@Singleton
@WebSocket(path = "/ws/v1/models/{id}/generate", endpointId = TextGenerationSocket.ENDPOINT)
public class TextGenerationSocket implements HttpUpgradeCheck {
    static final String ENDPOINT = "generate";

    private final Engine engine;
    private final SocketLimits limits;
    private final SocketSessions sessions;

    TextGenerationSocket(Engine engine, SocketLimits limits) {
        this.engine = engine;
        this.limits = limits;
        this.sessions = new SocketSessions("text-sockets", limits.texts(), limits.stall(), engine::problem);
        engine.meters().openSockets(ENDPOINT, sessions::open);
    }

    @Override
    public boolean appliesTo(String endpointId) {
        return endpointId.equals(ENDPOINT);
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        return sessions.admit(context, () -> engine.models().requireWriter(context.pathParam("id")));
    }

    @OnOpen
    @NonBlocking
    void open(WebSocketConnection connection) {
        sessions.open(
                connection, socket -> new TextConversation(engine, connection.pathParam("id"), socket, limits.idle()));
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

    /** Ends all texts and tells the clients that the service leaves. */
    public void leave() {
        sessions.leave();
    }
}
