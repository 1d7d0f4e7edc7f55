package dev.tenth.stream;

import io.vertx.core.Context;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The viewers of one run on one event loop. A wake-up lets all of them look for something new: at once if the last messages were
 * sent a tick ago or longer, else when the tick is over. So there is one timer for all, and a viewer gets a message a tick at most.
 */
final class Ticker implements Executor {
    private static final long NANOS_IN_MILLI = 1_000_000;

    private final Context loop;
    private final long tick;
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean awake = new AtomicBoolean();
    /** When messages were sent last, on the event loop. */
    private long sent;

    /**
     * Nobody yet.
     *
     * @param tick in nanoseconds
     */
    Ticker(Context loop, long tick) {
        this.loop = loop;
        this.tick = tick;
        this.sent = System.nanoTime() - tick;
    }

    Set<Viewer> viewers() {
        return viewers;
    }

    /** There may be something to send. From any thread. */
    void wake() {
        if (awake.compareAndSet(false, true)) {
            execute(this::schedule);
        }
    }

    /** Runs on the event loop. */
    @Override
    public void execute(Runnable task) {
        loop.runOnContext(_ -> task.run());
    }

    private void schedule() {
        long wait = sent + tick - System.nanoTime();
        if (wait <= 0) {
            tick();
        } else {
            loop.owner().setTimer(Math.ceilDiv(wait, NANOS_IN_MILLI), _ -> tick());
        }
    }

    private void tick() {
        // Before the viewers look, so that what comes afterwards wakes them again.
        awake.set(false);
        long now = System.nanoTime();
        for (Viewer viewer : viewers) {
            if (viewer.advance()) {
                sent = now;
            }
        }
    }
}
