package dev.tenth.stream;

import dev.tenth.store.RunEntry;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** The three doors to a run's events, with one payload: WebSocket, server-sent events, lines of JSON. */
public final class StreamDoors {
    private static final String WEB_SOCKET = "/ws/v1/runs/:id";
    private static final String HTTP = "/api/v1/runs/:id/events";
    private static final String EVENT_STREAM = "text/event-stream";
    private static final String LINES = "application/x-ndjson";
    private static final String RETRY_SECONDS = "5";

    private final Hub hub;
    private final Vertx vertx;

    public StreamDoors(Hub hub, Vertx vertx) {
        this.hub = hub;
        this.vertx = vertx;
    }

    /** Opens the doors. */
    public void register(Router router) {
        router.get(WEB_SOCKET).handler(context -> {
            if ("websocket".equalsIgnoreCase(context.request().getHeader("Upgrade"))) {
                check(context, this::webSocket);
            } else {
                context.response().putHeader("Upgrade", "websocket");
                problem(
                        context,
                        426,
                        "Upgrade required",
                        "Upgrade: this is a WebSocket; ask for an upgrade, or use " + HTTP,
                        null);
            }
        });
        router.get(HTTP).handler(context -> check(context, this::http));
    }

    /** What comes after the checks. */
    private interface Entrance {
        void open(RoutingContext context, Viewer.Wish wish);
    }

    private void check(RoutingContext context, Entrance entrance) {
        // The body of a GET is not read: without a pause the upgrade would come too late.
        context.request().pause();
        String run = context.pathParam("id");
        vertx.executeBlocking(() -> hub.log().find(run))
                .onFailure(context::fail)
                .onSuccess(entry -> {
                    context.request().resume();
                    if (entry.isEmpty()) {
                        problem(context, 404, "No such run", "id: there is no run \"" + run + "\"", null);
                        return;
                    }
                    wish(context, entry.get()).ifPresent(wish -> {
                        if (hub.admit()) {
                            entrance.open(context, wish);
                        } else {
                            context.response().putHeader("Retry-After", RETRY_SECONDS);
                            problem(
                                    context,
                                    503,
                                    "Too many viewers",
                                    "viewers: " + hub.limits().viewers() + " look already; try again later",
                                    null);
                        }
                    });
                });
    }

    /** The wish of a request; empty if it was answered with a problem. */
    private Optional<Viewer.Wish> wish(RoutingContext context, RunEntry run) {
        String lastEventId = context.request().getHeader("Last-Event-ID");
        String after = lastEventId != null ? lastEventId : context.request().getParam("after", "0");
        String field = lastEventId != null ? "Last-Event-ID" : "after";
        String allowed = "the number of an event, from 0 to " + run.lastSeq();
        long seq;
        try {
            seq = Long.parseLong(after);
        } catch (NumberFormatException e) {
            problem(
                    context,
                    400,
                    "Bad cursor",
                    field + ": \"" + after + "\" is not " + allowed,
                    error(field, after, allowed));
            return Optional.empty();
        }
        if (seq < 0 || seq > run.lastSeq()) {
            problem(context, 422, "Bad cursor", field + ": " + seq + " is not " + allowed, error(field, seq, allowed));
            return Optional.empty();
        }
        return Optional.of(new Viewer.Wish(
                run.id(),
                seq,
                "true".equals(context.request().getParam("superseded")),
                !"false".equals(context.request().getParam("follow"))));
    }

    private static JsonObject error(String field, Object value, String allowed) {
        return new JsonObject().put("field", field).put("value", value).put("allowed", allowed);
    }

