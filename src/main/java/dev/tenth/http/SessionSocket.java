package dev.tenth.http;

import dev.tenth.http.SocketSessions.Session;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnPongMessage;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;

/** An endpoint of WebSockets that has a session for each client; which one, and for whom, a subclass says. */
public abstract class SessionSocket implements HttpUpgradeCheck {
    /** What a path calls the run. */
    private static final String RUN = "id";

    private final String endpoint;
    private final SocketSessions sessions;

    protected SessionSocket(String endpoint, SocketSessions sessions) {
        this.endpoint = endpoint;
        this.sessions = sessions;
    }

    /** Throws if clients of this run are not admitted; it may block. */
    protected abstract void check(String run);

    /** A session for a client that is connected. */
    protected abstract Session open(String run, ClientSocket socket);

    @Override
    public boolean appliesTo(String endpointId) {
        return endpointId.equals(endpoint);
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        return sessions.admit(context, () -> check(context.pathParam(RUN)));
    }

    @OnOpen
    @NonBlocking
    public void open(WebSocketConnection connection) {
        sessions.open(connection, socket -> open(connection.pathParam(RUN), socket));
    }

    @OnTextMessage
    @NonBlocking
    public void text(String message, WebSocketConnection connection) {
        sessions.text(connection, message);
    }

    @OnBinaryMessage
    @NonBlocking
    public void binary(Buffer message, WebSocketConnection connection) {
        sessions.binary(connection);
    }

    @OnPongMessage
    @NonBlocking
    public void pong(Buffer payload, WebSocketConnection connection) {
        sessions.pong(connection, payload);
    }

    @OnError
    @NonBlocking
    public void failed(Throwable failure, WebSocketConnection connection) {
        sessions.failed(connection, failure);
    }

    @OnClose
    @NonBlocking
    public void closed(WebSocketConnection connection) {
        sessions.closed(connection);
    }

    /** How many clients are connected, or about to be. */
    protected int clients() {
        return sessions.open();
    }

    /** Ends all sessions and tells the clients that the service leaves. */
    public void leave() {
        sessions.leave();
    }
}
