package dev.tenth.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.event.RunState;
import dev.tenth.store.StoreException;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs on a small file system that fills up, reserve and all. */
@Timeout(180)
class FullDiskTest {
    private static final Map<String, Object> ENDLESS = Map.of("steps", 1_000_000, "checkpointEvery", 50);

    @TempDir
    Path disk;

    @BeforeEach
    void mount() throws Exception {
        assumeThat(done("mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", disk.toString()))
                .as("a small file system can be mounted (as root)")
                .isTrue();
    }

    @AfterEach
    void unmount() throws Exception {
        done("umount", "-l", disk.toString());
    }

    private static boolean done(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }

    /** Takes all that is left. */
    private void fill() {
        try (var out =
                Files.newOutputStream(disk.resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            byte[] chunk = new byte[1 << 12];
            while (true) {
                out.write(chunk);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static void assertFull(ThrowingCallable work) {
        assertThatThrownBy(work).isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.isFull())
                .as(e.getMessage())
                .isTrue());
    }

    @Test
    void oneReadsStopsDeletesAndLeavesOnAFullDiskAndWritingIsRefused() throws Exception {
        AtomicReference<String> left = new AtomicReference<>();
        try (RunRoom room = new RunRoom(disk.resolve("home"), new Counting())) {
            String stopped = room.submit(ENDLESS);
            String waiting = room.submit(ENDLESS);
            left.set(waiting);
            String removed = room.submit(Map.of());
            room.awaitState(stopped, RunState.RUNNING);
            fill();
            room.awaitState(stopped, RunState.PAUSED);
            room.awaitState(waiting, RunState.PAUSED);
            assertThat(room.reason(waiting)).startsWith("the disk is full");
            for (int reserve = 0; reserve < 3; reserve++) {
                fill();
            }
            Runs runs = room.runs;
            Command fork = new Command.Fork(Optional.empty(), Map.of(), Optional.empty());
            assertFull(() -> room.submit(Map.of()));
            assertFull(() -> runs.command(waiting, fork));
            assertFull(() -> runs.command(waiting, new Command.Set(Map.of("rate", 2.0))));
            assertFull(() -> runs.pin(stopped, 0, true));
            assertFull(() -> room.runs.take(
                    new Safetensors(Map.of("sum", HostTensor.of(new double[] {1})), Map.of()),
                    Optional.of("counting"),
                    Optional.empty(),
                    Optional.empty()));
            runs.command(stopped, new Command.Stop());
            room.awaitState(stopped, RunState.CANCELLED);
            runs.delete(removed);
            assertThat(room.state(removed)).isEqualTo("gone");
            CompletableFuture.runAsync(room.runs::close).get(30, TimeUnit.SECONDS);
        }
        String waiting = left.get();
        Files.delete(disk.resolve("filler"));
        try (RunRoom room = new RunRoom(disk.resolve("home"), new Counting())) {
            assertThat(room.state(waiting)).isIn("PAUSED", "INTERRUPTED");
            await().atMost(RunRoom.PATIENCE).ignoreExceptions().until(() -> !room.submit(Map.of("steps", 1))
                    .isEmpty());
            room.runs.command(waiting, new Command.Resume());
            room.awaitState(waiting, RunState.RUNNING);
            room.runs.command(waiting, new Command.Stop());
            room.awaitState(waiting, RunState.CANCELLED);
        }
    }
}
