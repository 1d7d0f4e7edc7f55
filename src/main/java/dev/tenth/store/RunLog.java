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
     * @param idempotencyKey where given and already used: nothing is added
     * @return the id of the run that was made with this key, now or earlier
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
     * they are durable and blocks only while too much waits to be written.
     *
     * @return completed once they are durable; exceptionally with a {@link StoreException} if they cannot be written and
     *     never will be
     */
    CompletionStage<Void> append(RunEntry run, List<Event> events);

    /** Events of a run after {@code seq}, oldest first, at most {@code limit}. Durable ones only. */
    List<Event> read(String run, long afterSeq, int limit);

    /** The events of a run of one of the given types after {@code seq}, oldest first, at most {@code limit}. */
    List<Event> read(String run, long afterSeq, int limit, List<String> types);

    Optional<RunEntry> find(String run);

    /**
     * Runs, newest first.
     *
     * @param recipe only of this recipe, if given
     * @param states only in one of these, if not empty
     * @param before only those that follow this id in the order of the list, if given
     */
    List<RunEntry> list(Optional<String> recipe, List<String> states, Optional<String> before, int limit);

    /** Removes a run with its events, durably; its checkpoints and blobs are not touched. */
    void delete(String run);

    /** Calls the listener with each batch of a run's events, in order, once they are durable. It must return quickly. */
    void onCommit(Consumer<List<Event>> listener);

    @Override
    void close();
}
