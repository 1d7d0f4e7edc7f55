package dev.tenth.http;

import dev.tenth.http.SocketSessions.Session;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The WebSocket of one client, which must keep up: a client that takes no frame, or answers no ping, for as long as the stall time is
 * closed with 1013. Safe for many threads.
 */
public final class ClientSocket {
    private static final System.Logger LOG = System.getLogger(ClientSocket.class.getName());
    private static final int TRY_AGAIN_LATER = 1013;

    private final WebSocketConnection connection;
    private final Duration stall;
    private final AtomicLong pings = new AtomicLong();
    private final ConcurrentSkipListMap<Long, UniEmitter<? super Void>> unanswered = new ConcurrentSkipListMap<>();
    private final Cancellable watch;
    private final Session session;
    private volatile Cancellable idle = () -> {};

    ClientSocket(WebSocketConnection connection, Duration stall, Function<ClientSocket, ? extends Session> opener) {
        this.connection = connection;
        this.stall = stall;
        this.watch = Multi.createFrom()
                .ticks()
                .startingAfter(stall)
                .every(stall)
                .onOverflow()
                .drop()
                .onItem()
                .call(this::received)
                .subscribe()
                .with(_ -> {}, _ -> {}); // whoever stalls is closed
        this.session = opener.apply(this);
    }

    /** Sends a text frame; complete when it is on its way, never if the client is gone or stalls: its session ends. */
    public Uni<Void> send(String text) {
        return inTime(connection.sendText(text));
    }

    /** Sends a binary frame; complete when it is on its way, never if the client is gone or stalls: its session ends. */
    public Uni<Void> send(byte[] bytes) {
        return inTime(connection.sendBinary(Buffer.buffer(bytes)));
    }

    /**
     * Pings the client; complete when its pong is there, so that it has read all that was sent before, never if the client is gone or
     * stalls: its session ends.
     */
    public Uni<Void> received() {
        return inTime(Uni.createFrom().emitter(pong -> {
            long number = pings.incrementAndGet();
            unanswered.put(number, pong);
            pong.onTermination(() -> unanswered.remove(number));
            connection.sendPing(Buffer.buffer().appendLong(number)).subscribe().with(_ -> {}, _ -> {});
        }));
    }

    /** Takes a pong: it answers its ping, and all pings before it. */
    void pong(Buffer payload) {
        if (payload.length() == Long.BYTES) {
            unanswered.headMap(payload.getLong(0), true).values().forEach(each -> each.complete(null));
        }
    }

    private Uni<Void> inTime(Uni<Void> sending) {
        return Uni.createFrom()
                .<Void>emitter(sent -> sending.subscribe().with(sent::complete, _ -> {}))
                .ifNoItem()
                .after(stall)
                .recoverWithUni(() -> {
                    close(new CloseReason(TRY_AGAIN_LATER, "the client reads too slowly; connect again"));
                    return Uni.createFrom().nothing();
                });
    }

    /** From now on the client is closed when it asks for nothing for this long; {@link #busy} ends it. */
    public void idle(Duration most) {
        idle.cancel();
        idle = Uni.createFrom()
                .voidItem()
                .onItem()
                .delayIt()
                .by(most)
                .subscribe()
                .with(_ -> close(new CloseReason(
                        CloseReason.NORMAL.getCode(), "nothing was asked for in " + most.toSeconds() + " s")));
    }

    /** The client has asked for something. */
    public void busy() {
        idle.cancel();
    }

    /** Takes a text message. */
    void text(String message) {
        WebSocketFault.ofText(message).ifPresentOrElse(this::close, () -> session.hear(message));
    }

    /** Closes with the code of what is wrong with the client's frames. Runs before the transport is closed. */
    void fault(Throwable fault) {
        WebSocketFault.closeReason(fault).ifPresent(this::close);
    }

    /** Closes with 1011, by no fault of the client. */
    public void fail(Throwable failure) {
        if (WebSocketFault.isTooLarge(failure)) {
            fault(failure); // the first message, told by the extension
        } else if (!connection.isClosed()) {
            LOG.log(Level.ERROR, "a WebSocket failed", failure);
            close(CloseReason.INTERNAL_SERVER_ERROR);
        }
    }

    /** Closes and ends the session; nothing happens if the connection is closed already. */
    void close(CloseReason reason) {
        closed(reason).subscribe().with(_ -> {}, _ -> {});
    }

    /** Closes and ends the session; complete when the client was told. */
    Uni<Void> closed(CloseReason reason) {
        return connection.isClosed()
                ? Uni.createFrom().voidItem()
                : connection.close(reason).onSubscription().invoke(this::end);
    }

    /** The connection is closed: the session ends, and nothing is waited for any more. */
    void end() {
        watch.cancel();
        idle.cancel();
        unanswered.clear();
        session.end();
    }
}
