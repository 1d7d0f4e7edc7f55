package dev.tenth.serve.engine;

import dev.tenth.serve.engine.ModelException.Reason;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Models in memory, within a bound of bytes. Those that nobody uses make room, the longest unused first. A model takes what it
 * loads, not what its checkpoint has: the optimizer's state stays in the file. So its size is known when it is there, and it asks
 * for {@linkplain #grow room} on its way.
 */
public final class LoadedModels {
    private final ServeLimits limits;
    private final Executor pool;
    /** In the order of their last use. */
    private final Map<Key, Loaded<?>> loaded = new LinkedHashMap<>(16, .75f, true);

    private long bytes;
    private int users;

    LoadedModels(ServeLimits limits, Executor pool) {
        this.limits = limits;
        this.pool = pool;
    }

    /** What is loaded: an ability of a state. */
    record Key(String run, long step, String sha256, String ability) {}

    /**
     * A model in memory, or on its way there.
     *
     * @param <M> how it is used
     */
    public static final class Loaded<M extends AutoCloseable> {
        private final Key key;
        private final SerialExecutor lane;
        private final CompletableFuture<M> model = new CompletableFuture<>();
        private long bytes;
        private int users;
        private int resting;
        private boolean forgotten;
        private long lastUse = System.nanoTime();

        Loaded(Key key, SerialExecutor lane) {
            this.key = key;
            this.lane = lane;
        }

        /** Where the model is used, one task at a time. */
        SerialExecutor lane() {
            return lane;
        }

        /** The model, once it is there. */
        public CompletableFuture<M> model() {
            return model;
        }
    }

    /**
     * A model for one request more; it is loaded if it is not there. {@link #release} must follow.
     *
     * @param opener makes the model on its lane, and asks for the room that it takes
     * @throws ModelException if too many use it already
     */
    @SuppressWarnings("unchecked")
    <M extends AutoCloseable> Loaded<M> acquire(Key key, Function<Loaded<M>, M> opener) {
        Loaded<M> found;
        synchronized (this) {
            found = (Loaded<M>) loaded.get(key);
            if (found != null) {
                int waiting = found.users - found.resting;
                if (waiting >= limits.waiting()) {
                    throw new ModelException(
                            Reason.NO_ROOM,
                            "queue: limit of requests for this model (%d) reached (tenth.limits.waiting-requests); try again later"
                                    .formatted(waiting));
                }
                found.users++;
                users++;
                return found;
            }
            found = new Loaded<>(key, new SerialExecutor(pool));
            found.users = 1;
            users++;
            loaded.put(key, found);
        }
        load(found, opener);
        return found;
    }

    private <M extends AutoCloseable> void load(Loaded<M> slot, Function<Loaded<M>, M> opener) {
        slot.lane.execute(() -> {
            try {
                slot.model.complete(opener.apply(slot));
            } catch (RuntimeException | Error e) { // too little memory, for instance
                synchronized (this) {
                    forget(slot); // the next request tries again
                }
                slot.model.completeExceptionally(e);
            }
        });
    }

    /**
     * A model takes more memory; the longest unused ones make room for it. It is to be closed if there is none.
     *
     * @throws ModelException if it does not fit beside those in use
     */
    synchronized void grow(Loaded<?> slot, long more) {
        if (!slot.forgotten) { // else it goes when it is there
            makeRoom(slot, more);
            slot.bytes += more;
            bytes += more;
        }
    }

    /** The whole memory that a model takes; see {@link #grow}. */
    synchronized void resize(Loaded<?> slot, long size) {
        grow(slot, size - slot.bytes);
    }

    private void makeRoom(Loaded<?> growing, long wanted) {
        Iterator<Loaded<?>> oldest = loaded.values().iterator();
        while (bytes + wanted > limits.loadedBytes() && oldest.hasNext()) {
            Loaded<?> slot = oldest.next();
            if (slot.users == 0 && slot != growing) {
                oldest.remove();
                drop(slot);
            }
        }
        if (bytes + wanted > limits.loadedBytes()) {
            throw new ModelException(
                    Reason.NO_ROOM,
                    "models: this model needs %,d bytes or more, but the models in use take %,d of %,d (tenth.limits.loaded-models-bytes)"
                            .formatted(growing.bytes + wanted, bytes - growing.bytes, limits.loadedBytes()));
        }
    }

    /** One request less. */
    synchronized void release(Loaded<?> slot) {
        slot.users--;
        users--;
        slot.lastUse = System.nanoTime();
        if (slot.users == 0 && slot.forgotten) {
            close(slot);
        }
    }

    /** A user of the model takes none of its waiting places for now. */
    synchronized void rest(Loaded<?> slot) {
        slot.resting++;
    }

    /** A user that rested waits for the model again. It is not refused: what was begun goes on. */
    synchronized void resume(Loaded<?> slot) {
        slot.resting--;
    }

    /** Lets go of a run's models; those in use are closed when they no longer are. */
    synchronized void forget(String run) {
        loaded.values().stream()
                .filter(slot -> slot.key.run().equals(run))
                .toList()
                .forEach(this::forget);
    }

    /** Closes what was not used for so long. */
    synchronized void forgetIdle(Duration idle) {
        long now = System.nanoTime();
        loaded.values().stream()
                .filter(slot -> slot.users == 0 && now - slot.lastUse >= idle.toNanos())
                .toList()
                .forEach(this::forget);
    }

    private void forget(Loaded<?> slot) {
        if (loaded.remove(slot.key, slot)) {
            drop(slot);
        }
    }

    /** It is not in the map any more. */
    private void drop(Loaded<?> slot) {
        bytes -= slot.bytes;
        slot.forgotten = true;
        if (slot.users == 0) {
            close(slot);
        }
    }

    /** On its lane: nothing else can use it there. */
    private static void close(Loaded<?> slot) {
        slot.lane.execute(() -> closeNow(slot));
    }

    private static void closeNow(Loaded<?> slot) {
        slot.model.thenAccept(model -> {
            try {
                model.close();
            } catch (Exception e) {
                throw new IllegalStateException("a model could not be closed", e);
            }
        });
    }

    /** Closes everything, when no thread of the pool is left. */
    synchronized void closeAll() {
        loaded.values().forEach(LoadedModels::closeNow);
        loaded.clear();
        bytes = 0;
    }

    synchronized long bytes() {
        return bytes;
    }

    /** Requests that are under way. */
    synchronized int users() {
        return users;
    }

    synchronized int count() {
        return loaded.size();
    }
}
