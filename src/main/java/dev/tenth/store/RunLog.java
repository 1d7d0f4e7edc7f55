package dev.tenth.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The event log and the run index, which are committed together. Safe for many threads; each run has one writer.
 *
 * <p>Invariant: what a completed stage announced is on the disk; after a crash the log of each run is a prefix of what
 * was appended, without holes, and its index entry is the one that was appended with the last event of that prefix.
 */
public interface RunLog extends AutoCloseable {

    /**
     * Adds a run with its first events, durably.
     *
     * @param events {@code seq} from 1; {@code run.lastSeq} is the last one's
     * @param idempotencyKey where given and already used: nothing is added
     * @return the id of the run that was made with this key, now or earlier
     * @throws StoreException if there is a run with this id already, or it cannot be written
     */
    String create(RunEntry run, List<Event> events, Optional<Key> idempotencyKey);

    /**
     * A client's key for one request.
     *
     * @param digest of the request: the same key with another request is a conflict
     */
    record Key(String key, String digest) {}

    /** The digest and the run that belong to a key. */
    Optional<Used> findKey(String key);

    /** A key that was used. */
    record Used(String digest, String run) {}

    /**
     * Appends events, whose {@code seq} follow on from the last one, and the entry that they lead to. It returns before
     * they are durable and blocks only while too much waits to be written: on a full disk, until there is space again.
     *
     * @return completed once they are durable; exceptionally with a {@link StoreException} if they cannot be written and
     *     never will be. What hangs on it runs on the thread that writes, so it must be quick
     * @throws IllegalArgumentException if a {@code seq} does not follow on, the entry's {@code lastSeq} is another than the
     *     last event's, or an event is larger than the store's limit; nothing is appended
     * @throws StoreException if there is no such run, or the log takes nothing more
     */
    CompletionStage<Void> append(RunEntry run, List<Event> events);

    /**
     * Events of a run after {@code seq}, oldest first. Durable ones only.
     *
     * @return at most {@code limit}, and fewer where they are large (so read on from the last one); none only if there are
     *     none
     */
    List<Event> read(String run, long afterSeq, int limit);

    /** As {@link #read(String, long, int)}, but only events of one of the given types. */
    List<Event> read(String run, long afterSeq, int limit, List<String> types);

    Optional<RunEntry> find(String run);

    /**
     * Runs, newest first.
     *
     * @param recipe only of this recipe, if given
     * @param states only in one of these, if not empty
     * @param before only those that follow this id in the order of the list, if given
     * @throws IllegalArgumentException if there is no run {@code before}
     */
    List<RunEntry> list(Optional<String> recipe, List<String> states, Optional<String> before, int limit);

    /** Removes a run with its events, durably; its checkpoints and blobs are not touched. What remains is that it was there. */
    void delete(String run);

    /** Whether a run was there and was removed; of those that were removed long ago it is forgotten, within the store's limits. */
    boolean wasDeleted(String run);

    /** Calls the listener with each batch of a run's events, in order, once they are durable. It must return quickly. */
    void onCommit(Consumer<List<Event>> listener);

    /** Calls the listener with the id of each run that was removed. It must return quickly. */
    void onDelete(Consumer<String> listener);

    /**
     * Calls the listener with {@code false} when the disk is full and with {@code true} when there is space again, in
     * turns; at once with {@code false} if it is full now. While it is full a reserve keeps room for a few last events (a
     * run's word that it pauses); after that, {@link #append} blocks.
     */
    void onSpace(Consumer<Boolean> listener);

    @Override
    void close();
}
