package dev.tenth.serve;

import dev.tenth.serve.ModelException.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A walk through latent space as it is made: WebSocket {@code /ws/v1/models/{run}/walk}. A text frame tells what the pictures are
 * ({@code step}, {@code width}, {@code height}, {@code channels}) whenever that changes; each binary frame is one of them, its pixels
 * row by row from the top, a byte for each channel. The client may send changes at any time.
 *
 * <p>After each picture comes a ping, and the next picture when the client's pong is there, which every WebSocket sends by itself:
 * one picture at a time is under way, and the buffers between hold no others.
 */
public final class WalkDoor implements AutoCloseable {
    private static final int MOST_VIEWERS = 32;
    /** Who has not answered a ping for so long, or twice that, does not read any more. */
    private static final long STALL_MILLIS = 30_000;

    private static final long LEAVE_SECONDS = 2;
    private static final short RESTART = 1012;
    private static final short TRY_AGAIN_LATER = 1013;
    private static final int LARGEST_MESSAGE = 4096;

    private final Vertx vertx;
    private final Engine engine;
    private final long stallMillis;
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public WalkDoor(Vertx vertx, Engine engine) {
        this(vertx, engine, STALL_MILLIS);
    }

    WalkDoor(Vertx vertx, Engine engine, long stallMillis) {
        this.vertx = vertx;
        this.engine = engine;
        this.stallMillis = stallMillis;
    }

    /** Opens the door. */
    public void register(Router router) {
        router.get("/ws/v1/models/:id/walk").handler(this::enter);
    }

    private void enter(RoutingContext context) {
        String id = context.pathParam("id");
        context.request().pause();
        vertx.executeBlocking(() -> {
                    engine.models().requireRun(id);
                    requireRoom();
                    return id;
                })
                .onFailure(failure -> {
                    context.request().resume();
                    GenerationDoor.refuse(context, failure);
                })
                .onSuccess(run -> {
                    context.request().resume();
                    context.request()
                            .toWebSocket()
                            .onSuccess(socket -> new Viewer(socket, run).begin())
                            .onFailure(_ -> {}); // Vert.x has answered what is wrong with the handshake
                });
    }

    private void requireRoom() {
        if (closed || viewers.size() >= MOST_VIEWERS) {
            throw new ModelException(Reason.NO_ROOM, "walks: " + MOST_VIEWERS + " are under way; try again later");
        }
    }

    /** Ends all walks, and waits until everybody was told: the service leaves. */
    @Override
    public void close() {
        closed = true;
        CompletableFuture<?>[] told = viewers.stream()
                .map(viewer -> viewer.end(RESTART, "the service leaves; come back"))
                .map(end -> end.toCompletionStage().toCompletableFuture().exceptionally(_ -> null))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(told)
                .completeOnTimeout(null, LEAVE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** One client, on its event loop. */
    private final class Viewer implements Walk.Screen {
        private final ServerWebSocket socket;
        private final String run;
        private final Context loop = vertx.getOrCreateContext();
        private WalkRequest wish = WalkRequest.any();
        private Walk walk;
        private JsonObject told;
        private Promise<Void> underWay;
        private Promise<Void> lookedAt;
        private long stall;

        Viewer(ServerWebSocket socket, String run) {
            this.socket = socket;
            this.run = run;
        }

        void begin() {
            viewers.add(this);
            socket.textMessageHandler(this::hear);
            socket.pongHandler(_ -> seen());
            socket.exceptionHandler(_ -> {}); // the close handler follows
            socket.closeHandler(_ -> leave());
            if (closed) {
                end(RESTART, "the service leaves; come back");
            }
            // Also while it stands still: a client that is gone without a word takes a place from others.
            stall = vertx.setPeriodic(stallMillis, _ -> lookAfter());
        }

        /** Ends a walk whose picture was under way all the time since the last look. */
        private void lookAfter() {
            boolean waits = underWay != null && !underWay.future().isComplete();
            if (waits && underWay == lookedAt) {
                end(TRY_AGAIN_LATER, "too slow; come back");
            } else if (!waits) {
                ping();
            }
            lookedAt = underWay;
        }

        Future<Void> end(short code, String reason) {
            return socket.close(code, reason);
        }

        private void leave() {
            viewers.remove(this);
            vertx.cancelTimer(stall);
            if (walk != null) {
                walk.stop();
            }
        }

        private void hear(String message) {
            try {
                if (message.length() > LARGEST_MESSAGE) {
                    throw new IllegalArgumentException(
                            "message: of %d characters is longer than %d".formatted(message.length(), LARGEST_MESSAGE));
                }
                wish = wish.turned(Fields.of(message.getBytes(StandardCharsets.UTF_8)));
                if (walk == null) {
                    walk = new Walk(engine, run, wish, vertx, loop, this);
                    walk.start();
                } else {
                    walk.turn(wish);
                }
            } catch (IllegalArgumentException e) {
                fail(e);
            }
        }

        @Override
        public Future<Void> show(Mosaic picture, long step) {
            if (socket.isClosed()) {
                return Future.failedFuture(new CancellationException("the client is gone"));
            }
            JsonObject about = new JsonObject()
                    .put("step", step)
                    .put("width", picture.width())
                    .put("height", picture.height())
                    .put("channels", picture.channels());
            if (!about.equals(told)) {
                told = about;
                socket.writeTextMessage(about.encode());
            }
            return socket.writeBinaryMessage(Buffer.buffer(picture.pixels())).compose(_ -> ping());
        }

        /** Complete when the client has all that was sent before. */
        private Future<Void> ping() {
            Promise<Void> mine = Promise.promise();
            underWay = mine;
            return socket.writePing(Buffer.buffer()).compose(_ -> mine.future());
        }

        private void seen() {
            if (underWay != null) {
                underWay.tryComplete();
            }
        }

        @Override
        public void fail(Throwable failure) {
            if (!socket.isClosed()) {
                ModelException said = Exchange.failure(failure);
                socket.writeTextMessage(new JsonObject()
                        .put("error", GenerationDoor.problem(said.reason(), said.getMessage()))
                        .encode());
            }
        }
    }
}
