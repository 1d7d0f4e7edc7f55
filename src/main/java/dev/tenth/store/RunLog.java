package dev.tenth.store;

import dev.tenth.event.Event;
import dev.tenth.event.EventType;
import dev.tenth.event.Timeline;
import java.util.EnumSet;
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
    /** So many events are in memory while a log is folded. */
    int TIMELINE_PAGE = 1_000;

    /**
     * Adds a run with its first events, durably.
     *
     * @param events {@code seq} from 1; {@code run.lastSeq} is the last one's
     * @param idempotencyKey where given and already used: nothing is added
     * @return the id of the run that was made with this key, now or earlier
     * @throws StoreException if there is a run with this id already, or it cannot be written; on a full disk at once
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
     * they are durable and blocks only while too much waits to be written, within the store's bound.
     *
     * <p>Invariant: once an append of a run has failed, every later one fails with the same reason, also those that wait
     * already; {@link #reopen} ends that. So a log has no holes, whatever fails.
     *
     * @return completed once they are durable; exceptionally with a {@link StoreException} if they cannot be written and
     *     never will be. On a full disk it stays open until there is space. What hangs on it runs on the thread that
     *     writes, so it must be quick
     * @throws IllegalArgumentException if a {@code seq} does not follow on, the entry's {@code lastSeq} is another than the
     *     last event's, or an event is larger than the store's limit; nothing is appended
     * @throws StoreException if there is no such run, an earlier append of it failed, too much waits for too long, or the
     *     log takes nothing more; nothing is appended
     */
    CompletionStage<Void> append(RunEntry run, List<Event> events);

    /**
     * Waits until everything that was appended to a run is durable, within the store's bound.
     *
     * @throws StoreException if an append failed; if the disk is full or the bound is reached: what waits is not lost by
     *     that, and can be waited for again
     */
    void flush(String run);

    /**
     * Lets a run be written again after a failed append, from what is durable on: what waited is written, or has failed.
     *
     * @return the entry as of the last durable event
     * @throws StoreException if there is no such run, or that does not become clear within the store's bound
     */
    RunEntry reopen(String run);

    /**
     * Events of a run after {@code seq}, oldest first. Durable ones only.
     *
     * @return at most {@code limit}, and fewer where they are large (so read on from the last one); none only if there are
     *     none
     */
    List<Event> read(String run, long afterSeq, int limit);

    /** As {@link #read(String, long, int)}, but only events of one of the given types. Rare ones are found without the others. */
    List<Event> read(String run, long afterSeq, int limit, List<String> types);

    /**
     * The fold of a run's durable events of some types; what it says of others is as if there were none.
     *
     * @param types that are read, beside the one that says what is superseded
     */
    default Timeline timeline(String run, EventType... types) {
        List<String> read = EnumSet.of(EventType.RUN_RESUMED, types).stream()
                .map(EventType::wire)
                .toList();
        Timeline timeline = new Timeline();
        long seq = 0;
        for (List<Event> page; !(page = read(run, seq, TIMELINE_PAGE, read)).isEmpty(); ) {
            page.forEach(timeline::take);
            seq = page.getLast().seq();
        }
        return timeline;
    }

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

    /**
     * Removes a run with its events, durably. What remains is that it was there. Its checkpoints are not touched; the blobs
     * that its events alone name go soon after. It works on a full disk too, and does not wait for appends that wait for space.
     *
     * @throws StoreException if it cannot be removed within the store's bound
     */
    void delete(String run);

    /** Whether a run was there and was removed; of those that were removed long ago it is forgotten, within the store's limits. */
    boolean wasDeleted(String run);

    /**
     * Calls the listener with each batch of a run's events, in order, once they are durable. It must return quickly. What it
     * throws is logged, and concerns neither the other listeners nor the log.
     */
    void onCommit(Consumer<List<Event>> listener);

    /** Calls the listener with the id of each run that was removed. It must return quickly. */
    void onDelete(Consumer<String> listener);

    /**
     * Calls the listener with {@code false} when the disk is full and with {@code true} when there is space again, in
     * turns; at once with {@code false} if it is full now. While it is full a reserve keeps room for a few last events (a
     * run's word that it pauses); after that, {@link #append} blocks.
     */
    void onSpace(Consumer<Boolean> listener);

    /** Whether the log can be written. It does not wait. */
    StoreHealth health();

    @Override
    void close();
}
