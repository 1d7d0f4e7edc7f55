package dev.tenth.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.CancellationException;

/** An answer in pieces, as server-sent events of JSON. */
final class EventStream {
    /** A client that takes nothing for so long has left without a word. */
    private static final long STALL_MILLISECONDS = 60_000;

    private final Exchange exchange;
    private boolean open;

    EventStream(Exchange exchange) {
        this.exchange = exchange;
    }

    /** Whether something was sent: what goes wrong now can only be said in the stream. */
    boolean isOpen() {
        return open;
    }

    /** Sends an event; complete when the client's side has room for the next. */
    Future<Void> send(JsonNode data) {
        return write(data.toString());
    }

    private Future<Void> write(String data) {
        HttpServerResponse response = exchange.response();
        if (exchange.isOver()) {
            return Future.failedFuture(new CancellationException("the client has left"));
        }
        if (!open) {
            open = true;
            response.setChunked(true)
                    .putHeader("Content-Type", "text/event-stream; charset=utf-8")
                    .putHeader("Cache-Control", "no-store")
                    .putHeader("X-Accel-Buffering", "no");
        }
        long stall = exchange.vertx()
                .setTimer(
                        STALL_MILLISECONDS, _ -> exchange.request().connection().close());
        return response.write("data: " + data + "\n\n")
                .onComplete(_ -> exchange.vertx().cancelTimer(stall));
    }

    /** Says in the stream what went wrong. */
    void fail(Throwable failure) {
        if (!exchange.isOver() && !Exchange.isClientGone(failure)) {
            send(exchange.error(failure));
        }
    }

    /** Sends a last word that is not JSON, and ends. */
    void end(String last) {
        if (!exchange.isOver()) {
            write(last);
            end();
        }
    }

    void end() {
        if (!exchange.isOver()) {
            exchange.response().end();
        }
    }
}
