package dev.tenth.stream;

import dev.tenth.event.Event;
import dev.tenth.event.Superseded;
import dev.tenth.http.ConnectionPlaces;
import dev.tenth.http.ConnectionPlaces.Place;
import dev.tenth.http.Problem;
import dev.tenth.store.RunLog;
import dev.tenth.stream.StreamEnd.Reason;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Where viewers of the runs come from: events of the log as a {@code Multi} of messages, for as many as there are places. */
public final class EventHub implements AutoCloseable {
    private static final Duration FAREWELL = Duration.ofSeconds(2);
    private static final Duration SWEEP = Duration.ofSeconds(1);

    private final RunLog log;
    private final StreamLimits limits;
    private final Vertx vertx;
    private final ConnectionPlaces places;
    private final Map<String, Channel> channels = new ConcurrentHashMap<>();
    private final LongAdder conflated = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final long sweeper;
    private volatile boolean closed;

    public EventHub(RunLog log, StreamLimits limits, Vertx vertx) {
        this.log = log;
        this.limits = limits;
        this.vertx = vertx;
        this.places = new ConnectionPlaces(limits.viewers());
        log.onCommit(this::committed);
        log.onDelete(this::deleted);
        this.sweeper = vertx.setPeriodic(SWEEP.toMillis(), _ -> sweep());
    }

    StreamLimits limits() {
        return limits;
    }

    /** How many viewers there are. */
    public int viewers() {
        return places.taken();
    }

    /** How many events were left out for viewers that lagged. */
    public long conflated() {
        return conflated.sum();
    }

    /** How many viewers were refused because of the limit. */
    public long refused() {
        return refused.sum();
    }

    /** How many runs somebody looks at. */
    int watchedRuns() {
        return channels.size();
    }

    /** Checks a request; fails with a {@link Problem.Exception}. */
    Uni<EventQuery> query(EventQuery.Request request) {
        return Uni.createFrom()
                .item(() -> EventQuery.of(log, request))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    /**
     * A place for one more viewer.
     *
     * @param isGone whether the connection that takes it is closed
     * @throws Problem.Exception if there is none
     */
    Place place(BooleanSupplier isGone) {
        if (closed) {
            throw new Problem.Exception(503, "Shutting down", "the service is shutting down; try again later");
        }
        return places.take(isGone).orElseThrow(() -> {
            refused.increment();
            return new Problem.Exception(
                    503, "Too many viewers", "viewer limit (" + limits.viewers() + ") reached; try again later");
        });
    }

    /**
     * The events of a run: a message whenever one is requested and there is something new, and at most one a tick. It completes at
     * the end of the log if the query does not follow it, and fails with a {@link StreamEnd} where the service ends it. It has to
     * be subscribed to on an event loop. The place is given back with its end.
     */
    Multi<Message> events(EventQuery query, Place place) {
        return Multi.createFrom().emitter(emitter -> join(query, place, emitter), BackPressureStrategy.ERROR);
    }

    private void join(EventQuery query, Place place, MultiEmitter<? super Message> emitter) {
        Context loop = VertxContext.getRootContext(vertx.getOrCreateContext());
        AtomicReference<Viewer> joined = new AtomicReference<>();
        channels.compute(query.run(), (run, before) -> {
            Channel channel = before == null ? new Channel(log, run, limits, this::watchedRuns) : before;
            joined.set(channel.join(loop, ticker -> new Viewer(this, channel, ticker, query, emitter)));
            return channel;
        });
        Viewer viewer = joined.get();
        emitter.onTermination(() -> {
            leave(query.run(), viewer);
            place.release();
        });
        place.onRelease(viewer::gone);
        viewer.start();
        if (closed) {
            viewer.leave();
        }
    }

    private void leave(String run, Viewer viewer) {
        channels.computeIfPresent(run, (_, channel) -> channel.leave(viewer) ? null : channel);
        if (closed) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    private Stream<Viewer> everybody() {
        return channels.values().stream().flatMap(Channel::viewers);
    }

    /** On the thread that writes the log. */
    private void committed(List<Event> events) {
        Channel channel = channels.get(events.getFirst().run());
        if (channel != null) {
            channel.add(events);
        }
    }

    private void deleted(String run) {
        Channel channel = channels.get(run);
        if (channel != null) {
            channel.viewers().forEach(viewer -> viewer.end(Reason.DELETED));
        }
    }

    private void sweep() {
        places.sweep();
        everybody().filter(Viewer::isStalled).forEach(viewer -> viewer.end(Reason.TOO_SLOW));
    }

    /** The next message from the log; none at its end. Reads from the disk. */
    List<Message> next(Channel channel, EventQuery query, long after) {
        Optional<Message> next = query.superseded()
                ? Message.split(new Backlog(log, query.run(), Superseded.NOTHING).page(after), limits.messageBytes())
                        .stream()
                        .findFirst()
                : channel.history().after(after);
        if (next.isEmpty() && log.find(query.run()).isEmpty()) {
            throw new StreamEnd(Reason.DELETED, after);
        }
        return next.stream().toList();
    }

    /** What a viewer that lags gets of what is after a number, up to the end or a bound. Reads from the disk. */
    List<Message> latest(Channel channel, EventQuery query, long after) {
        Superseded hidden =
                query.superseded() ? Superseded.NOTHING : channel.history().superseded();
        return Message.split(
                new Backlog(log, query.run(), hidden).latest(after, limits.messageBytes(), conflated::add),
                limits.messageBytes());
    }

    /** Tells every viewer that the service leaves, once it has seen everything; one that takes nothing is not waited for long. */
    @Override
    public synchronized void close() {
        closed = true;
        vertx.cancelTimer(sweeper);
        everybody().forEach(Viewer::leave);
        long end = System.nanoTime() + FAREWELL.toNanos();
        try {
            for (long left = FAREWELL.toNanos(); !channels.isEmpty() && left > 0; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        everybody().forEach(viewer -> viewer.end(Reason.LEAVING));
    }
}
