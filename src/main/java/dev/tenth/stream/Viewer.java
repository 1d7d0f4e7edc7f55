package dev.tenth.stream;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One who looks at a run: a cursor on its log. It sends as long as its door has room, from what the hub keeps or else from the
 * log, and costs nothing while it has none.
 *
 * <p>Everything but {@link #wake} and {@link #end} runs on its event loop.
 */
final class Viewer {
    private final Hub hub;
    private final String run;
    private final Door door;
    private final Vertx vertx;
    private final Context context;
    private final boolean withSuperseded;
    /** Ends at the end of the log instead of waiting for more. */
    private final boolean follow;

    private final AtomicBoolean awake = new AtomicBoolean();
    private long cursor;
    private boolean loading;
    /** Has seen the newest once: only from then on can it lag. Reading what was before waits for room and leaves out nothing. */
    private boolean live;

    private boolean lagged;
    private boolean closed;
    private long stallTimer = -1;

    /** What a viewer wants to see. */
    record Wish(String run, long after, boolean withSuperseded, boolean follow) {}

    Viewer(Hub hub, Wish wish, Door door, Vertx vertx) {
        this.hub = hub;
        this.run = wish.run();
        this.cursor = wish.after();
        this.withSuperseded = wish.withSuperseded();
        this.follow = wish.follow();
        this.door = door;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
    }

    void start() {
        hub.join(run, this);
        door.onRoom(this::room);
        pump();
    }

    /** There may be something new. From any thread. */
    void wake() {
        if (awake.compareAndSet(false, true)) {
            context.runOnContext(_ -> {
                awake.set(false);
                pump();
            });
        }
    }

    /** From any thread. */
    void end(Door.End end) {
        context.runOnContext(_ -> close(end));
    }

    /** The connection is gone. */
    void gone() {
        if (!closed) {
            closed = true;
            cancelStall();
            hub.leave(run, this);
        }
    }

    private void close(Door.End end) {
        if (!closed) {
            door.close(end, cursor);
            gone();
        }
    }

    /** Comes while the door writes, too: then the pump is at work already, so the next round is left to the event loop. */
    private void room() {
        cancelStall();
        wake();
    }

    private void pump() {
        if (closed || loading) {
            return;
        }
        if (door.isFull()) {
            stalled();
            return;
        }
        List<Envelope> tail = lagged ? null : hub.tail(run, cursor);
        if (tail == null) {
            load();
        } else if (!tail.isEmpty()) {
            send(tail);
            door.flush();
            pump();
        } else if (follow) {
            live = true;
        } else {
            close(Door.End.COMPLETE);
        }
    }

    private void send(List<Envelope> envelopes) {
        for (Envelope envelope : envelopes) {
            if (envelope.seq() > cursor && !closed && !door.isFull()) {
                door.send(envelope);
                cursor = envelope.seq();
            } else {
                envelope.frame().release();
            }
        }
    }

    /** What the hub does not keep comes from the log, read on a worker thread. */
    private void load() {
        loading = true;
        boolean conflate = lagged;
        lagged = false;
        long after = cursor;
        vertx.executeBlocking(
                        () -> conflate ? hub.newest(run, after, withSuperseded) : hub.page(run, after, withSuperseded))
                .onComplete(loaded -> {
                    loading = false;
                    if (closed) {
                        if (loaded.succeeded()) {
                            loaded.result().forEach(envelope -> envelope.frame().release());
                        }
                        return;
                    }
                    if (loaded.failed()) {
                        close(Door.End.TOO_SLOW);
                        return;
                    }
                    send(loaded.result());
                    door.flush();
                    if (cursor > after || door.isFull()) {
                        pump();
                    } else if (!follow && !closed) {
                        close(Door.End.COMPLETE);
                    } else if (hub.tail(run, cursor) instanceof List<Envelope> newer) {
                        // Something came between the reading and now.
                        newer.forEach(envelope -> envelope.frame().release());
                        if (!newer.isEmpty()) {
                            pump();
                        }
                    }
                });
    }

    /** The door has no room: waits for it, for so long; if much has come meanwhile, the newest will do. */
    private void stalled() {
        if (stallTimer < 0) {
            stallTimer = vertx.setTimer(hub.limits().stall().toMillis(), _ -> {
                stallTimer = -1;
                close(Door.End.TOO_SLOW);
            });
        }
        if (live && !lagged) {
            List<Envelope> missed = hub.tail(run, cursor);
            lagged = missed == null || missed.size() > hub.limits().backlog();
            if (missed != null) {
                missed.forEach(envelope -> envelope.frame().release());
            }
        }
    }

    private void cancelStall() {
        if (stallTimer >= 0) {
            vertx.cancelTimer(stallTimer);
            stallTimer = -1;
        }
    }
}
