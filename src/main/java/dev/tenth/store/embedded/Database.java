package dev.tenth.store.embedded;

import dev.tenth.store.StoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.sqlite.SQLiteConfig;

/** The SQLite file: its tables, one connection that writes and some that read. */
final class Database implements AutoCloseable {
    private static final int BUSY_MILLISECONDS = 10_000;
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
            List.of("CREATE TABLE deleted_run (place INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE)"));

    /** The version of the tables, kept in {@code PRAGMA user_version}. */
    private static final int VERSION = TABLES.size();

    private final Connection writer;
    private final BlockingQueue<Connection> readers;
    private final List<Connection> all = new ArrayList<>();

    /** A question to the database. */
    @FunctionalInterface
    interface Query<T> {
        T ask(Connection connection) throws SQLException;
    }

    Database(Path file, int readers) {
        this.readers = new ArrayBlockingQueue<>(readers);
        try {
            writer = connect(file);
            prepare(file);
            for (int i = 0; i < readers; i++) {
                this.readers.add(connect(file));
            }
        } catch (SQLException e) {
            close();
            throw new StoreException("log: cannot open " + file + ": " + e.getMessage(), e, false);
        } catch (StoreException e) {
            close();
            throw e;
        }
    }

    private Connection connect(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        // FULL: a commit has reached the disk when it returns; NORMAL would lose the last ones with the power.
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_MILLISECONDS);
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        all.add(connection);
        return connection;
    }

    private void prepare(Path file) throws SQLException {
        try (Statement statement = writer.createStatement()) {
            int version;
            try (ResultSet rows = statement.executeQuery("PRAGMA user_version")) {
                version = rows.getInt(1);
            }
            if (version > VERSION) {
                throw new StoreException("log: " + file + " was written by a newer version (tables " + version
                        + ", known " + VERSION + "). Use that one, or another home (TENTH_HOME)");
            }
            writer.setAutoCommit(false);
            for (List<String> added : TABLES.subList(version, VERSION)) {
                for (String table : added) {
                    statement.execute(table);
                }
            }
            statement.execute("PRAGMA user_version = " + VERSION);
            writer.commit();
        }
    }

    /** The connection that writes: for one thread. It commits when told to. */
    Connection writer() {
        return writer;
    }

    /** Asks on one of the connections that read; waits for one. */
    <T> T read(Query<T> query) {
        Connection connection;
        try {
            connection = readers.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("log: interrupted while waiting for a connection");
        }
        try {
            return query.ask(connection);
        } catch (SQLException e) {
            throw new StoreException("log: cannot read: " + e.getMessage(), e, false);
        } finally {
            readers.add(connection);
        }
    }

    @Override
    public void close() {
        for (Connection connection : all) {
            try {
                connection.close();
            } catch (SQLException e) {
                System.getLogger(Database.class.getName()).log(System.Logger.Level.WARNING, "cannot close the log", e);
            }
        }
    }
}
