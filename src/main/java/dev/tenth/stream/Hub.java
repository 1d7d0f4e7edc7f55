package dev.tenth.stream;

import dev.tenth.run.EventType;
import dev.tenth.store.Event;
import dev.tenth.store.RunLog;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all viewers of the runs share: each run's newest events, encoded once.
 *
 * <p>Invariant: only what is durable comes here, so nobody sees what could be lost.
 */
public final class Hub implements AutoCloseable {
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final RunLog log;
    private final StreamLimits limits;
    private final Map<String, Channel> channels = new ConcurrentHashMap<>();
    private final AtomicInteger viewers = new AtomicInteger();
    private final LongAdder conflated = new LongAdder();
    private volatile boolean closed;

    public Hub(RunLog log, StreamLimits limits) {
        this.log = log;
        this.limits = limits;
        log.onCommit(this::committed);
        log.onDelete(this::deleted);
    }

    RunLog log() {
        return log;
    }

    StreamLimits limits() {
        return limits;
    }

    /** How many viewers there are. */
    public int viewers() {
        return viewers.get();
    }

    /** How many events were left out for viewers that lagged. */
    public long conflated() {
        return conflated.sum();
    }

    /** Makes room for one more viewer, or says that there is none. */
    boolean admit() {
        if (closed || viewers.incrementAndGet() > limits.viewers()) {
            viewers.decrementAndGet();
            return false;
        }
        return true;
    }

    /** An admitted viewer did not come in, or left. */
    void release() {
        viewers.decrementAndGet();
        if (closed) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    void join(String run, Viewer viewer) {
        channels.compute(run, (id, channel) -> {
            Channel joined = channel == null ? new Channel(run) : channel;
            joined.viewers.add(viewer);
            return joined;
        });
    }

    void leave(String run, Viewer viewer) {
        release();
        channels.computeIfPresent(run, (id, channel) -> {
            channel.viewers.remove(viewer);
            if (!channel.viewers.isEmpty()) {
                return channel;
            }
            channel.clear();
            return null;
        });
    }

    /** On the thread that writes the log: encodes for those who look, and wakes them. */
    private void committed(List<Event> events) {
        Channel channel = channels.get(events.getFirst().run());
        if (channel != null) {
            channel.add(events);
            channel.viewers.forEach(Viewer::wake);
        }
    }

    private void deleted(String run) {
        Channel channel = channels.get(run);
        if (channel != null) {
            channel.viewers.forEach(viewer -> viewer.end(Door.End.DELETED));
        }
    }

    /**
     * The events of a run after a number, as far as they are kept here, with a reference of their own for each frame.
     *
     * @return none if there are none yet; null if the log has to be asked
     */
    List<Envelope> tail(String run, long after) {
        Channel channel = channels.get(run);
        return channel == null ? null : channel.after(after);
    }

    /** The next events after a number, from the log. On a worker thread. */
    List<Envelope> page(String run, long after, boolean withSuperseded) {
        Channel channel = channels.get(run);
        return withSuperseded || channel == null
                ? new Backlog(log, run, superseded(run, withSuperseded)).all(after)
                : channel.history.page(after);
    }

    /** What a viewer that lagged gets of everything after a number. On a worker thread. */
    List<Envelope> newest(String run, long after, boolean withSuperseded) {
        return new Backlog(log, run, superseded(run, withSuperseded)).newest(after, conflated::add);
    }

    private Superseded superseded(String run, boolean withSuperseded) {
        if (withSuperseded) {
            return Superseded.NOTHING;
        }
        Channel channel = channels.get(run);
        return channel == null ? Superseded.in(log, run) : channel.history.superseded();
    }

    /** Tells every viewer that the service leaves, and waits until all were told; a stalled one is not waited for long. */
    @Override
    public synchronized void close() {
        closed = true;
        channels.values().forEach(channel -> channel.viewers.forEach(viewer -> viewer.end(Door.End.LEAVING)));
        long end = System.nanoTime() + FAREWELL.toNanos();
        try {
            for (long left = FAREWELL.toNanos(); viewers.get() > 0 && left > 0; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One run's newest events and viewers. */
    private final class Channel {
        private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
        private final Deque<Envelope> tail = new ArrayDeque<>();
        private final History history;
        private long bytes;

        Channel(String run) {
            this.history = new History(log, run, limits.pageBytes());
        }

        synchronized void add(List<Event> events) {
            if (viewers.isEmpty()) {
                return; // the last one has just left, and nobody will clear this any more
            }
            for (Event event : events) {
                if (event.type().equals(EventType.RUN_RESUMED.wire())) {
                    // What is kept counts no longer; who has not seen it need not.
                    history.supersede();
                    forget();
                }
                Envelope envelope = Envelope.of(event);
                tail.add(envelope);
                bytes += envelope.json().length;
            }
            while (tail.size() > limits.tailEvents() || (bytes > limits.tailBytes() && tail.size() > 1)) {
                Envelope oldest = tail.remove();
                bytes -= oldest.json().length;
                oldest.frame().release();
            }
        }

        synchronized List<Envelope> after(long seq) {
            if (tail.isEmpty() || tail.peek().seq() > seq + 1) {
                return null;
            }
            int newer = (int) Math.max(0, tail.size() - (seq + 1 - tail.peek().seq()));
            // From the end: nearly everybody lacks the newest few of thousands.
            Envelope[] found = new Envelope[newer];
            Iterator<Envelope> newest = tail.descendingIterator();
            for (int i = newer - 1; i >= 0; i--) {
                found[i] = newest.next();
                found[i].frame().retain();
            }
            return Arrays.asList(found);
        }

        void clear() {
            history.close();
            forget();
        }

        private synchronized void forget() {
            tail.forEach(envelope -> envelope.frame().release());
            tail.clear();
            bytes = 0;
        }
    }
}
