package dev.tenth.serve.text;

import dev.tenth.http.ClientSocket;
import dev.tenth.http.SessionSocket;
import dev.tenth.http.SocketSessions;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.SocketLimits;
import io.quarkus.websockets.next.WebSocket;
import jakarta.inject.Singleton;

/**
 * Text as it is generated, with a temperature that can be changed in mid-sentence: WebSocket {@code /ws/v1/models/{run}/generate}. The
 * model is the newest checkpoint of a run, or the one that is asked for.
 */
@Singleton
@WebSocket(path = "/ws/v1/models/{id}/generate", endpointId = TextGenerationSocket.ENDPOINT)
public class TextGenerationSocket extends SessionSocket {
    static final String ENDPOINT = "generate";

    private final Engine engine;
    private final SocketLimits limits;

    TextGenerationSocket(Engine engine, SocketLimits limits) {
        super(ENDPOINT, new SocketSessions("text-sockets", limits.texts(), limits.stall(), engine::problem));
        this.engine = engine;
        this.limits = limits;
        engine.meters().openSockets(ENDPOINT, this::clients);
    }

    @Override
    protected void check(String run) {
        engine.models().requireWriter(run);
    }

    @Override
    protected SocketSessions.Session open(String run, ClientSocket socket) {
        return new TextConversation(engine, run, socket, limits.idle());
    }
}
