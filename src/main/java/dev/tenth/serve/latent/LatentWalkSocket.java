package dev.tenth.serve.latent;

import dev.tenth.http.ClientSocket;
import dev.tenth.http.SessionSocket;
import dev.tenth.http.SocketSessions;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.SocketLimits;
import io.quarkus.websockets.next.WebSocket;
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
public class LatentWalkSocket extends SessionSocket {
    static final String ENDPOINT = "walk";

    private final Engine engine;
    private final SocketLimits limits;

    LatentWalkSocket(Engine engine, SocketLimits limits) {
        super(ENDPOINT, new SocketSessions("walks", limits.walks(), limits.stall(), engine::problem));
        this.engine = engine;
        this.limits = limits;
        engine.meters().openSockets(ENDPOINT, this::clients);
    }

    @Override
    protected void check(String run) {
        engine.models().requireRun(run);
    }

    @Override
    protected SocketSessions.Session open(String run, ClientSocket socket) {
        return new WalkSession(engine, run, socket, limits.idle());
    }
}
