package dev.tenth.store.embedded;

import dev.tenth.event.BlobPath;
import dev.tenth.event.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Runs and events as rows of the tables, and back. */
final class Rows {
    private static final List<String> RUN_COLUMNS = List.of(
            "recipe",
            "preset",
            "parameters",
            "seed",
            "name",
            "parent_run",
            "parent_step",
            "state",
            "reason",
            "step",
            "steps",
            "last_seq",
            "metrics",
            "checkpoints",
            "created_at",
            "started_at",
            "ended_at");
    private static final String INSERT_RUN = "INSERT INTO run (" + String.join(", ", RUN_COLUMNS) + ", id) VALUES ("
            + "?, ".repeat(RUN_COLUMNS.size()) + "?)";
    private static final String UPDATE_RUN =
            "UPDATE run SET " + String.join(" = ?, ", RUN_COLUMNS) + " = ? WHERE id = ? AND last_seq = ?";

    private Rows() {}

    static void insert(Connection connection, RunEntry run) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT_RUN)) {
            set(statement, run);
            statement.executeUpdate();
        }
    }

    /** Writes a run's entry, if its last event is still the one that is expected; false if it is not, or there is no such run. */
    static boolean update(Connection connection, RunEntry run, long lastSeq) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UPDATE_RUN)) {
            int count = set(statement, run);
            statement.setLong(1 + count, lastSeq);
            return statement.executeUpdate() == 1;
        }
    }

    private static int set(PreparedStatement statement, RunEntry run) throws SQLException {
        Object[] values = {
            run.recipe(),
            run.preset(),
            run.parameters(),
            run.seed(),
            run.name(),
            run.parent().map(RunEntry.Fork::run).orElse(null),
            run.parent().map(RunEntry.Fork::step).orElse(null),
            run.state(),
            run.reason(),
            run.step(),
            run.steps(),
            run.lastSeq(),
            run.metrics(),
            run.checkpoints(),
            run.createdAt().toString(),
            run.startedAt().map(Instant::toString).orElse(null),
            run.endedAt().map(Instant::toString).orElse(null),
            run.id()
        };
        for (int i = 0; i < values.length; i++) {
            statement.setObject(1 + i, values[i]);
        }
        return values.length;
    }

    static void insert(Connection connection, List<Event> events) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO event (run, seq, step, at, type, data) VALUES (?, ?, ?, ?, ?, ?)")) {
            for (Event event : events) {
                insert.setString(1, event.run());
                insert.setLong(2, event.seq());
                insert.setLong(3, event.step());
                insert.setString(4, event.at().toString());
                insert.setString(5, event.type());
                insert.setString(6, event.data());
                insert.addBatch();
            }
            insert.executeBatch();
        }
        insertBlobUses(connection, events);
    }

    private static void insertBlobUses(Connection connection, List<Event> events) throws SQLException {
        for (Event event : events) {
            for (String sha256 : BlobPath.sha256s(event.data())) {
                try (PreparedStatement insert =
                        connection.prepareStatement("INSERT OR IGNORE INTO blob_use (run, sha256) VALUES (?, ?)")) {
                    insert.setString(1, event.run());
                    insert.setString(2, sha256);
                    insert.executeUpdate();
                }
            }
        }
    }

    /** Removes a run from the index; its events and the names of its blobs are left to {@link #clear}. */
    static void delete(Connection connection, String run) throws SQLException {
        execute(connection, "INSERT OR IGNORE INTO removal (run) VALUES (?)", run);
        execute(connection, "DELETE FROM used_key WHERE run = ?", run);
        execute(connection, "DELETE FROM run WHERE id = ?", run);
    }

    /**
     * Removes some of what is left of a removed run.
     *
     * @return whether nothing is left
     */
    static boolean clear(Connection connection, String run, int rows) throws SQLException {
        int events = execute(
                connection,
                "DELETE FROM event WHERE rowid IN (SELECT rowid FROM event WHERE run = ? LIMIT " + rows + ")",
                run);
        int uses = execute(
                connection,
                "DELETE FROM blob_use WHERE run = ?1 AND sha256 IN"
                        + " (SELECT sha256 FROM blob_use WHERE run = ?1 LIMIT " + rows + ")",
                run);
        if (events + uses > 0) {
            return false;
        }
        execute(connection, "DELETE FROM removal WHERE run = ?", run);
        return true;
    }

    private static int execute(Connection connection, String sql, String run) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, run);
            return statement.executeUpdate();
        }
    }

    static void insertKey(Connection connection, RunLog.Key key, String run) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO used_key (key, digest, run) VALUES (?, ?, ?)")) {
            insert.setString(1, key.key());
            insert.setString(2, key.digest());
            insert.setString(3, run);
            insert.executeUpdate();
        }
    }

    /** Remembers that a run was removed, and forgets the oldest such beyond a number. */
    static void insertDeleted(Connection connection, String run, int kept) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT OR REPLACE INTO deleted_run (run) VALUES (?)")) {
            insert.setString(1, run);
            insert.executeUpdate();
        }
        try (PreparedStatement forget = connection.prepareStatement(
                "DELETE FROM deleted_run WHERE place <= (SELECT max(place) FROM deleted_run) - ?")) {
            forget.setInt(1, kept);
            forget.executeUpdate();
        }
    }

    static Event event(String run, ResultSet row) throws SQLException {
        return new Event(
                run,
                row.getLong("seq"),
                row.getLong("step"),
                Instant.parse(row.getString("at")),
                row.getString("type"),
                row.getString("data"));
    }

    static RunEntry run(ResultSet row) throws SQLException {
        String parent = row.getString("parent_run");
        return new RunEntry(
                row.getString("id"),
                row.getString("recipe"),
                row.getString("preset"),
                row.getString("parameters"),
                row.getLong("seed"),
                row.getString("name"),
                parent == null ? Optional.empty() : Optional.of(new RunEntry.Fork(parent, row.getLong("parent_step"))),
                row.getString("state"),
                row.getString("reason"),
                row.getLong("step"),
                row.getLong("steps"),
                row.getLong("last_seq"),
                row.getString("metrics"),
                row.getInt("checkpoints"),
                Instant.parse(row.getString("created_at")),
                instant(row, "started_at"),
                instant(row, "ended_at"));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column)).map(Instant::parse);
    }
}
