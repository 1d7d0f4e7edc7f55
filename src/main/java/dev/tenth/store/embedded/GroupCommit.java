package dev.tenth.store.embedded;

import dev.tenth.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The one thread that writes. It takes whatever waits, commits it together and then tells those who wait: one fsync serves
 * many.
 *
 * <p>Invariant: work is committed in the order in which it was added, all of it or none, and announced after its commit. On a
 * full disk it stays and is tried again.
 */
final class GroupCommit implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroupCommit.class.getName());
    private static final int LARGEST_GROUP = 1_000;
    private static final Duration RETRY = Duration.ofMillis(200);

    private final Connection connection;
    private final StoreLimits limits;
    private final DiskSpace space;
    private final Deque<Work> queue = new ArrayDeque<>();
    private final Thread thread;
    private long queuedEvents;
    private long queuedBytes;
    private boolean closed;

    /** Something to be written. Its methods are called by the writing thread. */
    abstract static class Work {
        private final int events;
        private final long bytes;

        Work(int events, long bytes) {
            this.events = events;
            this.bytes = bytes;
        }

        abstract void write(Connection connection) throws SQLException;

        abstract void committed();

        abstract void failed(StoreException failure);
    }

    GroupCommit(Connection connection, StoreLimits limits, DiskSpace space) {
        this.connection = connection;
        this.limits = limits;
        this.space = space;
        this.thread = Thread.ofPlatform().name("log-writer").start(this::run);
    }

    /** Adds work; waits while too much of it is there. */
    synchronized void add(Work work) {
        while (!closed
                && !queue.isEmpty()
                && (queuedEvents + work.events > limits.queuedEvents()
                        || queuedBytes + work.bytes > limits.queuedBytes())) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreException("log: interrupted while waiting for the disk");
            }
        }
        if (closed) {
            throw new StoreException("log: it is closed");
        }
        queue.add(work);
        queuedEvents += work.events;
        queuedBytes += work.bytes;
        notifyAll();
    }

    private synchronized List<Work> take() throws InterruptedException {
        while (queue.isEmpty() && !closed) {
            wait();
        }
        List<Work> group = new ArrayList<>();
        while (!queue.isEmpty() && group.size() < LARGEST_GROUP) {
            group.add(queue.remove());
        }
        return group;
    }

    private synchronized void taken(List<Work> group) {
        for (Work work : group) {
            queuedEvents -= work.events;
            queuedBytes -= work.bytes;
        }
        notifyAll();
    }

    private void run() {
        try {
            for (List<Work> group = take(); !group.isEmpty(); group = take()) {
                write(group);
                taken(group);
            }
        } catch (InterruptedException e) {
            // closed while the disk was full: what was not acknowledged is not there after the next start
            LOG.log(System.Logger.Level.WARNING, "the log was closed before all was written");
        }
    }

    private void write(List<Work> group) throws InterruptedException {
        while (true) {
            try {
                for (Work work : group) {
                    work.write(connection);
                }
                connection.commit();
                group.forEach(GroupCommit::announce);
                return;
            } catch (SQLException | StoreException e) {
                rollback();
                if (isFull(e)) {
                    space.exhausted();
                    Thread.sleep(RETRY);
                } else if (group.size() > 1) {
                    // One of them cannot be written; the others are not to blame.
                    for (Work work : group) {
                        write(List.of(work));
                    }
                    return;
                } else {
                    StoreException failure = e instanceof StoreException known
                            ? known
                            : new StoreException("log: cannot write: " + e.getMessage(), e, false);
                    group.getFirst().failed(failure);
                    return;
                }
            }
        }
    }

    private static void announce(Work work) {
        try {
            work.committed();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a listener failed", e);
        }
    }

    /**
     * Leaves an empty transaction. A full disk makes SQLite roll back by itself; JDBC's rollback then finds no transaction, and
     * begins none: without a new one each statement would be committed alone, and its repetition would find it there.
     */
    private void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN");
            } catch (SQLException again) {
                LOG.log(System.Logger.Level.WARNING, "cannot begin anew", again);
            }
        }
    }

    private static boolean isFull(Exception failure) {
        return failure instanceof SQLiteException sqlite
                && (sqlite.getResultCode() == SQLiteErrorCode.SQLITE_FULL
                        || sqlite.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_WRITE
                        || sqlite.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE);
    }

    /** Writes what waits, then ends. On a full disk it does not wait for space. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join(Duration.ofSeconds(10));
            thread.interrupt();
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
