package dev.tenth.store.embedded;

import dev.tenth.store.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The log and the index in one SQLite file. One thread writes ({@link GroupCommit}); readers have connections of their own and
 * see what is committed.
 */
final class SqliteRunLog implements RunLog {
    private final Database database;
    private final StoreLimits limits;
    private final DiskSpace space;
    private final GroupCommit writer;
    private final List<Consumer<List<Event>>> commitListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<String>> deleteListeners = new CopyOnWriteArrayList<>();
    /** The last number that was accepted of each run that was written to since the start. */
    private final Map<String, Long> accepted = new ConcurrentHashMap<>();

    SqliteRunLog(Path file, StoreLimits limits, DiskSpace space) {
        this.limits = limits;
        this.space = space;
        this.database = new Database(file, limits.readers());
        this.writer = new GroupCommit(database.writer(), limits, space);
    }

    // ---- writing

    @Override
    public String create(RunEntry run, List<Event> events, Optional<Key> idempotencyKey) {
        requireConsecutive(run, events, 0);
        CompletableFuture<String> made = new CompletableFuture<>();
        writer.add(new GroupCommit.Work(events.size(), bytes(events)) {
            private String id = run.id();

            @Override
            void write(Connection connection) throws SQLException {
                Optional<Used> used = idempotencyKey.isEmpty()
                        ? Optional.empty()
                        : key(connection, idempotencyKey.get().key());
                id = used.map(Used::run).orElse(run.id());
                if (used.isPresent()) {
                    return;
                }
                if (find(connection, run.id()).isPresent()) {
                    throw new StoreException("run: " + run.id() + " is there already");
                }
                Rows.insert(connection, run);
                Rows.insert(connection, events);
                if (idempotencyKey.isPresent()) {
                    Rows.insertKey(connection, idempotencyKey.get(), run.id());
                }
            }

            @Override
            void committed() {
                if (id.equals(run.id())) {
                    accepted.put(run.id(), run.lastSeq());
                    tell(events);
                }
                made.complete(id);
            }

            @Override
            void failed(StoreException failure) {
                made.completeExceptionally(failure);
            }
        });
        return join(made);
    }

    @Override
    public CompletionStage<Void> append(RunEntry run, List<Event> events) {
        long last = accepted.computeIfAbsent(
                run.id(), id -> find(id).orElseThrow(() -> new StoreException("run: there is no run " + id))
                        .lastSeq());
        requireConsecutive(run, events, last);
        CompletableFuture<Void> durable = new CompletableFuture<>();
        accepted.put(run.id(), run.lastSeq());
        writer.add(new GroupCommit.Work(events.size(), bytes(events)) {
            @Override
            void write(Connection connection) throws SQLException {
                Rows.update(connection, run);
                Rows.insert(connection, events);
            }

            @Override
            void committed() {
                tell(events);
                durable.complete(null);
            }

            @Override
            void failed(StoreException failure) {
                durable.completeExceptionally(failure);
            }
        });
        return durable;
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

    private static long bytes(List<Event> events) {
        return events.stream().mapToLong(event -> event.data().length()).sum();
    }

    private void tell(List<Event> events) {
        if (!events.isEmpty()) {
            commitListeners.forEach(listener -> listener.accept(events));
        }
    }

    @Override
    public void delete(String run) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        writer.add(new GroupCommit.Work(0, 0) {
            @Override
            void write(Connection connection) throws SQLException {
                if (find(connection, run).isPresent()) {
                    Rows.insertDeleted(connection, run, limits.deletedRuns());
                }
                for (String table : List.of("event WHERE run", "used_key WHERE run", "run WHERE id")) {
                    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM " + table + " = ?")) {
                        delete.setString(1, run);
                        delete.executeUpdate();
                    }
                }
            }

            @Override
            void committed() {
                accepted.remove(run);
                deleteListeners.forEach(listener -> listener.accept(run));
                gone.complete(null);
            }

            @Override
            void failed(StoreException failure) {
                gone.completeExceptionally(failure);
            }
        });
        join(gone);
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException failure ? failure : e;
        }
    }

    // ---- reading

    @Override
    public Optional<Used> findKey(String key) {
        return database.read(connection -> key(connection, key));
    }

    private static Optional<Used> key(Connection connection, String key) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT digest, run FROM used_key WHERE key = ?")) {
            query.setString(1, key);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? Optional.of(new Used(rows.getString(1), rows.getString(2))) : Optional.empty();
            }
        }
    }

    @Override
    public List<Event> read(String run, long afterSeq, int limit) {
        return read(run, afterSeq, limit, List.of());
    }

    @Override
    public List<Event> read(String run, long afterSeq, int limit, List<String> types) {
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

    @Override
    public Optional<RunEntry> find(String run) {
        return database.read(connection -> find(connection, run));
    }

    private static Optional<RunEntry> find(Connection connection, String run) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT * FROM run WHERE id = ?")) {
            query.setString(1, run);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? Optional.of(Rows.run(rows)) : Optional.empty();
            }
        }
    }

    @Override
    public boolean wasDeleted(String run) {
        return database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement("SELECT 1 FROM deleted_run WHERE run = ?")) {
                query.setString(1, run);
                try (ResultSet rows = query.executeQuery()) {
                    return rows.next();
                }
            }
        });
    }

    @Override
    public List<RunEntry> list(Optional<String> recipe, List<String> states, Optional<String> before, int limit) {
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
    public void close() {
        writer.close();
        database.close();
    }
}
