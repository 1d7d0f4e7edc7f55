package dev.tenth.store.embedded;

import dev.tenth.event.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import dev.tenth.store.StoreHealth;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The log and the index in one SQLite file. One thread writes ({@link GroupCommit}); readers have connections of their own and
 * see what is committed.
 */
final class SqliteRunLog implements RunLog {
    private static final System.Logger LOG = System.getLogger(SqliteRunLog.class.getName());

    private final Database database;
    private final Questions questions;
    private final StoreLimits limits;
    private final DiskSpace space;
    private final GroupCommit writer;
    private final Listeners<List<Event>> commitListeners = new Listeners<>();
    private final Listeners<String> deleteListeners = new Listeners<>();
    /** The runs that were written to since the start. */
    private final Map<String, Tail> tails = new ConcurrentHashMap<>();

    SqliteRunLog(Path file, StoreLimits limits, DiskSpace space, UnaryOperator<Connection> writing) {
        this.limits = limits;
        this.space = space;
        this.database = new Database(file, limits, writing);
        this.questions = new Questions(database, limits);
        this.writer = new GroupCommit(database, limits, space);
    }

    // ---- making

    @Override
    public String create(RunEntry run, List<Event> events, Optional<Key> idempotencyKey) {
        requireConsecutive(run, events, 0);
        Creation creation = new Creation(run, events, idempotencyKey);
        writer.add(creation);
        await(creation);
        return creation.id;
    }

    private final class Creation extends Work {
        private final RunEntry run;
        private final List<Event> events;
        private final Optional<Key> key;
        private String id;

        Creation(RunEntry run, List<Event> events, Optional<Key> key) {
            super(Kind.IMPATIENT, events);
            this.run = run;
            this.events = events;
            this.key = key;
            this.id = run.id();
        }

        @Override
        void write(Connection connection) throws SQLException {
            Optional<Used> used = key.isEmpty()
                    ? Optional.empty()
                    : Questions.key(connection, key.get().key());
            id = used.map(Used::run).orElse(run.id());
            if (used.isPresent()) {
                return;
            }
            if (Questions.find(connection, run.id()).isPresent()) {
                throw new StoreException(Reason.UNAVAILABLE, "run: " + run.id() + " is there already");
            }
            Rows.insert(connection, run);
            Rows.insert(connection, events);
            if (key.isPresent()) {
                Rows.insertKey(connection, key.get(), run.id());
            }
        }

        @Override
        boolean isWritten(Connection connection) throws SQLException {
            return id.equals(run.id())
                    && Questions.find(connection, run.id()).filter(run::equals).isPresent();
        }

        @Override
        void committed() {
            if (id.equals(run.id())) {
                commitListeners.tell(events);
            }
        }

        @Override
        void committedTooLate() {
            if (id.equals(run.id())) {
                writer.add(new Removal(id)); // whoever asked was told that there is none
            }
        }
    }

    // ---- appending

    @Override
    public CompletionStage<Void> append(RunEntry run, List<Event> events) {
        Tail tail = tail(run.id());
        synchronized (tail.order()) {
            tail.failure().ifPresent(failure -> {
                throw failure;
            });
            requireConsecutive(run, events, tail.accepted());
            Append append = new Append(tail, run, events, commitListeners);
            tail.queueing();
            try {
                writer.add(append);
            } catch (StoreException e) {
                tail.refused();
                throw e;
            }
            tail.accepted(run.lastSeq());
            return append.done;
        }
    }

    private Tail tail(String run) {
        Tail known = tails.get(run);
        if (known != null) {
            return known;
        }
        Tail found = new Tail(run, existing(run).lastSeq(), limits, space);
        Tail other = tails.putIfAbsent(run, found);
        return other == null ? found : other;
    }

    private RunEntry existing(String run) {
        return find(run).orElseThrow(() -> new StoreException(Reason.MISSING, "run: there is no run " + run));
    }

    private void requireConsecutive(RunEntry run, List<Event> events, long last) {
        long expected = last;
        for (Event event : events) {
            expected++;
            if (event.seq() != expected || !event.run().equals(run.id())) {
                throw new IllegalArgumentException("seq: event %d of run %s does not follow on %d of run %s"
                        .formatted(event.seq(), event.run(), expected - 1, run.id()));
            }
            if (event.data().length() > limits.eventBytes()) {
                throw new IllegalArgumentException("data: an event of %d bytes is larger than %d"
                        .formatted(event.data().length(), limits.eventBytes()));
            }
        }
        if (run.lastSeq() != expected) {
            throw new IllegalArgumentException(
                    "lastSeq: the entry says " + run.lastSeq() + ", the last event is " + expected);
        }
    }

