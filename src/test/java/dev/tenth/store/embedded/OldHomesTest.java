package dev.tenth.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.event.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLogContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A home that an earlier version made opens, and has what was in it. The tables are those that the versions had. */
class OldHomesTest {
    private static final StoreLimits LIMITS =
            new StoreLimits(1000, 1 << 20, 1 << 20, 1 << 20, 2, 1 << 16, 1 << 16, 3, Duration.ofSeconds(30));
    private static final List<String> FIRST = List.of(
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
            "CREATE TABLE used_key (key TEXT PRIMARY KEY, digest TEXT NOT NULL, run TEXT NOT NULL) WITHOUT ROWID");
    private static final String SECOND =
            "CREATE TABLE deleted_run (place INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE)";

    @TempDir
    Path home;

    private String shown;
    private String forgotten;
    private List<Event> events;

    @BeforeEach
    void blobs() throws Exception {
        shown = blob("shown");
        forgotten = blob("forgotten");
        Event picture = new Event(
                "a",
                2,
                10,
                java.time.Instant.parse("2026-01-01T00:00:00Z"),
                "image",
                "{\"id\":\"sample\",\"ref\":\"/api/v1/blobs/" + shown + ".png\",\"width\":1,\"height\":1}");
        events = List.of(RunLogContract.events("a", 1, 1).getFirst(), picture);
    }

    private String blob(String content) throws Exception {
        String sha256 = Sha256.of(content.getBytes());
        Path directory = Files.createDirectories(home.resolve("blobs").resolve(sha256.substring(0, 2)));
        Files.writeString(directory.resolve(sha256.substring(2)), content);
        return sha256;
    }

    private void makeHome(int version) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("log.db"));
                Statement statement = connection.createStatement()) {
            for (String table : FIRST) {
                statement.execute(table);
            }
            if (version == 2) {
                statement.execute(SECOND);
            }
            statement.execute("PRAGMA user_version = " + version);
            RunEntry run = RunLogContract.run("a", "SUCCEEDED", 2);
            statement.execute(
                    "INSERT INTO run VALUES ('a', 'gan-1d', 'quick', '{}', 1, 'a', NULL, NULL, 'SUCCEEDED', '', 2, 100, 2,"
                            + " '{}', 0, '" + run.createdAt() + "', NULL, NULL)");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)")) {
                for (Event event : events) {
                    insert.setString(1, event.run());
                    insert.setLong(2, event.seq());
                    insert.setLong(3, event.step());
                    insert.setString(4, event.at().toString());
                    insert.setString(5, event.type());
                    insert.setString(6, event.data());
                    insert.executeUpdate();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aHomeOfAnEarlierVersionOpens(int version) throws Exception {
        makeHome(version);
        for (int opening = 0; opening < 2; opening++) {
            try (EmbeddedStore store = new EmbeddedStore(home, LIMITS)) {
                assertThat(store.log().find("a")).contains(RunLogContract.run("a", "SUCCEEDED", 2));
                assertThat(store.log().read("a", 0, 10)).isEqualTo(events);
                assertThat(store.log().read("a", 0, 10, List.of("image", "run.resumed")))
                        .isEqualTo(events.subList(1, 2));
                await().until(() -> store.blobs().get(forgotten).isEmpty());
                assertThat(store.blobs().get(shown)).contains("shown".getBytes());
            }
        }
        try (EmbeddedStore store = new EmbeddedStore(home, LIMITS)) {
            store.log().delete("a");
            await().until(() -> store.blobs().get(shown).isEmpty());
            assertThat(store.log().wasDeleted("a")).isTrue();
        }
    }

    @Test
    void aHomeWhoseLogIsAnotherKeepsItsBlobs() throws Exception {
        try (EmbeddedStore store = new EmbeddedStore(home, LIMITS)) {
            store.log()
                    .create(
                            RunLogContract.run("b", "QUEUED", 1),
                            RunLogContract.events("b", 1, 1),
                            java.util.Optional.empty());
        }
        assertThat(home.resolve("blobs").resolve(shown.substring(0, 2)).resolve(shown.substring(2)))
                .exists();
    }
}