    private static void problem(RoutingContext context, int status, String title, String detail, JsonObject error) {
        JsonObject problem = new JsonObject()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail);
        if (error != null) {
            problem.put("errors", new JsonArray().add(error));
        }
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/problem+json")
                .end(problem.toBuffer());
    }

    // ---- WebSocket

    private void webSocket(RoutingContext context, Viewer.Wish wish) {
        ConnectionBase connection = (ConnectionBase) context.request().connection();
        context.request()
                .toWebSocket()
                .onFailure(_ -> hub.release()) // Vert.x has answered what is wrong with the handshake
                .onSuccess(socket -> {
                    Viewer viewer = new Viewer(hub, wish, new WebSocketDoor(socket, connection), vertx);
                    long ping =
                            vertx.setPeriodic(hub.limits().ping().toMillis(), _ -> socket.writePing(Buffer.buffer()));
                    socket.closeHandler(_ -> {
                        vertx.cancelTimer(ping);
                        viewer.gone();
                    });
                    socket.exceptionHandler(_ -> {}); // the close handler follows
                    viewer.start();
                });
    }

    /**
     * Writes frames that were encoded once for all viewers past the socket's own encoder, which would encode them for each; see
     * docs/decisions/one-frame-for-all-viewers.md.
     */
    private static final class WebSocketDoor implements Door {
        private final ServerWebSocket socket;
        private final ChannelHandlerContext encoder;

        WebSocketDoor(ServerWebSocket socket, ConnectionBase connection) {
            this.socket = socket;
            this.encoder = connection.channelHandlerContext().pipeline().context(WebSocketFrameEncoder.class);
        }

        @Override
        public void send(Envelope envelope) {
            encoder.write(envelope.frame().duplicate(), encoder.voidPromise());
        }

        @Override
        public void flush() {
            encoder.flush();
        }

        @Override
        public boolean isFull() {
            return socket.writeQueueFull();
        }

        @Override
        public void onRoom(Runnable listener) {
            socket.drainHandler(_ -> listener.run());
        }

        @Override
        public void close(End end, long lastSeq) {
            socket.close((short) end.code(), end.reason() + "; last seq " + lastSeq);
        }
    }

    // ---- HTTP

    private void http(RoutingContext context, Viewer.Wish wish) {
        HttpServerRequest request = context.request();
        String accept = request.getHeader("Accept");
        boolean lines = accept != null && accept.contains(LINES);
        if (!lines && accept != null && !accept.contains(EVENT_STREAM) && !accept.contains("*/*")) {
            hub.release();
            problem(
                    context,
                    406,
                    "Not acceptable",
                    "Accept: \"" + accept + "\" is neither " + EVENT_STREAM + " nor " + LINES,
                    error("Accept", accept, EVENT_STREAM + " or " + LINES));
            return;
        }
        HttpServerResponse response = context.response();
        response.setChunked(true)
                .putHeader("Content-Type", lines ? LINES : EVENT_STREAM)
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Accel-Buffering", "no");
        Viewer viewer = new Viewer(hub, wish, new HttpDoor(response, lines), vertx);
        response.closeHandler(_ -> viewer.gone());
        response.exceptionHandler(_ -> {}); // the close handler follows
        response.write(Buffer.buffer()); // the head goes out at once
        viewer.start();
    }

    /** One envelope a line, or one a {@code data:} field with the number as {@code id:}. */
    private static final class HttpDoor implements Door {
        private final HttpServerResponse response;
        private final boolean lines;
        private Buffer waiting = Buffer.buffer();

        HttpDoor(HttpServerResponse response, boolean lines) {
            this.response = response;
            this.lines = lines;
        }

        @Override
        public void send(Envelope envelope) {
            envelope.frame().release();
            if (lines) {
                waiting.appendBytes(envelope.json()).appendString("\n");
            } else {
                waiting.appendString("id: " + envelope.seq() + "\ndata: ")
                        .appendBytes(envelope.json())
                        .appendString("\n\n");
            }
        }

        @Override
        public void flush() {
            if (waiting.length() > 0) {
                response.write(waiting);
                waiting = Buffer.buffer();
            }
        }

        @Override
        public boolean isFull() {
            return response.writeQueueFull();
        }

        @Override
        public void onRoom(Runnable listener) {
            response.drainHandler(_ -> listener.run());
        }

        @Override
        public void close(End end, long lastSeq) {
            flush();
            response.end();
        }
    }
}
