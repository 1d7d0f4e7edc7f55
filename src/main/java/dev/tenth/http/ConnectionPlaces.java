package dev.tenth.http;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * The places for clients, of which there are only so many. A place belongs to an open connection. It is given back when its client
 * leaves; and if nobody tells that (the client went away between its request and what it asked for), when {@link #sweep} finds the
 * connection closed. Safe for many threads.
 */
public final class ConnectionPlaces {
    private final int limit;
    private final AtomicInteger taken = new AtomicInteger();
    private final Set<Place> places = ConcurrentHashMap.newKeySet();

    public ConnectionPlaces(int limit) {
        this.limit = limit;
    }

    /** How many are taken. */
    public int taken() {
        return taken.get();
    }

    /**
     * Takes a place.
     *
     * @param isGone whether the connection that takes it is closed
     * @return empty if all are taken by connections that are open
     */
    public Optional<Place> take(BooleanSupplier isGone) {
        if (!count()) {
            sweep();
            if (!count()) {
                return Optional.empty();
            }
        }
        Place place = new Place(isGone);
        places.add(place);
        return Optional.of(place);
    }

    private boolean count() {
        return taken.getAndUpdate(now -> Math.min(now + 1, limit)) < limit;
    }

    /** Takes back the places of connections that are closed. */
    public void sweep() {
        places.stream().filter(place -> place.isGone.getAsBoolean()).forEach(Place::release);
    }

    /** One client's. */
    public final class Place {
        private final AtomicBoolean released = new AtomicBoolean();
        private volatile BooleanSupplier isGone;
        private volatile Runnable onRelease = () -> {};

        private Place(BooleanSupplier isGone) {
            this.isGone = isGone;
        }

        /** The connection has become another one: a WebSocket. */
        public void moveTo(BooleanSupplier isClosed) {
            isGone = isClosed;
        }

        /** Runs an action when the place is given back, now if it was already. */
        public void onRelease(Runnable action) {
            onRelease = action;
            if (released.get()) {
                action.run();
            }
        }

        /** Gives it back; a second time does nothing. */
        public void release() {
            if (released.compareAndSet(false, true)) {
                places.remove(this);
                taken.decrementAndGet();
                onRelease.run();
            }
        }
    }
}
