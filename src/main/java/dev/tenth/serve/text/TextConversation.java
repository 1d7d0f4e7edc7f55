package dev.tenth.serve.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.http.ClientSocket;
import dev.tenth.http.SocketSessions;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.Fields;
import dev.tenth.serve.engine.Models;
import dev.tenth.serve.engine.Models.Version;
import dev.tenth.serve.text.TextGeneration.End;
import dev.tenth.serve.text.TextGeneration.Part;
import dev.tenth.serve.text.TextGeneration.Piece;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The texts of one client, one at a time. A text waits for its client: pieces are sent in windows, and no more than two windows are
 * under way that the client has not read.
 */
final class TextConversation implements SocketSessions.Session {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Pieces of a window. */
    private static final int WINDOW = 32;

    private final Engine engine;
    private final String run;
    private final ClientSocket socket;
    private final Duration mostIdle;
    private Text text;
    private boolean ended;

    /**
     * A conversation without a text yet.
     *
     * @param mostIdle how long the client may have no text before it is closed
     */
    TextConversation(Engine engine, String run, ClientSocket socket, Duration mostIdle) {
        this.engine = engine;
        this.run = run;
        this.socket = socket;
        this.mostIdle = mostIdle;
        socket.idle(mostIdle);
    }

    @Override
    public synchronized void hear(String message) {
        if (ended) {
            return; // the message waited while the client went away
        }
        try {
            Fields fields = Fields.of(message.getBytes(StandardCharsets.UTF_8));
            boolean cancel = fields.truth("cancel");
            if (text == null && cancel) {
                throw new IllegalArgumentException("cancel: no text is being written");
            } else if (text == null) {
                text = new Text(TextRequest.read(fields));
                text.start(Models.version(fields));
                socket.busy();
            } else if (cancel) {
                text.cancel();
            } else {
                text.change(fields);
            }
        } catch (IllegalArgumentException e) {
            sendError(e);
        }
    }

    @Override
    public synchronized void end() {
        ended = true;
        if (text != null) {
            text.stop();
        }
    }

    private void sendError(Throwable failure) {
        send(JSON.createObjectNode().set("error", JSON.valueToTree(engine.problem(failure))));
    }

    private void send(ObjectNode frame) {
        socket.send(frame.toString()).subscribe().with(_ -> {});
    }

    /** One text. */
    private final class Text {
        private TextRequest request;
        private Version version;
        private TextGeneration generation;
        private Cancellable doing;
        private boolean cancelled;
        private int sent;
        /** Complete when the client has read the windows before the last one. */
        private Uni<Void> read = Uni.createFrom().voidItem();

        Text(TextRequest request) {
            this.request = request;
        }

        void start(String wantedVersion) {
            doing = engine.models()
                    .findElsewhere(run, wantedVersion)
                    .subscribe()
                    .with(this::found, this::failed);
        }

        /** Under the lock of the conversation, so that nothing that ends the text crosses the subscription. */
        private void found(Version found) {
            synchronized (TextConversation.this) {
                version = found;
                if (ended) {
                    return;
                }
                if (cancelled) {
                    cancel();
                    return;
                }
                generation = new TextGeneration(engine, found, request, OptionalInt.empty());
                doing = generation
                        .parts()
                        .map(this::frame)
                        .onItem()
                        .call(this::sendPaced)
                        .subscribe()
                        .with(_ -> {}, this::failed, this::finished);
            }
        }

        private ObjectNode frame(Part part) {
            return switch (part) {
                case Piece piece -> JSON.createObjectNode().put("text", piece.text());
                case End end -> done(end.reason().name().toLowerCase(Locale.ROOT));
            };
        }

        private ObjectNode done(String reason) {
            return JSON.createObjectNode()
                    .put("done", true)
                    .put("reason", reason)
                    .put("step", version.checkpoint().step());
        }

        private Uni<Void> sendPaced(ObjectNode frame) {
            synchronized (TextConversation.this) {
                if (text != this) {
                    return Uni.createFrom().voidItem(); // cancelled while this piece was computed
                }
                Uni<Void> taken = socket.send(frame.toString());
                return ++sent % WINDOW == 0 ? taken.chain(this::closeWindow) : taken;
            }
        }

        private Uni<Void> closeWindow() {
            Uni<Void> before = read;
            read = socket.received().memoize().indefinitely();
            read.subscribe().with(_ -> {}); // the ping goes out now
            return before;
        }

        void change(Fields fields) {
            request = request.turned(fields);
            if (generation != null) {
                generation.change(request);
            }
        }

        void cancel() {
            if (version == null) {
                cancelled = true; // the answer names the version: it follows when that is found
            } else {
                stop();
                send(done("cancel"));
                over();
            }
        }

        void stop() {
            doing.cancel();
        }

        private void failed(Throwable failure) {
            synchronized (TextConversation.this) {
                sendError(failure);
                over();
            }
        }

        private void finished() {
            synchronized (TextConversation.this) {
                over();
            }
        }

        private void over() {
            if (text == this) {
                text = null;
                socket.idle(mostIdle);
            }
        }
    }
}
