package dev.tenth.http;

import dev.tenth.text.Excerpt;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.io.ByteArrayInputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Reads the body of each request as a whole before its resource is called, on the event loop: a client that sends slowly holds some
 * memory, and no thread. What is read is within {@link BodyLimits}.
 */
public class BodyFilter {
    private static final String TOO_LARGE = "body: more than %,d bytes are not taken";

    private final BodyLimits limits;
    private final MemoryBudget budget;
    private final AtomicInteger reading = new AtomicInteger();

    BodyFilter(BodyLimits limits, MemoryBudget budget) {
        this.limits = limits;
        this.budget = budget;
    }

    @ServerRequestFilter(nonBlocking = true)
    public Uni<Void> read(ContainerRequestContext context, RoutingContext exchange) {
        HttpServerRequest request = exchange.request();
        if (!hasBody(request)) {
            return null;
        }
        return Uni.createFrom().emitter(whole -> new Reading(context, exchange, whole).begin());
    }

    /** A request of HTTP/1 announces its body. */
    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return length == null ? request.getHeader("Transfer-Encoding") != null : !length.equals("0");
    }

    /** One body on its way, on its event loop. */
    private final class Reading {
        private final ContainerRequestContext context;
        private final RoutingContext exchange;
        private final HttpServerRequest request;
        private final UniEmitter<? super Void> whole;
        private final Buffer body = Buffer.buffer();
        private final long begin = System.nanoTime();
        private long lastPart = begin;
        private long timer;
        private long held;
        private long discarded;
        private boolean over;

        Reading(ContainerRequestContext context, RoutingContext exchange, UniEmitter<? super Void> whole) {
            this.context = context;
            this.exchange = exchange;
            this.request = exchange.request();
            this.whole = whole;
        }

        void begin() {
            exchange.addEndHandler(_ -> budget.release(held));
            timer = exchange.vertx().setTimer(limits.pause().toMillis(), this::look);
            request.handler(this::take);
            request.endHandler(_ -> end());
            request.exceptionHandler(_ -> {
                exchange.vertx().cancelTimer(timer);
                refuse(400, "Incomplete body", "body: the connection ended before it was whole");
            });
            if (reading.incrementAndGet() > limits.reading()) {
                refuse(503, "No room", "body: %d are being read already; try again later".formatted(limits.reading()));
            } else if (request.getHeader("Content-Encoding") != null) {
                refuse(
                        415,
                        "Unsupported encoding",
                        "Content-Encoding: " + Excerpt.quoted(request.getHeader("Content-Encoding"))
                                + " is not understood; send the body as it is");
            } else if (announced() > limits.largest()) {
                refuse(413, "Too large", TOO_LARGE.formatted(limits.largest()));
            } else if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
                exchange.response().writeContinue();
            }
            request.resume();
        }

        private long announced() {
            String length = request.getHeader("Content-Length");
            return length == null ? 0 : Long.parseLong(length);
        }

        private void take(Buffer part) {
            lastPart = System.nanoTime();
            if (over) {
                discard(part);
            } else if (body.length() + part.length() > limits.largest()) {
                refuse(413, "Too large", TOO_LARGE.formatted(limits.largest()));
            } else if (!budget.take(part.length())) {
                refuse(503, "No room", "body: there is no memory for it now; try again later");
            } else {
                held += part.length();
                body.appendBuffer(part);
            }
        }

        /** The rest of what was refused is read over, so that the next request of the connection is heard. */
        private void discard(Buffer part) {
            discarded += part.length();
            if (discarded > limits.largest()) {
                request.connection().close();
            }
        }

        private void end() {
            exchange.vertx().cancelTimer(timer);
            if (!over) {
                finish();
                context.setEntityStream(new ByteArrayInputStream(body.getBytes()));
                whole.complete(null);
            }
        }

        private void refuse(int status, String title, String detail) {
            if (!over) {
                finish();
                whole.fail(new Problem.Exception(status, title, detail));
            }
        }

        private void finish() {
            over = true;
            reading.decrementAndGet();
        }

        /** Looks whether the client still sends. */
        private void look(long id) {
            long now = System.nanoTime();
            long left = Math.min(
                    limits.pause().toNanos() - (now - lastPart),
                    limits.duration().toNanos() - (now - begin));
            if (left > 0) {
                timer = exchange.vertx().setTimer(left / 1_000_000 + 1, this::look);
            } else if (over) {
                request.connection().close();
            } else {
                exchange.response().putHeader("Connection", "close");
                exchange.addEndHandler(_ -> request.connection().close());
                refuse(
                        408,
                        "Request timeout",
                        "body: it was not whole after %d s; %,d bytes had come"
                                .formatted((now - begin) / 1_000_000_000, body.length()));
            }
        }
    }
}
