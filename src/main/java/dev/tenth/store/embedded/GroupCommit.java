package dev.tenth.store.embedded;

import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The one thread that writes. It takes whatever waits, commits it together and then tells those who wait: one fsync serves
 * many.
 *
 * <p>Invariants: work is committed all of it or none, in the order of its lane, and announced after its commit. Each work is
 * completed or failed, whatever is thrown by whom. After the thread has ended nothing is accepted any more.
 */
final class GroupCommit implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroupCommit.class.getName());
    /** How often a log that could not be written is tried again when nobody writes. */
    private static final Duration PROBE = Duration.ofSeconds(1);

    private static final Duration IDLE = Duration.ofMinutes(1);
    /** A commit that takes longer is told as a fault: a disk that hangs gives no error. */
    private static final Duration LONGEST_COMMIT = Duration.ofSeconds(30);
    /** How long the rest of the queue is written at the end, and how long the thread then has to leave. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final Database database;
    private final DiskSpace space;
    private final WriteQueue queue;
    private final Thread thread;
    private List<Work> current = List.of();
    private volatile Optional<String> fault = Optional.empty();
    private volatile boolean busy;
    private volatile long busySince;

    GroupCommit(Database database, StoreLimits limits, DiskSpace space) {
        this.database = database;
        this.space = space;
        this.queue = new WriteQueue(limits, space);
        this.thread = Thread.ofPlatform().daemon().name("log-writer").start(this::run);
    }

    /**
     * Adds work; an append waits while too much of it is there.
     *
     * @throws StoreException if it is not accepted
     */
    void add(Work work) {
        queue.add(work);
    }

    /** Takes work back, if it is not being written yet. */
    void remove(Work work) {
        queue.remove(work);
    }

    /** Why nothing can be written, if so. */
    Optional<String> fault() {
        if (fault.isEmpty() && busy && System.nanoTime() - busySince > LONGEST_COMMIT.toNanos()) {
            return Optional.of("log: a commit has taken more than " + LONGEST_COMMIT + "; does the disk hang?");
        }
        return fault;
    }

    private void run() {
        StoreException why = WriteQueue.closed();
        try {
            while (!queue.isOver()) {
                current = queue.take(fault.isPresent() ? PROBE : IDLE);
                busySince = System.nanoTime();
                busy = true;
                if (!current.isEmpty()) {
                    queue.written(current, write(current));
                } else if (fault.isPresent()) {
                    probe();
                }
                current = List.of();
                busy = false;
            }
        } catch (Throwable e) {
            // Neither work nor a listener throws up to here: it is the thread's own end, or it was hanging when it was
            // closed.
            why = new StoreException(
                    Reason.UNAVAILABLE, "log: its writer has ended: " + e + "; restart the service", e);
            fault = Optional.of(why.getMessage());
            LOG.log(System.Logger.Level.ERROR, why.getMessage(), e);
        } finally {
            end(why);
        }
    }

    private void end(StoreException why) {
        List<Work> left = new ArrayList<>(current);
        left.addAll(queue.end(why));
        left.stream().filter(work -> !work.done.isDone()).forEach(work -> fail(work, why));
    }

    /**
     * Writes a group, or each of it alone where one cannot be written.
     *
     * @return what waits for space, in its order; all the others are completed or failed
     */
    private List<Work> write(List<Work> group) {
        boolean committing = false;
        try {
            Connection connection = database.writer();
            for (Work work : group) {
                if (!work.isUncertain() || !work.isWritten(connection)) {
                    work.write(connection);
                }
            }
            committing = true;
            connection.commit();
            fault = Optional.empty();
        } catch (Throwable failure) { // an Error, too, ends this group and not the thread
            return recover(group, failure, committing);
        }
        group.forEach(GroupCommit::announce);
        return List.of();
    }

    /** Nothing of the group was written, or, if a commit failed, nobody knows. */
    private List<Work> recover(List<Work> group, Throwable failure, boolean committing) {
        rollBack();
        // After a failed commit each is tried once more alone, and what had happened all the same is found.
        boolean again = group.size() > 1 || (committing && !group.getFirst().isUncertain());
        if (committing) {
            group.forEach(Work::becomesUncertain);
        }
        if (isFull(failure)) {
            space.exhausted();
            boolean another = group.getFirst().kind() == Work.Kind.REMOVAL && space.giveUpReserve();
            return another ? write(group) : waitForSpace(group);
        }
        if (again) {
            for (int i = 0; i < group.size(); i++) {
                if (!write(group.subList(i, i + 1)).isEmpty()) {
                    return waitForSpace(group.subList(i, group.size())); // nothing overtakes within a lane
                }
            }
            return List.of();
        }
        noteFault(failure);
        fail(group.getFirst(), known(failure));
        return List.of();
    }

    private static List<Work> waitForSpace(List<Work> group) {
        group.stream()
                .filter(work -> work.kind() == Work.Kind.IMPATIENT)
                .forEach(work -> fail(work, WriteQueue.full()));
        return group.stream().filter(work -> !work.done.isDone()).toList();
    }

    private static StoreException known(Throwable failure) {
        return failure instanceof StoreException known
                ? known
                : new StoreException(Reason.UNAVAILABLE, "log: cannot write: " + failure, failure);
    }

    /** What lies in the work (a run that is not there, a row that is there already) says nothing of the log. */
    private void noteFault(Throwable failure) {
        boolean ofTheWork = failure instanceof StoreException || isConstraint(failure);
        if (!ofTheWork) {
            LOG.log(System.Logger.Level.ERROR, "the log cannot be written", failure);
            fault = Optional.of("log: cannot be written: " + failure);
        }
    }

    /** Whether the log can be written again: a commit that changes nothing. */
    private void probe() {
        try (Statement statement = database.writer().createStatement()) {
            statement.execute("PRAGMA user_version = " + Database.VERSION);
            database.writer().commit();
            fault = Optional.empty();
        } catch (Throwable e) {
            rollBack();
            if (isFull(e)) {
                space.exhausted();
            }
        }
    }

    private static void announce(Work work) {
        try {
            work.committed();
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.ERROR, "what was committed could not be told", e);
        } finally {
            if (!work.done.complete(null)) {
                work.committedTooLate();
            }
        }
    }

    private static void fail(Work work, StoreException failure) {
        try {
            work.failed(failure);
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.ERROR, "a failure could not be told", e);
        } finally {
            work.done.completeExceptionally(failure);
        }
    }

    /**
     * Leaves an empty transaction. A full disk makes SQLite roll back by itself; JDBC's rollback then finds no transaction, and
     * begins none: without a new one each statement would be committed alone, and its repetition would find it there.
     */
    private void rollBack() {
        try { // whatever is thrown: what comes next is written all the same
            database.writer().rollback();
        } catch (Throwable e) {
            try (Statement statement = database.writer().createStatement()) {
                statement.execute("BEGIN");
            } catch (Throwable again) {
                LOG.log(System.Logger.Level.WARNING, "cannot begin anew: the log is opened again", again);
                database.renewWriter();
            }
        }
    }

    private boolean isFull(Throwable failure) {
        if (!(failure instanceof SQLiteException sqlite)) {
            return false;
        }
        SQLiteErrorCode code = sqlite.getResultCode();
        // A quota that is used up comes as a failed write, and so does a broken disk: the disk itself knows.
        return code == SQLiteErrorCode.SQLITE_FULL
                || ((code == SQLiteErrorCode.SQLITE_IOERR_WRITE || code == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE)
                        && space.takesNothing());
    }

    private static boolean isConstraint(Throwable failure) {
        return failure instanceof SQLiteException sqlite
                && (sqlite.getResultCode().code & 0xff) == SQLiteErrorCode.SQLITE_CONSTRAINT.code;
    }

    /** Writes what waits, then ends. What waits for space on a full disk fails: it was never acknowledged. */
    @Override
    public void close() {
        queue.close();
        try {
            if (!thread.join(FAREWELL)) {
                thread.interrupt();
                if (!thread.join(FAREWELL)) {
                    LOG.log(System.Logger.Level.ERROR, "the log's writer hangs in the disk and is left behind");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
