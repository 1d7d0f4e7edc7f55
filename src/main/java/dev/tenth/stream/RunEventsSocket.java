package dev.tenth.stream;

import dev.tenth.http.WebSocketFault;
import dev.tenth.stream.RunEventsUpgradeCheck.Admitted;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import jakarta.enterprise.context.SessionScoped;

/**
 * A run's events over a WebSocket, which takes no messages. There is one instance for each connection.
 *
 * <p>It subscribes to the events itself instead of returning the {@code Multi}: WebSockets Next does not cancel that one when the
 * client leaves.
 */
@SessionScoped
@WebSocket(path = "/ws/v1/runs/{id}", endpointId = RunEventsSocket.ENDPOINT)
public class RunEventsSocket {
    static final String ENDPOINT = "run-events";

    private static final System.Logger LOG = System.getLogger(RunEventsSocket.class.getName());
    private static final int COMPLETE = 1000;
    private static final int UNEXPECTED = 1011;

    private final EventHub hub;
    private WebSocketConnection connection;
    private HttpConnection http;
    private Cancellable events;
    private long lastSeq;

    RunEventsSocket(EventHub hub) {
        this.hub = hub;
    }

    @OnOpen
    @NonBlocking
    void open(WebSocketConnection opened) {
        connection = opened;
        Admitted viewer = connection.userData().get(RunEventsUpgradeCheck.ADMITTED);
        lastSeq = viewer.query().after();
        http = viewer.connection();
        http.exceptionHandler(fault -> WebSocketFault.closeReason(fault).ifPresent(this::close));
        viewer.place().moveTo(connection::isClosed);
        events = hub.events(viewer.query(), viewer.place())
                .onItem()
                .call(this::send)
                .subscribe()
                .with(
                        message -> lastSeq = message.lastSeq(),
                        this::failed,
                        () -> close(new CloseReason(COMPLETE, "complete; last seq " + lastSeq)));
    }

    /**
     * Done when the message has left for the client, so that one that stops reading has one message waiting here. It is not cancelled
     * with the events, since a failure would then have nobody to take it.
     */
    private Uni<Void> send(Message message) {
        return Uni.createFrom().emitter(sent -> connection
                .sendText(message.text())
                .subscribe()
                .with(sent::complete, _ -> left())); // the connection broke
    }

    private void failed(Throwable failure) {
        if (failure instanceof StreamEnd end) {
            close(new CloseReason(end.code(), end.getMessage()));
        } else {
            LOG.log(System.Logger.Level.ERROR, "the events of a run cannot be read", failure);
            close(new CloseReason(UNEXPECTED, "the log cannot be read; last seq " + lastSeq));
        }
    }

    @OnTextMessage
    @NonBlocking
    void text(String message) {
        close(WebSocketFault.unwanted(message));
    }

    @OnBinaryMessage
    @NonBlocking
    void binary(Buffer message) {
        close(WebSocketFault.unwantedMessage());
    }

    @OnClose
    @NonBlocking
    void left() {
        events.cancel();
    }

    private void close(CloseReason reason) {
        if (connection.isOpen()) {
            connection.close(reason).subscribe().with(_ -> {}, _ -> {});
            events.cancel();
            // This sends nothing more: it starts the time after which Vert.x closes the connection if the client does
            // not.
            http.close();
        }
    }
}
