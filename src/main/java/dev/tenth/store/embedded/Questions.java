package dev.tenth.store.embedded;

import dev.tenth.store.Event;
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

    List<Event> read(String run, long afterSeq, int limit) {
        return read(run, afterSeq, limit, List.of());
    }

    List<Event> read(String run, long afterSeq, int limit, List<String> types) {
        String wanted = types.isEmpty() ? "" : " AND type IN (" + placeholders(types.size()) + ")";
        String sql = "SELECT seq, step, at, type, data FROM event WHERE run = ? AND seq > ?" + wanted
                + " ORDER BY seq LIMIT ?";
        return database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                query.setString(1, run);
                query.setLong(2, afterSeq);
                for (int i = 0; i < types.size(); i++) {
                    query.setString(3 + i, types.get(i));
                }
                query.setInt(3 + types.size(), limit);
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
        });
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
}
