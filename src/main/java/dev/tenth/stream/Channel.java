package dev.tenth.stream;

import dev.tenth.event.Event;
import dev.tenth.event.EventType;
import dev.tenth.store.RunLog;
import io.vertx.core.Context;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * What the viewers of one run share: its newest events, encoded, and the messages made of them.
 *
 * <p>Invariant: only what is durable comes here, so nobody sees what could be lost.
 */
final class Channel {
    /** Viewers that keep up have the same cursor; a few are a tick or two behind. */
    private static final int KEPT_MESSAGES = 8;

    private final StreamLimits limits;
    private final History history;
    private final Map<Context, Ticker> tickers = new ConcurrentHashMap<>();
    private final Deque<Envelope> tail = new ArrayDeque<>();
    /** Made of the tail, by the number after which they begin; until the next commit. */
    private final Map<Long, Message> messages = new HashMap<>();

    private long bytes;
    private volatile long lastSeq;
    private volatile long version;

    Channel(RunLog log, String run, StreamLimits limits, IntSupplier watchedRuns) {
        this.limits = limits;
        this.history = new History(log, run, limits, watchedRuns);
    }

    History history() {
        return history;
    }

    /** Adds a viewer, which belongs to an event loop. */
    Viewer join(Context loop, Function<Ticker, Viewer> viewer) {
        Ticker ticker = tickers.computeIfAbsent(
                loop, _ -> new Ticker(loop, limits.tick().toNanos()));
        Viewer joined = viewer.apply(ticker);
        ticker.viewers().add(joined);
        return joined;
    }

    /**
     * Removes a viewer.
     *
     * @return whether it was the last one
     */
    boolean leave(Viewer viewer) {
        tickers.values().forEach(ticker -> ticker.viewers().remove(viewer));
        return viewers().findAny().isEmpty();
    }

    Stream<Viewer> viewers() {
        return tickers.values().stream().map(Ticker::viewers).flatMap(Collection::stream);
    }

    /**
     * Grows with each commit. Who takes it before looking for events and finds none has seen everything if it is the same
     * afterwards.
     */
    long version() {
        return version;
    }

    /** The newest event's number, as far as it came here; else 0. */
    long lastSeq() {
        return lastSeq;
    }

    /** On the thread that writes the log. */
    void add(List<Event> events) {
        synchronized (this) {
            messages.clear();
            for (Event event : events) {
                if (event.is(EventType.RUN_RESUMED)) {
                    // What is kept counts no longer; who has not seen it need not.
                    history.supersede();
                    tail.clear();
                    bytes = 0;
                }
                Envelope envelope = Envelope.of(event);
                tail.add(envelope);
                bytes += envelope.json().length();
            }
            while (tail.size() > limits.tailEvents() || (bytes > limits.tailBytes() && tail.size() > 1)) {
                bytes -= tail.remove().json().length();
            }
            lastSeq = tail.getLast().seq();
            version++;
        }
        tickers.values().forEach(Ticker::wake);
    }

    /**
     * The next events after a number, as far as they are kept here.
     *
     * @return empty if there are none yet; null if the log has to be asked
     */
    synchronized Message after(long seq) {
        if (!keeps(seq)) {
            return null;
        }
        int newer = (int) Math.max(0, tail.getLast().seq() - seq);
        if (newer == 0) {
            return Message.EMPTY;
        }
        Message message = messages.get(seq);
        if (message == null) {
            message = Message.split(newest(newer), limits.messageBytes()).getFirst();
            if (messages.size() < KEPT_MESSAGES) {
                messages.put(seq, message);
            }
        }
        return message;
    }

    /** Whether the events after a number are kept here, as far as there are any. */
    synchronized boolean keeps(long after) {
        return !tail.isEmpty() && tail.peek().seq() <= after + 1;
    }

    /** From the end: nearly everybody lacks the newest few of thousands. */
    private List<Envelope> newest(int count) {
        Deque<Envelope> newest = new ArrayDeque<>(count);
        Iterator<Envelope> each = tail.descendingIterator();
        for (int i = 0; i < count; i++) {
            newest.addFirst(each.next());
        }
        return List.copyOf(newest);
    }
}
