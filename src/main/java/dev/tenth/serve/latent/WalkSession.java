package dev.tenth.serve.latent;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.http.ClientSocket;
import dev.tenth.http.SocketSessions;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.Fields;
import dev.tenth.serve.latent.LatentWalk.Fault;
import dev.tenth.serve.latent.LatentWalk.Frame;
import dev.tenth.serve.latent.LatentWalk.Picture;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The walk of one client: the next picture is made when the client has the one before. */
final class WalkSession implements SocketSessions.Session {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_MESSAGE = 4096;

    private final Engine engine;
    private final String run;
    private final ClientSocket socket;
    private WalkRequest wish = WalkRequest.any();
    private LatentWalk walk;
    private Cancellable sending = () -> {};
    private ObjectNode told;
    private boolean ended;

    /**
     * A walk that has not begun.
     *
     * @param mostIdle how long the client may leave it so
     */
    WalkSession(Engine engine, String run, ClientSocket socket, Duration mostIdle) {
        this.engine = engine;
        this.run = run;
        this.socket = socket;
        socket.idle(mostIdle);
    }

    @Override
    public synchronized void hear(String message) {
        if (ended) {
            return; // the message waited while the client went away
        }
        try {
            if (message.length() > LARGEST_MESSAGE) {
                throw new IllegalArgumentException(
                        "message: of %d characters is longer than %d".formatted(message.length(), LARGEST_MESSAGE));
            }
            wish = wish.turned(Fields.of(message.getBytes(StandardCharsets.UTF_8)));
            socket.busy();
            if (walk == null) {
                walk = new LatentWalk(engine, run, wish);
                sending = walk.frames().onItem().call(this::send).subscribe().with(_ -> {}, socket::fail);
            } else {
                walk.turn(wish);
            }
        } catch (IllegalArgumentException e) {
            sendError(e).subscribe().with(_ -> {});
        }
    }

    @Override
    public synchronized void end() {
        ended = true;
        sending.cancel();
    }

    private Uni<Void> send(Frame frame) {
        return switch (frame) {
            case Fault fault -> sendError(fault.cause());
            case Picture picture -> send(picture);
        };
    }

    private Uni<Void> send(Picture picture) {
        ImageGrid grid = picture.grid();
        ObjectNode about = JSON.createObjectNode()
                .put("step", picture.step())
                .put("width", grid.width())
                .put("height", grid.height())
                .put("channels", grid.channels());
        boolean same = about.equals(told);
        told = about;
        Uni<Void> first = same ? Uni.createFrom().voidItem() : socket.send(about.toString());
        return first.chain(() -> socket.send(grid.pixels())).chain(socket::received);
    }

    private Uni<Void> sendError(Throwable failure) {
        return socket.send(JSON.createObjectNode()
                .set("error", JSON.valueToTree(engine.problem(failure)))
                .toString());
    }
}
