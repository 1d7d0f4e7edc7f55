package dev.tenth.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.event.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.RunLogContract;
import dev.tenth.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The store on a file system that is full, and that nobody may wait for: the longest wait is a day. */
@Timeout(120)
class FullDiskTest {
    private static final StoreLimits LIMITS =
            new StoreLimits(1000, 1 << 22, 1 << 20, 1 << 20, 2, 1 << 19, 1 << 16, 3, Duration.ofDays(1));
    private static final String LARGE = "{\"text\":\"" + "x".repeat(100_000) + "\"}";

    @TempDir
    Path directory;

    private Path disk;
    private EmbeddedStore store;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(directory.resolve("disk"));
        assumeThat(done("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk.toString()))
                .as("a small file system can be mounted (as root)")
                .isTrue();
        store = new EmbeddedStore(disk.resolve("home"), LIMITS);
    }

    @AfterEach
    void unmount() throws Exception {
        if (store != null) {
            store.close();
        }
        done("umount", "-l", disk.toString());
    }

    private static boolean done(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }

    private void fill() {
        try (var out = Files.newOutputStream(disk.resolve("filler"))) {
            byte[] chunk = new byte[4096];
            while (true) {
                out.write(chunk);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static RunEntry run(String id, long lastSeq) {
        return RunLogContract.run(id, "RUNNING", lastSeq);
    }

    private static Event large(String id, long seq) {
        return new Event(id, seq, seq, Instant.parse("2026-01-01T00:00:00Z"), "text", LARGE);
    }

    private static void isFull(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.isFull())
                .isTrue());
    }

    /** Appends until one stays open; gives the number of the last that was acknowledged. */
    private long exhaust(RunLog log, String id) {
        for (long seq = 2; ; seq++) {
            CompletionStage<Void> appended = log.append(run(id, seq), List.of(large(id, seq)));
            try {
                log.flush(id);
            } catch (StoreException e) {
                assertThat(e.isFull()).isTrue();
                assertThat(appended.toCompletableFuture()).isNotDone();
                return seq - 1;
            }
        }
    }

    @Test
    void readingAndRemovingWorkAndWritingFailsAtOnce() throws Exception {
        RunLog log = store.log();
        log.create(run("a", 1), RunLogContract.events("a", 1, 1), Optional.empty());
        for (long seq = 2; seq <= 40; seq++) {
            log.append(run("a", seq), List.of(large("a", seq)));
        }
        log.flush("a");
        log.create(run("b", 1), RunLogContract.events("b", 1, 1), Optional.empty());
        fill();
        long acknowledged = exhaust(log, "b");
        assertThat(log.health()).isEqualTo(new dev.tenth.store.StoreHealth(Optional.empty(), true));
        isFull(() -> log.create(run("c", 1), RunLogContract.events("c", 1, 1), Optional.empty()));
        isFull(() -> store.blobs().put(new byte[1 << 20]));
        isFull(() -> store.checkpoints().write("b", 1, 1, channel -> {
            for (int i = 0; i < 100; i++) {
                channel.write(ByteBuffer.allocate(1 << 16));
            }
        }));
        assertThat(log.read("a", 0, 100)).isNotEmpty();
        // An append is let into the queue while there is room, and waits there; a run's removal does not wait for it.
        log.delete("a");
        assertThat(log.find("a")).isEmpty();
        assertThat(log.read("a", 0, 100)).isEmpty();
        Files.delete(disk.resolve("filler"));
        // Who has made room need not wait until that was noticed.
        store.checkpoints().write("b", 1, 1, channel -> channel.write(ByteBuffer.allocate(1 << 10)));
        log.create(run("d", 1), RunLogContract.events("d", 1, 1), Optional.empty());
        log.flush("b");
        assertThat(log.find("b").orElseThrow().lastSeq()).isEqualTo(acknowledged + 1);
        await().atMost(Duration.ofSeconds(30)).until(() -> !log.health().full());
        log.create(run("c", 1), RunLogContract.events("c", 1, 1), Optional.empty());
    }

    @Test
    void closingDoesNotWaitForSpaceAndWhatWasAcknowledgedIsThere() throws Exception {
        RunLog log = store.log();
        log.create(run("b", 1), RunLogContract.events("b", 1, 1), Optional.empty());
        fill();
        long acknowledged = exhaust(log, "b");
        store.close();
        store = new EmbeddedStore(disk.resolve("home"), LIMITS); // a full disk opens
        assertThat(store.log().find("b").orElseThrow().lastSeq()).isEqualTo(acknowledged);
        assertThat(store.log().read("b", acknowledged - 1, 10)).hasSize(1);
        isFull(() -> store.log().create(run("c", 1), RunLogContract.events("c", 1, 1), Optional.empty()));
        store.log().delete("b");
        assertThat(store.log().wasDeleted("b")).isTrue();
    }
}
