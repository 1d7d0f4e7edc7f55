package dev.tenth.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.VertxContextSupport;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.HttpUpgradeCheck.CheckResult;
import io.quarkus.websockets.next.HttpUpgradeCheck.HttpUpgradeContext;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The sessions of the WebSockets of one endpoint: at most so many are open, each client must keep up, and all are told when the
 * service leaves. Safe for many threads.
 *
 * <p>What is open is counted, not what was admitted: a client that goes away between its request and the upgrade, of which nobody is
 * told, counts no more when the next one comes.
 */
public final class SocketSessions {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LEAVING = "the service is shutting down; connect again";
    private static final CloseReason RESTART = new CloseReason(1012, LEAVING);
    private static final Duration FAREWELL = Duration.ofSeconds(2);
    private static final String RETRY_SECONDS = "1";
    private static final int SWITCHING_PROTOCOLS = 101;

    private final TypedKey<Place> key = new TypedKey<>("place");
    private final String limit;
    private final int most;
    private final Duration stall;
    private final Function<Throwable, Problem> problems;
    private final Set<Place> taken = new HashSet<>();
    private boolean leaving;

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
    }

    /** The place of one client, from its admission to the end of its connection. */
    private final class Place {
        private final HttpServerRequest request;
        private WebSocketConnection connection;
        private ClientSocket socket;

        Place(HttpServerRequest request) {
            this.request = request;
        }

        boolean isGone() {
            if (connection != null) {
                return connection.isClosed();
            }
            HttpServerResponse response = request.response();
            return response.closed() || response.ended() && response.getStatusCode() != SWITCHING_PROTOCOLS;
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
                .recoverWithUni(failure -> refuse(
                        request,
                        failure instanceof Problem.Exception refused ? refused.problem() : problems.apply(failure)));
    }

    private Uni<CheckResult> permit(HttpUpgradeContext context) {
        HttpServerRequest request = context.httpRequest();
        if (request.response().closed()) {
            return Uni.createFrom().nothing(); // the client is gone
        }
        return Uni.createFrom().emitter(result -> {
            context.userData().put(key, take(request));
            result.complete(CheckResult.permitUpgradeSync());
            // The upgrade has begun and waits for the request's end. A client that leaves before is no fault, and no
            // WebSocket.
            request.exceptionHandler(_ -> request.endHandler(null));
        });
    }

    private synchronized Place take(HttpServerRequest request) {
        if (leaving) {
            throw new Problem.Exception(503, "Shutting down", LEAVING);
        }
        if (open() >= most) {
            throw new Problem.Exception(
                    503,
                    "No room",
                    "WebSocket limit (%d) reached (tenth.limits.%s); try again later".formatted(most, limit));
        }
        Place place = new Place(request);
        taken.add(place);
        return place;
    }

    /** WebSockets that are open, or about to be. */
    public synchronized int open() {
        taken.removeIf(Place::isGone);
        return taken.size();
    }

    /** The extension refuses without a body: the problem is written here, and no result follows. */
    private static Uni<CheckResult> refuse(HttpServerRequest request, Problem problem) {
        request.resume();
        HttpServerResponse response = request.response();
        response.setStatusCode(problem.status()).putHeader("Content-Type", Problem.MEDIA_TYPE);
        if (problem.status() == 503) {
            response.putHeader("Retry-After", RETRY_SECONDS);
        }
        try {
            response.end(Buffer.buffer(JSON.writeValueAsBytes(problem)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem can be written", e);
        }
        return Uni.createFrom().nothing();
    }

    /** A client that was admitted is connected. */
    public void open(WebSocketConnection connection, Function<ClientSocket, Session> opener) {
        Place place = connection.userData().get(key);
        place.socket = new ClientSocket(connection, stall, opener);
        boolean late;
        synchronized (this) {
            place.connection = connection;
            taken.add(place);
            late = leaving;
        }
        // The extension would tell of a broken frame when the transport is closed already, too late for a close frame.
        place.request.connection().exceptionHandler(place.socket::fault);
        if (late) {
            place.socket.close(RESTART);
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
        opened(connection).ifPresent(ClientSocket::end);
        open(); // the place is gone
    }

    private Optional<ClientSocket> opened(WebSocketConnection connection) {
        return Optional.ofNullable(connection.userData().get(key)).map(place -> place.socket);
    }

    /** Ends all sessions and tells the clients that the service leaves; one that does not listen is waited for two seconds. */
    public void leave() {
        List<Uni<Void>> farewells;
        synchronized (this) {
            leaving = true;
            farewells = taken.stream()
                    .filter(place -> place.connection != null)
                    .map(place -> place.socket.closed(RESTART).onFailure().recoverWithNull())
                    .toList();
        }
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
