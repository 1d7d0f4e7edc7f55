package dev.tenth.serve;

import dev.tenth.serve.ModelException.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/** One request of a serving protocol and its answer, on the request's event loop. */
final class Exchange {
    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());

    private final RoutingContext routing;
    private final Context loop;

    Exchange(RoutingContext routing) {
        this.routing = routing;
        this.loop = routing.vertx().getOrCreateContext();
    }

    HttpServerResponse response() {
        return routing.response();
    }

    Vertx vertx() {
        return routing.vertx();
    }

    String path(String name) {
        return routing.pathParam(name);
    }

    /** Whether the client has gone, or everything was said. */
    boolean isOver() {
        return response().closed() || response().ended();
    }

    /** Does what takes a while elsewhere. */
    <T> Future<T> blocking(java.util.concurrent.Callable<T> work) {
        return vertx().executeBlocking(work, false);
    }

    /** What becomes of a stage, back on the event loop. */
    <T> Future<T> back(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, loop);
    }

    /** Whether it failed for want of somebody who listens: what is read from the store fails otherwise. */
    static boolean isClientGone(Throwable thrown) {
        return thrown instanceof CancellationException
                || thrown instanceof IOException
                || thrown instanceof HttpClosedException
                || thrown instanceof CompletionException
                        && thrown.getCause() != null
                        && isClientGone(thrown.getCause());
    }

    /** What went wrong, as a reason and for people. */
    static ModelException failure(Throwable thrown) {
        return switch (thrown) {
            case ModelException failure -> failure;
            case CompletionException wrapped when wrapped.getCause() != null -> failure(wrapped.getCause());
            case IllegalArgumentException wrong -> new ModelException(Reason.MALFORMED, wrong.getMessage());
            case RejectedExecutionException _ ->
                new ModelException(Reason.NO_ROOM, "the service is leaving; try again later");
            default -> {
                LOG.log(System.Logger.Level.ERROR, "a request failed", thrown);
                yield new ModelException(Reason.BROKEN, "the log of the service has the details");
            }
        };
    }
}
