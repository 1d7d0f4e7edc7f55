package dev.tenth.stream;

import dev.tenth.stream.StreamEnd.Reason;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * One who looks at a run: a cursor on its log. With each tick it emits a message if its subscriber has asked for one, from what the
 * channel keeps or else from the log. A subscriber that asks for nothing costs nothing: the log is the buffer.
 *
 * <p>What is not marked otherwise runs on the event loop.
 */
final class Viewer {
    private final EventHub hub;
    private final Channel channel;
    private final Ticker ticker;
    private final EventQuery query;
    private final MultiEmitter<? super Message> emitter;

    private final Deque<Message> read = new ArrayDeque<>();
    private long cursor;
    private boolean loading;
    /** Has seen the newest once: only from then on can it lag. Reading what was before leaves out nothing. */
    private boolean live;

    private boolean lagging;
    /** The version of the channel at which nothing was left to send. */
    private long idleAt = -1;
    /** A tick passed without demand: the next request wakes the viewer. */
    private volatile boolean owed;
    /** Since when its subscriber takes a message, in nanoseconds; 0 while it waits for one. */
    private volatile long takingSince = now();

    private volatile boolean leaving;

    Viewer(EventHub hub, Channel channel, Ticker ticker, EventQuery query, MultiEmitter<? super Message> emitter) {
        this.hub = hub;
        this.channel = channel;
        this.ticker = ticker;
        this.query = query;
        this.emitter = emitter;
        this.cursor = query.after();
    }

    /** Begins, once the viewer is among its channel's. From any thread. */
    void start() {
        emitter.onRequest(_ -> requested());
        if (emitter.requested() > 0) {
            requested(); // it came before
        }
        ticker.wake();
    }

    private static long now() {
        return Math.max(1, System.nanoTime());
    }

    /** From any thread. */
    private void requested() {
        takingSince = 0;
        if (owed) {
            ticker.wake();
        }
    }

    /** Whether its subscriber takes a message since longer than allowed. From any thread. */
    boolean isStalled() {
        long since = takingSince;
        return since != 0 && System.nanoTime() - since > hub.limits().stall().toNanos();
    }

    /** Ends at once. From any thread. */
    void end(Reason reason) {
        ticker.execute(() -> fail(new StreamEnd(reason, cursor)));
    }

    /** Who has left already is told nothing. */
    private void fail(Throwable why) {
        if (!emitter.isCancelled()) {
            emitter.fail(why);
        }
    }

    /** Its connection is closed; nobody else told it. From any thread. */
    void gone() {
        ticker.execute(emitter::complete);
    }

    /** Ends when everything was sent. From any thread. */
    void leave() {
        leaving = true;
        ticker.wake();
    }

    /**
     * Sends the next message if there is one and the subscriber wants it.
     *
     * @return whether it sent one
     */
    boolean advance() {
        if (emitter.isCancelled() || !isWanted()) {
            return false;
        }
        if (read.isEmpty() && !loading) {
            look();
        }
        if (read.isEmpty()) {
            return false;
        }
        send(read.remove());
        return true;
    }

    private boolean isWanted() {
        owed = true;
        // After that word, so that a request from now on wakes the viewer, while an earlier one is seen here.
        if (emitter.requested() > 0) {
            owed = false;
            return true;
        }
        lagging = true;
        return false;
    }

    private void look() {
        long version = channel.version();
        if (version == idleAt) {
            finish();
        } else if (live && lagging && channel.lastSeq() - cursor > hub.limits().backlog()) {
            lagging = false;
            load(true);
        } else {
            Message next = channel.after(cursor);
            if (next == null) {
                load(false);
            } else if (next.isEmpty()) {
                caughtUp(version);
            } else {
                read.add(next);
            }
        }
    }

    private void send(Message message) {
        cursor = message.lastSeq();
        takingSince = now();
        emitter.emit(message);
        if (emitter.requested() > 0) {
            takingSince = 0;
        }
        long newest = channel.lastSeq();
        lagging = cursor < newest;
        live |= newest > 0 && cursor >= newest;
        if (read.isEmpty() && !channel.keeps(cursor)) {
            load(false); // ahead of the next tick
        } else if (!read.isEmpty() || lagging || leaving || !query.follow()) {
            ticker.wake();
        }
    }

    private void caughtUp(long version) {
        idleAt = version;
        live = true;
        lagging = false;
        finish();
    }

    private void finish() {
        if (leaving) {
            fail(new StreamEnd(Reason.LEAVING, cursor));
        } else if (!query.follow()) {
            emitter.complete();
        }
    }

    /** What the channel does not keep comes from the log. */
    private void load(boolean latest) {
        loading = true;
        // Before the log is read: what is committed meanwhile makes another version, and the viewer looks again.
        long version = channel.version();
        long after = cursor;
        Uni.createFrom()
                .item(() -> latest ? hub.latest(channel, query, after) : hub.next(channel, query, after))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .emitOn(ticker)
                .subscribe()
                .with(loaded -> loaded(loaded, version), this::fail);
    }

    private void loaded(List<Message> messages, long version) {
        loading = false;
        read.addAll(messages);
        if (messages.isEmpty()) {
            caughtUp(version);
        }
        ticker.wake();
    }
}
