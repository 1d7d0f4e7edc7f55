package dev.tenth.http;

import dev.tenth.text.Excerpt;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/** One body on its way. Everything happens on the event loop of its request. */
final class Reception {
    private final RoutingContext exchange;
    private final HttpServerRequest request;
    private final Vertx vertx;
    private final Context loop;
    private final BodyLimits limits;
    private final MemoryBudget memoryBudget;
    private final MemoryBudget fileBudget;
    private final Promise<ReceivedBody> whole = Promise.promise();
    private final long since = System.nanoTime();
    private final Path path;

    private Buffer memory = Buffer.buffer();
    private long memoryTaken;
    /** Where it goes once it is too large for the memory; null until then. */
    private Future<AsyncFile> file;

    private long fileTaken;
    private long received;
    private long latest = since;
    private boolean writing;
    private long timer;

    Reception(RoutingContext exchange, BodyLimits limits, MemoryBudget memoryBudget, MemoryBudget fileBudget) {
        this.exchange = exchange;
        this.request = exchange.request();
        this.vertx = exchange.vertx();
        this.loop = vertx.getOrCreateContext();
        this.limits = limits;
        this.memoryBudget = memoryBudget;
        this.fileBudget = fileBudget;
        this.path = limits.directory().resolve("body-" + UUID.randomUUID() + ".tmp");
    }

    /** The whole body, or a {@link Problem.Exception}. */
    Future<ReceivedBody> start() {
        request.handler(this::take);
        request.endHandler(_ -> finish());
        request.exceptionHandler(_ -> whole.tryFail(incomplete()));
        watch(limits.pause());
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            exchange.response().writeContinue();
        }
        request.resume();
        return whole.future();
    }

    private boolean isOver() {
        return whole.future().isComplete();
    }

    static Problem.Exception tooLarge() {
        return new Problem.Exception(
                413, "Too large", "body: larger than the limit of %,d bytes".formatted(BodyLimits.LARGEST));
    }

    static Problem.Exception noRoom(String detail) {
        return new Problem.Exception(503, "No room", detail);
    }

    private static Problem.Exception incomplete() {
        return new Problem.Exception(400, "Incomplete body", "body: the connection ended before all of it had arrived");
    }

    private void take(Buffer part) {
        if (isOver()) {
            return; // it was refused, and is read over
        }
        received += part.length();
        latest = System.nanoTime();
        if (received > BodyLimits.LARGEST) {
            whole.fail(tooLarge());
        } else if (file != null || received > BodyLimits.LARGEST_IN_MEMORY) {
            write(part);
        } else if (memoryBudget.take(part.length())) {
            memoryTaken += part.length();
            memory.appendBuffer(part);
        } else {
            failForRoom();
        }
    }

    private void failForRoom() {
        whole.tryFail(noRoom("body: other requests use all the memory for bodies; try again later"));
    }

    /** Writes a part while the client waits, so that a slow disk fills no memory. */
    private void write(Buffer part) {
        long more = file == null ? received : part.length();
        if (!fileBudget.take(more)) {
            failForRoom();
            return;
        }
        fileTaken += more;
        Buffer next = file == null ? open().appendBuffer(part) : part;
        writing = true;
        request.pause();
        file.compose(opened -> opened.write(next)).onComplete(written -> {
            writing = false;
            latest = System.nanoTime();
            if (written.failed()) {
                failForSpace(written.cause());
            }
            request.resume();
        });
    }

    /** Opens the file and returns what is to be written first: what was in memory. */
    private Buffer open() {
        file = vertx.fileSystem()
                .open(
                        path.toString(),
                        new OpenOptions().setRead(false).setCreateNew(true).setPerms("rw-------"));
        Buffer first = memory;
        memory = null;
        memoryBudget.release(memoryTaken);
        memoryTaken = 0;
        return first;
    }

    private void failForSpace(Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        whole.tryFail(new Problem.Exception(
                507,
                "Disk full",
                "body: cannot be stored: " + Excerpt.of(root.getMessage()) + "; delete something first"));
    }

    private void finish() {
        if (file == null) {
            whole.tryComplete(ReceivedBody.inMemory(memory));
            return;
        }
        file.compose(AsyncFile::close)
                .onSuccess(_ -> whole.tryComplete(ReceivedBody.inFile(path, received)))
                .onFailure(this::failForSpace);
    }

    // ---- time

    private void watch(Duration delay) {
        timer = vertx.setTimer(Math.max(1, delay.toMillis()), _ -> checkTime());
    }

    /** Nothing for too long ends it, and so does too little in all. */
    private void checkTime() {
        if (isOver()) {
            return;
        }
        long now = System.nanoTime();
        Duration quiet = Duration.ofNanos(now - latest);
        Duration allowed = limits.pause().multipliedBy(2).plusSeconds(received / BodyLimits.SLOWEST);
        if (writing) { // the disk is slow, not the client
            watch(limits.pause());
        } else if (quiet.compareTo(limits.pause()) >= 0) {
            timeOut("body: no data for %,d ms after %,d bytes"
                    .formatted(limits.pause().toMillis(), received));
        } else if (Duration.ofNanos(now - since).compareTo(allowed) > 0) {
            timeOut("body: slower than %,d bytes a second".formatted(BodyLimits.SLOWEST));
        } else {
            watch(limits.pause().minus(quiet));
        }
    }

    private void timeOut(String detail) {
        exchange.response().putHeader("Connection", "close");
        whole.tryFail(new Problem.Exception(UnreadBodies.TIMED_OUT, "Request timeout", detail));
    }

    // ---- the end

    /** The service is leaving. */
    void giveUp() {
        loop.runOnContext(_ -> whole.tryFail(noRoom("body: the service is shutting down; try again later")));
    }

    /** The request is over: nothing of it stays. */
    void end() {
        vertx.cancelTimer(timer);
        whole.tryFail(incomplete());
        memoryBudget.release(memoryTaken);
        fileBudget.release(fileTaken);
        memory = null;
        if (file != null) {
            file.compose(AsyncFile::close).onComplete(_ -> vertx.fileSystem().delete(path.toString()));
        }
    }

    /** The service has left: what the event loops did not come to. */
    void deleteNow() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
