package dev.tenth.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.serve.ModelException.Reason;
import dev.tenth.serve.Models.Version;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/** One request of a serving protocol and its answer, on the request's event loop. */
final class Exchange {
    /** A body may be as large as an uploaded file. */
    static final int LARGEST_BODY = 33 << 20;
    /** What is asked of a text is read on the event loop: it may take no time. */
    static final int LARGEST_TEXT = 1 << 20;

    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RETRY_SECONDS = "1";

    private final RoutingContext routing;
    private final Context loop;
    private final ErrorFormat errors;
    private final ServeMeters meters;
    private final Intake intake;
    private final long since = System.nanoTime();
    private boolean holds;
    private long held;

    Exchange(RoutingContext routing, ErrorFormat errors, Engine engine) {
        this.routing = routing;
        this.loop = routing.vertx().getOrCreateContext();
        this.errors = errors;
        this.meters = engine.meters();
        this.intake = engine.intake();
        routing.request().pause();
    }

    /** How a protocol writes what went wrong. */
    interface ErrorFormat {
        ObjectNode write(Reason reason, String detail);
    }

    HttpServerRequest request() {
        return routing.request();
    }

    HttpServerResponse response() {
        return routing.response();
    }

    Vertx vertx() {
        return routing.vertx();
    }

    /** The event loop of the request. */
    Context loop() {
        return loop;
    }

    /** When the request came, on the clock of {@link System#nanoTime}. */
    long since() {
        return since;
    }

    String path(String name) {
        return routing.pathParam(name);
    }

    /** Takes memory for so many bytes until the exchange ends, if there is room for them. */
    boolean hold(long bytes) {
        if (isOver() || !intake.take(bytes)) {
            return false;
        }
        if (!holds) {
            holds = true;
            routing.addEndHandler(_ -> intake.release(held));
        }
        held += bytes;
        return true;
    }

    /** Whether the client has gone, or everything was said. */
    boolean isOver() {
        return response().closed() || response().ended();
    }

    /** Calls the listener when the client leaves before it has its whole answer. */
    void onLeave(Runnable listener) {
        if (isOver()) {
            listener.run(); // it left while the model was looked for: nobody would tell us any more
            return;
        }
        routing.addEndHandler(end -> {
            if (end.failed()) {
                listener.run();
            }
        });
    }

    /** The version that the path names, the newest if it names none. */
    Future<Version> version(Models models) {
        String model = path("model");
        String version = path("version") == null ? Models.LATEST : path("version");
        return version(models, model, version);
    }

    /** A version by its name. */
    Future<Version> version(Models models, String model, String version) {
        if (version.equals(Models.LATEST)) {
            var remembered = models.remembered(model);
            if (remembered.isPresent()) {
                return Future.succeededFuture(remembered.get());
            }
        }
        return blocking(() -> models.find(model, version));
    }

    /** Does what takes a while elsewhere. */
    <T> Future<T> blocking(java.util.concurrent.Callable<T> work) {
        return vertx().executeBlocking(work, false);
    }

    /** What becomes of a stage, back on the event loop. */
    <T> Future<T> back(CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, loop);
    }

    /** The media type of the body in lower case, without parameters; empty if it is not told. */
    String mediaType() {
        String type = request().getHeader("Content-Type");
        return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /** Whether the client likes a picture better than what else it could have. */
    boolean wantsPng() {
        for (MIMEHeader accepted : routing.parsedHeaders().accept()) {
            if (accepted.weight() > 0) { // its parts are there once the weight was asked for
                String kind = accepted.component() + "/" + accepted.subComponent();
                if (kind.equals("image/png") || kind.equals("image/*")) {
                    return true;
                } else if (kind.startsWith("application/") || kind.startsWith("*/")) {
                    return false;
                }
            }
        }
        return false;
    }

    /**
     * The whole body.
     *
     * @param most bytes that are taken
     */
    Future<Buffer> body(int most) {
        HttpServerRequest request = request();
        if (request.getHeader("Content-Encoding") != null) {
            return Future.failedFuture(new ModelException(
                    Reason.UNSUPPORTED,
                    "Content-Encoding: \"" + request.getHeader("Content-Encoding")
                            + "\" is not understood; send the body as it is"));
        }
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (whole.future().isComplete()) {
                return; // it was refused
            }
            if (body.length() + part.length() > most) {
                whole.fail(new ModelException(
                        Reason.TOO_LARGE, "body: more than %,d bytes are not taken".formatted(most)));
            } else if (hold(part.length())) {
                body.appendBuffer(part);
            } else {
                whole.fail(new ModelException(Reason.NO_ROOM, "body: there is no room for it now; try again later"));
            }
        });
        request.endHandler(_ -> whole.tryComplete(body));
        request.exceptionHandler(whole::tryFail);
        request.resume();
        return whole.future();
    }

    /** Reads over what is left of the body, so that the next request on the connection is heard; not over more than a body. */
    private void drain() {
        if (request().isEnded()) {
            return;
        }
        int[] left = {LARGEST_BODY};
        request()
                .handler(part -> {
                    left[0] -= part.length();
                    if (left[0] < 0) {
                        request().connection().close();
                    }
                })
                .resume();
    }

    /** Answers with JSON. */
    void json(int status, JsonNode answer) {
        if (isOver()) {
            return;
        }
        drain();
        try {
            response()
                    .setStatusCode(status)
                    .putHeader("Content-Type", "application/json")
                    .end(Buffer.buffer(JSON.writeValueAsBytes(answer)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON can be written", e);
        }
    }

    /** Answers with what went wrong. */
    void fail(Throwable thrown) {
        if (isOver() || isClientGone(thrown)) {
            return;
        }
        ModelException failure = failure(thrown);
        meters.refused(failure.reason());
        int status = failure.reason().status();
        if (status == 503) {
            response().putHeader("Retry-After", RETRY_SECONDS);
        }
        json(status, errors.write(failure.reason(), failure.getMessage()));
    }

    /** The error as the protocol writes it, for where an answer has begun already. */
    ObjectNode error(Throwable thrown) {
        ModelException failure = failure(thrown);
        meters.refused(failure.reason());
        return errors.write(failure.reason(), failure.getMessage());
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
