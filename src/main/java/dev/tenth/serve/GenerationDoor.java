package dev.tenth.serve;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.TextModel;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.torch.Device;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.Torch;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * Text as it is written: WebSocket {@code /ws/v1/models/{run}/generate}. The model is the newest checkpoint of a run (or the one
 * that is asked for), read into memory of its own, so the run trains on undisturbed.
 */
public final class GenerationDoor implements AutoCloseable {
    /** So many texts are written at the same time. */
    private static final int WRITERS = 4;

    private final Vertx vertx;
    private final RunLog log;
    private final Checkpoints checkpoints;
    private final Map<String, Recipe<?>> recipes;
    private final Semaphore free = new Semaphore(WRITERS);
    private final ExecutorService writers = Executors.newFixedThreadPool(
            WRITERS, Thread.ofPlatform().name("writer-", 0).factory());

    public GenerationDoor(Vertx vertx, RunLog log, Checkpoints checkpoints, Map<String, Recipe<?>> recipes) {
        this.vertx = vertx;
        this.log = log;
        this.checkpoints = checkpoints;
        this.recipes = recipes;
    }

    /** Opens the door. */
    public void register(Router router) {
        router.get("/ws/v1/models/:id/generate").handler(this::enter);
    }

    private void enter(RoutingContext context) {
        String id = context.pathParam("id");
        context.request().pause();
        vertx.executeBlocking(() -> log.find(id)).onFailure(context::fail).onSuccess(run -> {
            context.request().resume();
            if (run.isEmpty()) {
                problem(context, 404, "No such model", "id: there is no run \"" + id + "\"");
            } else if (!canWrite(run.get())) {
                problem(
                        context,
                        409,
                        "Wrong kind of model",
                        "id: runs of " + run.get().recipe() + " do not write text");
            } else {
                context.request()
                        .toWebSocket()
                        .onSuccess(socket -> talk(socket, run.get()))
                        .onFailure(_ -> {});
            }
        });
    }

    private boolean canWrite(RunEntry run) {
        Recipe<?> recipe = recipes.get(run.recipe());
        return recipe != null && recipe.abilities().stream().anyMatch(Ability.GenerateText.class::isInstance);
    }

    private static void problem(RoutingContext context, int status, String title, String detail) {
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/problem+json")
                .end(problem(status, title, detail).toBuffer());
    }

    private static JsonObject problem(int status, String title, String detail) {
        return new JsonObject()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail);
    }

    private void talk(ServerWebSocket socket, RunEntry run) {
        Conversation conversation = new Conversation(socket, run);
        socket.textMessageHandler(conversation::hear);
        socket.closeHandler(_ -> conversation.leave());
        socket.exceptionHandler(_ -> {}); // the close handler follows
    }

    @Override
    public void close() {
        writers.shutdownNow();
    }

    /** One client. Messages come on its event loop, text is written on a writer's thread, one at a time. */
    private final class Conversation {
        private final ServerWebSocket socket;
        private final RunEntry run;
        private volatile TextRequest current;
        private volatile boolean cancelled;
        private volatile boolean writing;

        Conversation(ServerWebSocket socket, RunEntry run) {
            this.socket = socket;
            this.run = run;
        }

        void leave() {
            cancelled = true;
        }

        void hear(String message) {
            try {
                JsonObject json = new JsonObject(message);
                if (!writing) {
                    begin(TextRequest.read(json));
                } else if (Boolean.TRUE.equals(json.getValue("cancel"))) {
                    cancelled = true;
                } else {
                    current = current.turned(json);
                }
            } catch (DecodeException e) {
                error(400, "Malformed JSON", "the message is not a JSON object: " + e.getMessage());
            } catch (IllegalArgumentException e) {
                error(422, "A field that cannot be", e.getMessage());
            }
        }

        private void begin(TextRequest request) {
            if (!free.tryAcquire()) {
                error(503, "No room", WRITERS + " texts are being written already; try again later");
                return;
            }
            current = request;
            cancelled = false;
            writing = true;
            try {
                writers.execute(() -> {
                    try {
                        write(request);
                    } catch (IllegalArgumentException e) {
                        error(422, "A field that cannot be", e.getMessage());
                    } catch (Exception e) {
                        error(500, "A fault of the service", String.valueOf(e.getMessage()));
                    } finally {
                        writing = false;
                        free.release();
                    }
                });
            } catch (RejectedExecutionException e) {
                free.release();
                error(503, "The service leaves", "come back later");
            }
        }

        private void write(TextRequest request) throws IOException {
            Torch.useThreads(1);
            Checkpoint checkpoint = checkpoint(request);
            try (TextModel model = open(recipes.get(run.recipe()), checkpoint)) {
                TextModel.Writing text = model.start(request.prefix(), request.seed());
                StopWatcher stops = new StopWatcher(request.stop());
                String reason = "length";
                int written = 0;
                // The first character at once, then more in a call.
                for (int chunk = 1; written < request.length() && !cancelled; chunk = Math.min(16, chunk * 2)) {
                    int count = Math.min(chunk, request.length() - written);
                    send(stops.pass(text.next(count, current.choice())));
                    written += count;
                    if (stops.isStopped()) {
                        reason = "stop";
                        break;
                    }
                }
                send(stops.rest());
                answer(new JsonObject()
                        .put("done", true)
                        .put("reason", cancelled ? "cancel" : reason)
                        .put("step", checkpoint.step()));
            }
        }

        private Checkpoint checkpoint(TextRequest request) {
            List<Checkpoint> all = checkpoints.list(run.id());
            Optional<Checkpoint> found = request.step().isEmpty()
                    ? all.isEmpty() ? Optional.empty() : Optional.of(all.getLast())
                    : all.stream()
                            .filter(each -> each.step() == request.step().get())
                            .findFirst();
            return found.orElseThrow(() -> new IllegalArgumentException("step: the run has no such checkpoint; it has "
                    + all.stream().map(Checkpoint::step).toList()));
        }

        private <P extends Record & Parameters> TextModel open(Recipe<P> recipe, Checkpoint checkpoint)
                throws IOException {
            Ability.GenerateText<P> ability = recipe.abilities().stream()
                    .filter(Ability.GenerateText.class::isInstance)
                    .map(each -> (Ability.GenerateText<P>) each)
                    .findFirst()
                    .orElseThrow();
            P parameters = Schema.of(recipe)
                    .with(recipe.presets().getFirst().parameters(), new JsonObject(run.parameters()).getMap());
            try (ReadableByteChannel file = checkpoints.open(checkpoint)) {
                return ability.open(parameters, Safetensors.read(file).tensors(), Device.CPU);
            }
        }

        private void send(String text) {
            if (!text.isEmpty()) {
                answer(new JsonObject().put("text", text));
            }
        }

        private void error(int status, String title, String detail) {
            answer(new JsonObject().put("error", problem(status, title, detail)));
        }

        /** Waits until the frame is taken, on a writer's thread: a client that does not read is not written for. */
        private void answer(JsonObject frame) {
            var written = socket.writeTextMessage(frame.encode());
            if (!io.vertx.core.Context.isOnEventLoopThread()) {
                try {
                    written.toCompletionStage().toCompletableFuture().join();
                } catch (java.util.concurrent.CompletionException e) {
                    cancelled = true; // the client has left
                }
            }
        }
    }
}
