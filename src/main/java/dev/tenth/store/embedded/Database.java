package dev.tenth.store.embedded;

import dev.tenth.event.EventType;
import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.sqlite.SQLiteConfig;

/** The SQLite file: its tables, one connection that writes and some that read. */
final class Database implements AutoCloseable {
    private static final int BUSY_MILLISECONDS = 10_000;
    /** The type of event that is not in the index by type. */
    static final String FREQUENT = EventType.METRICS.wire();

    /** The condition of the index by type; a query that shall use it must contain it word for word. */
    static final String NOT_FREQUENT = "type <> '" + FREQUENT + "'";

    /** What each version added, from the first on. */
    private static final List<List<String>> TABLES = List.of(
            List.of(
                    """
            CREATE TABLE run (
              id TEXT PRIMARY KEY, recipe TEXT NOT NULL, preset TEXT NOT NULL, parameters TEXT NOT NULL,
              seed INTEGER NOT NULL, name TEXT NOT NULL, parent_run TEXT, parent_step INTEGER,
              state TEXT NOT NULL, reason TEXT NOT NULL, step INTEGER NOT NULL, steps INTEGER NOT NULL,
              last_seq INTEGER NOT NULL, metrics TEXT NOT NULL, checkpoints INTEGER NOT NULL,
              created_at TEXT NOT NULL, started_at TEXT, ended_at TEXT) WITHOUT ROWID
            """,
                    "CREATE INDEX run_by_age ON run (created_at DESC, id DESC)",
                    """
            CREATE TABLE event (
              run TEXT NOT NULL, seq INTEGER NOT NULL, step INTEGER NOT NULL, at TEXT NOT NULL,
              type TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (run, seq))
            """,
                    "CREATE TABLE used_key (key TEXT PRIMARY KEY, digest TEXT NOT NULL, run TEXT NOT NULL) WITHOUT ROWID"),
            List.of("CREATE TABLE deleted_run (place INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE)"),
            List.of(
                    // Of metrics there is no end, and nobody looks for one among others: they cost no second entry.
                    "CREATE INDEX event_by_type ON event (run, type, seq) WHERE " + NOT_FREQUENT,
                    """
            CREATE TABLE blob_use (run TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (run, sha256)) WITHOUT ROWID
            """,
                    "CREATE INDEX blob_use_by_content ON blob_use (sha256)",
                    // Until then only pictures named blobs, and each one.
                    """
            INSERT OR IGNORE INTO blob_use
              SELECT run, substr(data, instr(data, '/blobs/') + 7, 64) FROM event
              WHERE type = 'image' AND type <> 'metrics' AND instr(data, '/blobs/') > 0
            """,
                    "CREATE TABLE removal (run TEXT PRIMARY KEY) WITHOUT ROWID"));

    /** The version of the tables, kept in {@code PRAGMA user_version}. */
    static final int VERSION = TABLES.size();

    private final Path file;
    private final StoreLimits limits;
    private final UnaryOperator<Connection> writing;
    private final BlockingQueue<Connection> readers;
    private final List<Connection> all = new ArrayList<>();
    private Connection writer;

    /** A question to the database. */
    @FunctionalInterface
    interface Query<T> {
        T ask(Connection connection) throws SQLException;
    }

    /**
     * Opens the file, or makes it.
     *
     * @param writing what the connection that writes goes through; a test lets it fail
     */
    Database(Path file, StoreLimits limits, UnaryOperator<Connection> writing) {
        this.file = file;
        this.limits = limits;
        this.writing = writing;
        this.readers = new ArrayBlockingQueue<>(limits.readers());
        try {
            prepare();
            for (int i = 0; i < limits.readers(); i++) {
                this.readers.add(connect());
            }
        } catch (SQLException e) {
            close();
            throw new StoreException(Reason.UNAVAILABLE, "log: cannot open " + file + ": " + e.getMessage(), e);
        } catch (StoreException e) {
            close();
            throw e;
        }
    }

    private Connection connect() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        // FULL: a commit has reached the disk when it returns; NORMAL would lose the last ones with the power.
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_MILLISECONDS);
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        all.add(connection);
        return connection;
    }

    private void prepare() throws SQLException {
        Connection connection = writer();
        try (Statement statement = connection.createStatement()) {
            int version;
            try (ResultSet rows = statement.executeQuery("PRAGMA user_version")) {
                version = rows.getInt(1);
            }
            if (version > VERSION) {
                throw new StoreException(
                        Reason.UNAVAILABLE,
                        "log: " + file + " was written by a newer version (tables " + version + ", known " + VERSION
                                + "). Use that one, or another home (TENTH_HOME)");
            }
            if (version == VERSION) {
                return; // nothing is written: a full disk opens
            }
            for (List<String> added : TABLES.subList(version, VERSION)) {
                for (String table : added) {
                    statement.execute(table);
                }
            }
            statement.execute("PRAGMA user_version = " + VERSION);
            connection.commit();
        }
    }

    /** The connection that writes: for one thread. It commits when told to. */
    Connection writer() throws SQLException {
        if (writer == null) {
            Connection connection = connect();
            connection.setAutoCommit(false);
            writer = writing.apply(connection);
        }
        return writer;
    }

    /** Gives up the connection that writes, of which nobody knows in which state it is; the next one is another. */
    void renewWriter() {
        close(writer);
        all.remove(writer);
        writer = null;
    }

    /**
     * Asks on one of the connections that read; waits for one.
     *
     * @throws StoreException if none is free within the store's bound, or the answer cannot be read
     */
    <T> T read(Query<T> query) {
        Connection connection = reader();
        try {
            return query.ask(connection);
        } catch (SQLException e) {
            throw new StoreException(Reason.UNAVAILABLE, "log: cannot read: " + e.getMessage(), e);
        } finally {
            readers.add(connection);
        }
    }

    private Connection reader() {
        try {
            Connection connection = readers.poll(limits.longestWait().toMillis(), TimeUnit.MILLISECONDS);
            if (connection == null) {
                throw new StoreException(
                        Reason.UNAVAILABLE,
                        "log: all %d connections that read were busy for %s"
                                .formatted(limits.readers(), limits.longestWait()));
            }
            return connection;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(Reason.UNAVAILABLE, "log: interrupted while waiting for a connection", e);
        }
    }

    @Override
    public void close() {
        List.copyOf(all).forEach(Database::close);
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            System.getLogger(Database.class.getName()).log(System.Logger.Level.WARNING, "cannot close the log", e);
        }
    }
}
