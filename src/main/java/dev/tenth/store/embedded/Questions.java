package dev.tenth.store.embedded;

import dev.tenth.event.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog.Used;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The questions that the log and the index answer. */
final class Questions {
    private final Database database;
    private final StoreLimits limits;

    Questions(Database database, StoreLimits limits) {
        this.database = database;
        this.limits = limits;
    }

    Optional<Used> findKey(String key) {
        return database.read(connection -> key(connection, key));
    }

    static Optional<Used> key(Connection connection, String key) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT digest, run FROM used_key WHERE key = ?")) {
            query.setString(1, key);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? Optional.of(new Used(rows.getString(1), rows.getString(2))) : Optional.empty();
            }
        }
    }

    /** Events of a run of some types, or, if none are given, of all. */
    List<Event> read(String run, long afterSeq, int limit, List<String> types) {
        return database.read(connection -> {
            if (!exists(connection, run)) {
                return List.of(); // what is left of a removed run is nobody's
            }
            try (PreparedStatement query = connection.prepareStatement(select(types))) {
                int parameter = 1;
                for (String type : types.isEmpty() ? List.of("") : types) {
                    query.setString(parameter++, run);
                    query.setLong(parameter++, afterSeq);
                    if (!types.isEmpty()) {
                        query.setString(parameter++, type);
                    }
                }
                query.setInt(parameter, limit);
                return events(run, query);
            }
        });
    }

    /** One ordered query for each type, merged: each takes its own way, and reads no more than is asked for. */
    static String select(List<String> types) {
        String all = "SELECT seq, step, at, type, data FROM event WHERE run = ? AND seq > ?";
        String merged = types.isEmpty()
                ? all
                : types.stream()
                        .map(type -> all + " AND type = ?"
                                + (type.equals(Database.FREQUENT) ? "" : " AND " + Database.NOT_FREQUENT))
                        .collect(Collectors.joining(" UNION ALL "));
        return merged + " ORDER BY seq LIMIT ?";
    }

    private List<Event> events(String run, PreparedStatement query) throws SQLException {
        List<Event> events = new ArrayList<>();
        long bytes = 0;
        try (ResultSet rows = query.executeQuery()) {
            while ((events.isEmpty() || bytes < limits.readBytes()) && rows.next()) {
                Event event = Rows.event(run, rows);
                bytes += event.data().getBytes(StandardCharsets.UTF_8).length;
                events.add(event);
            }
        }
        return events;
    }

    private static boolean exists(Connection connection, String run) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT 1 FROM run WHERE id = ?")) {
            query.setString(1, run);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next();
            }
        }
    }

    Optional<RunEntry> find(String run) {
        return database.read(connection -> find(connection, run));
    }

    static Optional<RunEntry> find(Connection connection, String run) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT * FROM run WHERE id = ?")) {
            query.setString(1, run);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? Optional.of(Rows.run(rows)) : Optional.empty();
            }
        }
    }

    boolean wasDeleted(String run) {
        return database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement("SELECT 1 FROM deleted_run WHERE run = ?")) {
                query.setString(1, run);
                try (ResultSet rows = query.executeQuery()) {
                    return rows.next();
                }
            }
        });
    }

    List<RunEntry> list(Optional<String> recipe, List<String> states, Optional<String> before, int limit) {
        before.ifPresent(
                id -> find(id).orElseThrow(() -> new IllegalArgumentException("before: there is no run " + id)));
        List<Object> arguments = new ArrayList<>();
        StringBuilder sql = new StringBuilder("SELECT * FROM run WHERE 1 = 1");
        recipe.ifPresent(wanted -> {
            sql.append(" AND recipe = ?");
            arguments.add(wanted);
        });
        if (!states.isEmpty()) {
            sql.append(" AND state IN (").append(placeholders(states.size())).append(")");
            arguments.addAll(states);
        }
        before.ifPresent(id -> {
            sql.append(" AND (created_at, id) < (SELECT created_at, id FROM run WHERE id = ?)");
            arguments.add(id);
        });
        sql.append(" ORDER BY created_at DESC, id DESC LIMIT ?");
        arguments.add(limit);
        return database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement(sql.toString())) {
                for (int i = 0; i < arguments.size(); i++) {
                    query.setObject(1 + i, arguments.get(i));
                }
                List<RunEntry> runs = new ArrayList<>();
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        runs.add(Rows.run(rows));
                    }
                }
                return runs;
            }
        });
    }

    private static String placeholders(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }

    // ---- blobs and what is left of removed runs

    /** Whether an event of a run that is there names a blob. */
    boolean isNamed(String sha256) {
        return !column(
                        "SELECT 1 FROM blob_use JOIN run ON run.id = blob_use.run WHERE sha256 = ? LIMIT 1",
                        List.of(sha256))
                .isEmpty();
    }

    /** The blobs that the events of a run name or named, in their order after one. */
    List<String> blobs(String run, String after, int limit) {
        return column(
                "SELECT sha256 FROM blob_use WHERE run = ? AND sha256 > ? ORDER BY sha256 LIMIT ?",
                List.of(run, after, limit));
    }

    /** The removed runs of which something is left. */
    List<String> removals() {
        return column("SELECT run FROM removal", List.of());
    }

    /** Whether the log knows of any run, there or removed. */
    boolean isEmpty() {
        return column("SELECT 1 WHERE EXISTS (SELECT 1 FROM run) OR EXISTS (SELECT 1 FROM deleted_run)", List.of())
                .isEmpty();
    }

    private List<String> column(String sql, List<Object> arguments) {
        return database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                for (int i = 0; i < arguments.size(); i++) {
                    query.setObject(1 + i, arguments.get(i));
                }
                List<String> values = new ArrayList<>();
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        values.add(rows.getString(1));
                    }
                }
                return values;
            }
        });
    }
}