    @Override
    public void flush(String run) {
        Tail tail = tails.get(run);
        if (tail != null) {
            tail.await();
            tail.failure().ifPresent(failure -> {
                throw failure;
            });
        }
    }

    @Override
    public RunEntry reopen(String run) {
        Tail tail = tail(run);
        synchronized (tail.order()) {
            tail.await();
            RunEntry durable = existing(run);
            tail.reopen(durable.lastSeq());
            return durable;
        }
    }

    // ---- removing

    @Override
    public void delete(String run) {
        Removal removal = new Removal(run);
        writer.add(removal);
        await(removal);
    }

    private final class Removal extends Work {
        private final String run;

        Removal(String run) {
            super(Kind.REMOVAL, List.of());
            this.run = run;
        }

        @Override
        void write(Connection connection) throws SQLException {
            if (Questions.find(connection, run).isPresent()) {
                Rows.insertDeleted(connection, run, limits.deletedRuns());
            }
            Rows.delete(connection, run);
        }

        @Override
        boolean isWritten(Connection connection) {
            return false; // once more does no harm
        }

        @Override
        void committed() {
            tails.remove(run);
            deleteListeners.tell(run);
        }
    }

    /** Removes in the background, piece by piece, what is left of a removed run. */
    void clear(String run) {
        writer.add(new Clearing(run));
    }

    private final class Clearing extends Work {
        /** So many rows at once hold up nobody else. */
        private static final int ROWS = 500;

        private final String run;
        private boolean isClear;

        Clearing(String run) {
            super(Kind.PATIENT, List.of());
            this.run = run;
        }

        @Override
        void write(Connection connection) throws SQLException {
            isClear = Rows.clear(connection, run, ROWS);
        }

        @Override
        boolean isWritten(Connection connection) {
            return false; // what is removed already is not found again
        }

        @Override
        void committed() {
            if (!isClear) {
                try {
                    clear(run);
                } catch (StoreException e) {
                    LOG.log(System.Logger.Level.DEBUG, "the rest of run {0} goes at the next start", run);
                }
            }
        }
    }

    /** Waits for work within the bound; work that comes too late is taken back, or told so when it is durable. */
    private void await(Work work) {
        try {
            work.done.get(limits.longestWait().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoreException failure
                    ? new StoreException(failure.reason(), failure.getMessage(), failure)
                    : new StoreException(Reason.UNAVAILABLE, "log: cannot write: " + e.getCause(), e);
        } catch (TimeoutException e) {
            giveUp(
                    work,
                    space.isShort()
                            ? WriteQueue.full()
                            : new StoreException(
                                    Reason.UNAVAILABLE, "log: not written within " + limits.longestWait(), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp(work, new StoreException(Reason.UNAVAILABLE, "log: interrupted while waiting for the disk", e));
        }
    }

    private void giveUp(Work work, StoreException why) {
        writer.remove(work);
        if (work.done.completeExceptionally(why)) {
            throw why;
        }
        work.done.join(); // it came at the last moment
    }

    // ---- reading

    Questions questions() {
        return questions;
    }

    @Override
    public Optional<Used> findKey(String key) {
        return questions.findKey(key);
    }

    @Override
    public List<Event> read(String run, long afterSeq, int limit) {
        return questions.read(run, afterSeq, limit, List.of());
    }

    @Override
    public List<Event> read(String run, long afterSeq, int limit, List<String> types) {
        return questions.read(run, afterSeq, limit, types);
    }

    @Override
    public Optional<RunEntry> find(String run) {
        return questions.find(run);
    }

    @Override
    public boolean wasDeleted(String run) {
        return questions.wasDeleted(run);
    }

    @Override
    public List<RunEntry> list(Optional<String> recipe, List<String> states, Optional<String> before, int limit) {
        return questions.list(recipe, states, before, limit);
    }

    // ---- listeners

    @Override
    public void onCommit(Consumer<List<Event>> listener) {
        commitListeners.add(listener);
    }

    @Override
    public void onDelete(Consumer<String> listener) {
        deleteListeners.add(listener);
    }

    @Override
    public void onSpace(Consumer<Boolean> listener) {
        space.onChange(listener);
    }

    @Override
    public StoreHealth health() {
        return new StoreHealth(writer.fault(), space.isFull());
    }

    @Override
    public void close() {
        writer.close();
        database.close();
    }
}
