package dev.tenth.http;

import dev.tenth.text.Excerpt;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Receives the body of each request as a whole before its resource is called, on the event loop: a client that sends slowly, or
 * nothing, holds no thread. What is received is within {@link BodyLimits}.
 *
 * <p>There is nothing to call. A small body is in memory, a large one in a file that is deleted when the request is over; a method
 * reads either through a parameter {@code InputStream}, {@code byte[]} or {@link ReceivedBody}, which knows its size and can be read
 * more than once. Only {@code byte[]} brings a large body into the heap.
 *
 * <p>The body comes after the request was let in and matched: one that is refused for its token, path, method or media type is
 * answered at once, and {@link UnreadBodies} deals with the rest of it.
 */
@ApplicationScoped
public class BodyFilter {
    private final BodyLimits limits;
    private final MemoryBudget memory;
    private final MemoryBudget files = new MemoryBudget(BodyLimits.FILES);
    private final Set<Reception> receptions = ConcurrentHashMap.newKeySet();

    BodyFilter(BodyLimits limits, MemoryBudget memory) {
        this.limits = limits;
        this.memory = memory;
    }

    @ServerRequestFilter(nonBlocking = true)
    public Uni<Void> receive(ContainerRequestContext context, RoutingContext exchange) {
        HttpServerRequest request = exchange.request();
        if (!hasBody(request)) {
            context.setEntityStream(new ReceivedBody.Stream(ReceivedBody.inMemory(Buffer.buffer())));
            return null; // nothing to wait for
        }
        check(request);
        Reception reception = new Reception(exchange, limits, memory, files);
        receptions.add(reception);
        exchange.addEndHandler(_ -> {
            receptions.remove(reception);
            reception.end();
        });
        if (receptions.size() > limits.reading()) {
            throw Reception.noRoom(
                    "body: limit of %d requests with a body reached; try again later".formatted(limits.reading()));
        }
        return Uni.createFrom()
                .completionStage(() -> reception.start().toCompletionStage())
                .invoke(body -> context.setEntityStream(new ReceivedBody.Stream(body)))
                .replaceWithVoid();
    }

    /** Whether a request announces a body, which may be empty. HTTP/2 need not announce it: there, what changes something may have one. */
    static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        if (length != null) {
            return !length.equals("0");
        }
        return request.version() == HttpVersion.HTTP_2
                ? request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD
                : request.getHeader("Transfer-Encoding") != null;
    }

    /** Refuses what need not be received for that. */
    private static void check(HttpServerRequest request) {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new Problem.Exception(
                    415,
                    "Unsupported encoding",
                    "Content-Encoding: " + Excerpt.quoted(encoding) + " is not supported; send the body unencoded");
        }
        String length = request.getHeader("Content-Length");
        if (length != null && Long.parseLong(length) > BodyLimits.LARGEST) { // what is no number does not come here
            throw Reception.tooLarge();
        }
    }

    /** The service is leaving, and waits for no client any more. */
    void leave(@Observes ShutdownDelayInitiatedEvent event) {
        receptions.forEach(Reception::giveUp);
    }

    /** What is left of bodies whose requests did not end. */
    void close(@Observes ShutdownEvent event) {
        receptions.forEach(Reception::deleteNow);
    }
}
