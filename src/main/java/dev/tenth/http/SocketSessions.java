package dev.tenth.http;

import dev.tenth.http.ConnectionPlaces.Place;
import io.quarkus.vertx.VertxContextSupport;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.HttpUpgradeCheck.CheckResult;
import io.quarkus.websockets.next.HttpUpgradeCheck.HttpUpgradeContext;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The sessions of the WebSockets of one endpoint: at most so many are open, each client must keep up, and all are told when the
 * service leaves. Safe for many threads.
 *
 * <p>What is open is counted, not what was admitted: a client that goes away between its request and the upgrade, of which nobody is
 * told, counts no more when the next one comes.
 */
public final class SocketSessions {
    private static final String LEAVING = "the service is shutting down; connect again";
    private static final CloseReason RESTART = new CloseReason(1012, LEAVING);
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final TypedKey<Client> key = new TypedKey<>("client");
    private final String limit;
    private final int most;
    private final Duration stall;
    private final Function<Throwable, Problem> problems;
    private final ConnectionPlaces places;
    private final Set<ClientSocket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean leaving;

    /** What an endpoint does for one client. */
    public interface Session {
        /** Takes a text message, on the event loop. */
        void hear(String message);

        /** The client is gone, or about to be; what is done for it ends. */
        void end();
    }

    /**
     * No sessions yet.
     *
     * @param limit the name of the setting that bounds them
     * @param most sessions at the same time
     * @param stall how long a client may take no frame or answer no ping
     * @param problems what a client is told of what its check throws
     */
    public SocketSessions(String limit, int most, Duration stall, Function<Throwable, Problem> problems) {
        this.limit = limit;
        this.most = most;
        this.stall = stall;
        this.problems = problems;
        this.places = new ConnectionPlaces(most);
    }

    /** One client, from its admission to the end of its connection. */
    private static final class Client {
        private final Place place;
        private final HttpConnection connection;
        private volatile ClientSocket socket;

        Client(Place place, HttpConnection connection) {
            this.place = place;
            this.connection = connection;
        }
    }

    /**
     * Whether a client may open a WebSocket.
     *
     * @param check throws if what the path names cannot be used; it may block
     */
    public Uni<CheckResult> admit(HttpUpgradeContext context, Runnable check) {
        HttpServerRequest request = context.httpRequest();
        request.pause(); // an upgrade needs the request's end, which must not pass by meanwhile
        return VertxContextSupport.executeBlocking(() -> {
                    check.run();
                    return null;
                })
                .chain(_ -> permit(context))
                .onFailure()
                .recoverWithUni(failure -> Upgrades.refuse(
                        request,
                        failure instanceof Problem.Exception refused ? refused.problem() : problems.apply(failure)));
    }

    private Uni<CheckResult> permit(HttpUpgradeContext context) {
        HttpServerRequest request = context.httpRequest();
        if (request.response().closed()) {
            return Uni.createFrom().nothing(); // the client is gone
        }
        return Uni.createFrom().emitter(result -> {
            context.userData().put(key, admit(request));
            result.complete(CheckResult.permitUpgradeSync());
            // The upgrade has begun and waits for the request's end. A client that leaves before is no fault, and no
            // WebSocket.
            request.exceptionHandler(_ -> request.endHandler(null));
        });
    }

    private Client admit(HttpServerRequest request) {
        if (leaving) {
            throw new Problem.Exception(503, "Shutting down", LEAVING);
        }
        HttpServerResponse response = request.response();
        Place place = places.take(() -> Upgrades.isOver(response))
                .orElseThrow(() -> new Problem.Exception(
                        503,
                        "No room",
                        "WebSocket limit (%d) reached (tenth.limits.%s); try again later".formatted(most, limit)));
        return new Client(place, request.connection());
    }

    /** WebSockets that are open, or about to be. */
    public int open() {
        places.sweep();
        return places.taken();
    }

    /** A client that was admitted is connected. */
    public void open(WebSocketConnection connection, Function<ClientSocket, Session> opener) {
        Client client = connection.userData().get(key);
        client.place.moveTo(connection::isClosed);
        ClientSocket socket = new ClientSocket(connection, stall, opener);
        client.socket = socket;
        // The extension would tell of a broken frame when the transport is closed already, too late for a close frame.
        client.connection.exceptionHandler(socket::fault);
        sockets.add(socket);
        if (leaving) { // after that word: who leaves sees this socket, or is seen here
            socket.close(RESTART);
        }
        if (connection.isClosed()) {
            closed(connection); // before the extension listened
        }
    }

    /** The client sent a text message. */
    public void text(WebSocketConnection connection, String message) {
        opened(connection).ifPresent(socket -> socket.text(message));
    }

    /** The client sent a binary message, which no endpoint takes. */
    public void binary(WebSocketConnection connection) {
        opened(connection).ifPresent(socket -> socket.close(WebSocketFault.binary()));
    }

    /** The client answers a ping. */
    public void pong(WebSocketConnection connection, Buffer payload) {
        opened(connection).ifPresent(socket -> socket.pong(payload));
    }

    /** The endpoint failed, by no fault of the client. */
    public void failed(WebSocketConnection connection, Throwable failure) {
        opened(connection).ifPresent(socket -> socket.fail(failure));
    }

    /** The connection is closed. */
    public void closed(WebSocketConnection connection) {
        opened(connection).ifPresent(socket -> {
            sockets.remove(socket);
            socket.end();
        });
        connection.userData().get(key).place.release();
    }

    private Optional<ClientSocket> opened(WebSocketConnection connection) {
        return Optional.ofNullable(connection.userData().get(key)).map(client -> client.socket);
    }

    /** Ends all sessions and tells the clients that the service leaves; one that does not listen is waited for two seconds. */
    public void leave() {
        leaving = true;
        List<Uni<Void>> farewells = sockets.stream()
                .map(socket -> socket.closed(RESTART).onFailure().recoverWithNull())
                .toList();
        if (!farewells.isEmpty()) {
            Uni.join()
                    .all(farewells)
                    .andCollectFailures()
                    .ifNoItem()
                    .after(FAREWELL)
                    .recoverWithItem(List.of())
                    .await()
                    .indefinitely();
        }
    }
}
