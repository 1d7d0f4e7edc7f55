package dev.tenth.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.event.Event;
import dev.tenth.store.RunLog;
import dev.tenth.store.RunLogContract;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What no run needs any more goes, and nothing else. */
@Timeout(120)
class SweepTest {
    private static final StoreLimits LIMITS =
            new StoreLimits(1000, 1 << 20, 1 << 20, 1 << 20, 2, 1 << 16, 1 << 16, 3, Duration.ofSeconds(30));

    @TempDir
    Path home;

    private EmbeddedStore store;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(home, LIMITS);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void reopen() {
        store.close();
        open();
    }

    private static Event picture(String run, long seq, String sha256) {
        return new Event(run, seq, seq, Instant.EPOCH, "image", "{\"ref\":\"/api/v1/blobs/" + sha256 + ".png\"}");
    }

    private void make(String run) {
        store.log().create(RunLogContract.run(run, "RUNNING", 1), RunLogContract.events(run, 1, 1), Optional.empty());
    }

    private String show(String run, long seq, byte[] content) {
        String sha256 = store.blobs().put(content);
        store.log()
                .append(RunLogContract.run(run, "RUNNING", seq), List.of(picture(run, seq, sha256)))
                .toCompletableFuture()
                .join();
        return sha256;
    }

    @Test
    void theBlobsOfARemovedRunGoUnlessAnotherNamesThem() {
        make("a");
        make("b");
        String shared = show("a", 2, new byte[] {1});
        assertThat(show("b", 2, new byte[] {1})).isEqualTo(shared);
        String own = show("a", 3, new byte[] {2});
        String notYetNamed = store.blobs().put(new byte[] {3});
        store.log().delete("a");
        await().until(() -> store.blobs().get(own).isEmpty());
        assertThat(store.blobs().get(shared)).isPresent();
        assertThat(store.blobs().get(notYetNamed)).isPresent();
        assertThat(store.blobs().swept()).isEqualTo(1);
        store.log().delete("b");
        await().until(() -> store.blobs().get(shared).isEmpty());
        make("c");
        reopen(); // nobody ever named it
        await().until(() -> store.blobs().get(notYetNamed).isEmpty());
    }

    @Test
    void aPictureThatIsShownAgainWhileItIsSweptIsNotLost() {
        byte[] content = {7};
        make("keeper");
        for (int i = 0; i < 200; i++) {
            String old = "old" + i;
            String next = "new" + i;
            make(old);
            make(next);
            show(old, 2, content);
            CompletableFuture<Void> removed =
                    CompletableFuture.runAsync(() -> store.log().delete(old));
            String sha256 = show(next, 2, content);
            removed.join();
            assertThat(store.blobs().get(sha256)).contains(content);
            store.log().delete(next);
        }
    }

    @Test
    void aRemovalThatWasCutShortIsFinishedAtTheNextStart() throws Exception {
        make("a");
        make("b");
        String own = show("a", 2, new byte[] {2});
        store.checkpoints().write("a", 1, 1, channel -> channel.write(ByteBuffer.wrap(new byte[] {1})));
        store.close();
        sql("INSERT INTO removal (run) VALUES ('a')"); // as after a crash right after the removal's commit
        sql("DELETE FROM run WHERE id = 'a'");
        open();
        assertThat(store.log().read("a", 0, 10)).isEmpty();
        await().until(() -> count("SELECT count(*) FROM removal") == 0);
        assertThat(count("SELECT count(*) FROM event WHERE run = 'a'")).isZero();
        assertThat(count("SELECT count(*) FROM blob_use WHERE run = 'a'")).isZero();
        assertThat(store.blobs().get(own)).isEmpty();
        assertThat(store.checkpoints().list("a")).isEmpty();
        assertThat(store.log().read("b", 0, 10)).hasSize(1);
    }

    @Test
    void manyEventsGoInPiecesWhileOthersWrite() {
        RunLog log = store.log();
        make("a");
        make("b");
        for (long from = 2; from < 5000; from += 500) {
            log.append(RunLogContract.run("a", "RUNNING", from + 499), RunLogContract.events("a", from, from + 499));
        }
        log.flush("a");
        log.delete("a");
        LongStream.rangeClosed(2, 50)
                .forEach(seq ->
                        log.append(RunLogContract.run("b", "RUNNING", seq), RunLogContract.events("b", seq, seq)));
        log.flush("b");
        await().until(() -> count("SELECT count(*) FROM event WHERE run = 'a'") == 0);
        await().until(() -> count("SELECT count(*) FROM removal") == 0);
        assertThat(log.read("b", 0, 100)).hasSize(50);
    }

    @Test
    void rareTypesAreFoundByAnIndexAndFrequentOnesInTheOrderOfTheLog() throws SQLException {
        String plan = plan(Questions.select(List.of("command.applied", "run.resumed")));
        assertThat(plan).contains("event_by_type").doesNotContain("TEMP B-TREE");
        assertThat(plan(Questions.select(List.of("metrics", "run.resumed"))))
                .contains("event_by_type")
                .contains("sqlite_autoindex_event_1")
                .doesNotContain("TEMP B-TREE");
    }

    private String plan(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
            StringBuilder plan = new StringBuilder();
            while (rows.next()) {
                plan.append(rows.getString("detail")).append('\n');
            }
            return plan.toString();
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + home.resolve("log.db"));
    }

    private void sql(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.getLong(1);
        }
    }
}
