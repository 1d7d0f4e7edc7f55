package dev.tenth.serve;

import dev.tenth.recipe.TextModel.Token;
import dev.tenth.serve.ModelException.Reason;
import dev.tenth.serve.Models.Version;
import dev.tenth.serve.Narration.End;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Text as it is written, with a temperature that can be turned in mid-sentence: WebSocket {@code /ws/v1/models/{run}/generate}. The
 * model is the newest checkpoint of a run, or the one that is asked for.
 */
public final class GenerationDoor implements AutoCloseable {
    private static final short SERVICE_RESTART = 1012;
    private static final long FAREWELL_SECONDS = 2;

    private final Vertx vertx;
    private final Engine engine;
    private final Set<Conversation> conversations = ConcurrentHashMap.newKeySet();
    private volatile boolean leaving;

    public GenerationDoor(Vertx vertx, Engine engine) {
        this.vertx = vertx;
        this.engine = engine;
    }

    /** Opens the door. */
    public void register(Router router) {
        router.get("/ws/v1/models/:id/generate").handler(this::enter);
    }

    private void enter(RoutingContext context) {
        String id = context.pathParam("id");
        context.request().pause();
        vertx.executeBlocking(() -> {
                    engine.models().requireWriter(id);
                    return id;
                })
                .onFailure(failure -> {
                    context.request().resume();
                    refuse(context, failure);
                })
                .onSuccess(run -> {
                    context.request().resume();
                    context.request()
                            .toWebSocket()
                            .onSuccess(socket -> talk(socket, run))
                            .onFailure(_ -> {});
                });
    }

    static void refuse(RoutingContext context, Throwable failure) {
        if (failure instanceof ModelException refused) {
            context.response()
                    .setStatusCode(refused.reason().status())
                    .putHeader("Content-Type", "application/problem+json")
                    .end(problem(refused.reason(), refused.getMessage()).toBuffer());
        } else {
            context.fail(failure);
        }
    }

    static JsonObject problem(Reason reason, String detail) {
        return new JsonObject()
                .put("type", "about:blank")
                .put("title", reason.title())
                .put("status", reason.status())
                .put("detail", detail);
    }

    private void talk(ServerWebSocket socket, String run) {
        Conversation conversation = new Conversation(socket, run, vertx.getOrCreateContext());
        socket.textMessageHandler(conversation::hear);
        conversations.add(conversation);
        socket.closeHandler(_ -> {
            conversations.remove(conversation);
            conversation.leave();
        });
        socket.exceptionHandler(_ -> {}); // the close handler follows
        if (leaving) {
            conversation.sendAway();
        }
    }

    /** Ends all texts and tells the clients that the service leaves; one that does not listen is not waited for long. */
    @Override
    public void close() {
        leaving = true;
        List<Future<Void>> told =
                conversations.stream().map(Conversation::sendAway).toList();
        try {
            Future.join(told).toCompletionStage().toCompletableFuture().get(FAREWELL_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // Gone already, or not listening: their connections end with the server.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One client, on its event loop: one text at a time. */
    private final class Conversation {
        private final ServerWebSocket socket;
        private final String run;
        private final Context loop;
        private boolean writing;
        private boolean cancelled;
        private TextRequest current;
        private Narration narration;

        Conversation(ServerWebSocket socket, String run, Context loop) {
            this.socket = socket;
            this.run = run;
            this.loop = loop;
        }

        void leave() {
            cancelled = true; // perhaps the model is still looked for
            if (narration != null) {
                narration.cancel();
            }
        }

        /** From any thread; complete when the client was told. */
        Future<Void> sendAway() {
            Promise<Void> told = Promise.promise();
            loop.runOnContext(_ -> {
                leave();
                socket.close(SERVICE_RESTART, "the service leaves; come back").onComplete(told);
            });
            return told.future();
        }

        void hear(String message) {
            try {
                Fields fields = Fields.of(message.getBytes(StandardCharsets.UTF_8));
                if (!writing) {
                    begin(TextRequest.read(fields), TextRequest.version(fields));
                } else if (fields.truth("cancel")) {
                    leave();
                } else {
                    current = current.turned(fields);
                    if (narration != null) {
                        narration.turn(current);
                    }
                }
            } catch (IllegalArgumentException e) {
                error(e);
            }
        }

        private void begin(TextRequest request, String version) {
            current = request;
            writing = true;
            cancelled = false;
            vertx.executeBlocking(() -> engine.models().find(run, version), false)
                    .compose(this::write)
                    .onFailure(this::error)
                    .onComplete(_ -> {
                        writing = false;
                        narration = null;
                    });
        }

        private Future<Void> write(Version version) {
            if (socket.isClosed()) {
                return Future.succeededFuture();
            }
            if (cancelled) {
                return answer(done(new End(Narration.Reason.CANCEL, 0), version));
            }
            narration = new Narration(engine, version, current, OptionalInt.empty(), loop, this::send);
            return narration.tell().compose(end -> answer(done(end, version)));
        }

        private static JsonObject done(End end, Version version) {
            return new JsonObject()
                    .put("done", true)
                    .put("reason", end.reason().name().toLowerCase(Locale.ROOT))
                    .put("step", version.checkpoint().step());
        }

        private Future<Void> send(String text, List<Token> tokens) {
            return answer(new JsonObject().put("text", text));
        }

        private void error(Throwable failure) {
            ModelException said = Exchange.failure(failure);
            answer(new JsonObject().put("error", problem(said.reason(), said.getMessage())));
        }

        /** Complete when the frame is taken: a client that does not read is not written for. */
        private Future<Void> answer(JsonObject frame) {
            return socket.isClosed() ? Future.succeededFuture() : socket.writeTextMessage(frame.encode());
        }
    }
}
