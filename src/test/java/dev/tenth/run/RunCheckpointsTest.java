package dev.tenth.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.store.Checkpoint;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import dev.tenth.torch.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From which checkpoint a run goes on when files are broken, or cannot be read. */
class RunCheckpointsTest {
    private static final StoreLimits LIMITS =
            new StoreLimits(1000, 1 << 20, 1 << 20, 1 << 20, 2, 1 << 16, 1 << 16, 3, Duration.ofSeconds(30));
    private static final Safetensors NOTHING = new Safetensors(Map.of(), Map.of());

    @TempDir
    Path home;

    private EmbeddedStore store;
    private RunCheckpoints checkpoints;
    private final List<String> passedOver = new ArrayList<>();

    @BeforeEach
    void writeThree() {
        store = new EmbeddedStore(home, LIMITS);
        checkpoints = new RunCheckpoints(store.checkpoints(), "r", 10, Set.of(20L));
        for (long step : List.of(10, 20, 30)) {
            checkpoints.write(step, step + 1, NOTHING);
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Path file(long step) {
        Checkpoint checkpoint = checkpoints.find(Optional.of(step)).orElseThrow();
        return home.resolve("checkpoints/r/%d-%d-%s.safetensors".formatted(step, step + 1, checkpoint.sha256()));
    }

    private Optional<Long> newest(long lastSeq) throws IOException {
        return checkpoints
                .newest(lastSeq, (checkpoint, reason) -> passedOver.add(checkpoint.step() + " " + reason))
                .map(found -> found.checkpoint().step());
    }

    private List<Long> steps() {
        return store.checkpoints().list("r").stream().map(Checkpoint::step).toList();
    }

    @Test
    void aReadErrorRemovesNothingAndEndsTheSearch() throws IOException {
        Path newest = file(30);
        Files.move(newest, home.resolve("kept"));
        Files.createSymbolicLink(newest, Path.of("/proc/self/mem")); // reading it is an input/output error
        assertThatThrownBy(() -> newest(100))
                .isInstanceOf(RunCheckpoints.UnreadableException.class)
                .hasMessageContaining("the checkpoint of step 30 cannot be read");
        assertThat(passedOver).isEmpty();
        assertThat(steps()).containsExactly(10L, 20L, 30L);
        Files.delete(newest);
        Files.move(home.resolve("kept"), newest);
        assertThat(newest(100)).contains(30L);
    }

    @Test
    void aCorruptOneIsPassedOverForTheOneBefore() throws IOException {
        Path newest = file(30);
        Files.writeString(newest, "torn");
        assertThat(newest(100)).contains(20L);
        assertThat(passedOver).singleElement().asString().startsWith("30 ").contains("torn or corrupted");
        assertThat(steps()).containsExactly(10L, 20L);
        assertThat(newest.resolveSibling(newest.getFileName() + ".corrupt")).exists();
    }

    @Test
    void oneBeyondTheLogIsPutAsideAndNotDeleted() throws IOException {
        Path orphan = file(30);
        assertThat(newest(25)).contains(20L);
        assertThat(passedOver).singleElement().asString().contains("the log ends at 25");
        assertThat(orphan.resolveSibling(orphan.getFileName() + ".orphan")).exists();
    }

    @Test
    void whoAsksForTheNewestGetsTheNewestWholeOne() throws IOException {
        Files.writeString(file(30), "torn");
        try (RunCheckpoints.Opened opened = checkpoints.open(Optional.empty()).orElseThrow()) {
            assertThat(opened.checkpoint().step()).isEqualTo(20);
        }
    }

    @Test
    void whoAsksForACorruptOneIsToldWhichThereAre() throws IOException {
        Files.writeString(file(30), "torn");
        assertThatThrownBy(() -> checkpoints.open(Optional.of(30L)))
                .isInstanceOf(Runs.RefusedException.class)
                .hasMessageContaining("step 30 is corrupt")
                .hasMessageContaining("[10, 20]");
    }
}
