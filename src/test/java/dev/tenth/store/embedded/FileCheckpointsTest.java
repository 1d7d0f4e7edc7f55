package dev.tenth.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.CheckpointsContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints as files: the contract, and what else lies in a directory. */
class FileCheckpointsTest extends CheckpointsContract {
    private static final StoreLimits LIMITS =
            new StoreLimits(1000, 1 << 20, 1 << 20, 1 << 20, 2, 1 << 16, 1 << 16, 3, Duration.ofSeconds(30));
    /** A file of the system whose first byte cannot be read: an input/output error, as of a disk. */
    private static final Path UNREADABLE = Path.of("/proc/self/mem");

    @TempDir
    Path home;

    private EmbeddedStore store;

    @Override
    protected Checkpoints openCheckpoints() {
        close();
        store = new EmbeddedStore(home, LIMITS);
        return store.checkpoints();
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    private Path file(Checkpoint checkpoint) {
        return home.resolve("checkpoints")
                .resolve(checkpoint.run())
                .resolve("%d-%d-%s.safetensors".formatted(checkpoint.step(), checkpoint.seq(), checkpoint.sha256()));
    }

    @Override
    protected void corrupt(Checkpoint checkpoint) throws IOException {
        byte[] bytes = Files.readAllBytes(file(checkpoint));
        bytes[bytes.length / 2] ^= 1;
        Files.write(file(checkpoint), bytes);
    }

    @Override
    protected void makeUnreadable(Checkpoint checkpoint) throws IOException {
        Files.move(file(checkpoint), home.resolve("kept"));
        Files.createSymbolicLink(file(checkpoint), UNREADABLE);
    }

    @Override
    protected void makeReadable(Checkpoint checkpoint) throws IOException {
        assertThat(Files.isSymbolicLink(file(checkpoint))).isTrue();
        Files.delete(file(checkpoint));
        Files.move(home.resolve("kept"), file(checkpoint));
    }

    @Override
    protected void litter(String run) throws IOException {
        Path root = home.resolve("checkpoints");
        Path directory = Files.createDirectories(root.resolve(run));
        Files.writeString(home.resolve(".DS_Store"), "a file of Finder");
        Files.writeString(root.resolve(".DS_Store"), "a file of Finder");
        Files.writeString(root.resolve("stray"), "a file where runs are");
        Files.writeString(directory.resolve(".DS_Store"), "a file of Finder");
        Files.writeString(directory.resolve("5-notes.txt"), "a person's notes on step 5");
        Files.writeString(directory.resolve("3-12-garbage.safetensors"), "x");
        Files.createDirectories(directory
                .resolve("5-6-%s.safetensors".formatted("0".repeat(64)))
                .resolve("not-empty"));
        Files.createDirectories(directory.resolve(".tmp-directory").resolve("not-empty"));
        Files.createSymbolicLink(Files.createTempDirectory(root, "links").resolve("dangling"), Path.of("nowhere"));
        Files.createDirectories(home.resolve("blobs"));
        Files.writeString(home.resolve("blobs").resolve(".DS_Store"), "a file of Finder");
    }

    @Test
    void aTornCheckpointIsKeptAsAFileForAPersonToLookAt() throws IOException {
        Checkpoints checkpoints = openCheckpoints();
        Checkpoint one = write(checkpoints, 1, 5, "the first");
        Files.write(file(one), "the fi".getBytes());
        try {
            checkpoints.open(one).close();
        } catch (dev.tenth.store.StoreException e) {
            assertThat(e).hasMessageContaining("torn or corrupted");
        }
        Path quarantined = file(one).resolveSibling(file(one).getFileName() + ".corrupt");
        assertThat(quarantined).hasContent("the fi");
        checkpoints.deleteAll("r");
        assertThat(home.resolve("checkpoints").resolve("r")).doesNotExist();
    }

    @Test
    void whatIsNotTheStoresStaysWhenARunIsRemoved() throws IOException {
        Checkpoints checkpoints = openCheckpoints();
        write(checkpoints, 5, 5, "the first");
        litter("r");
        write(checkpoints, 5, 6, "the first again");
        checkpoints.deleteAll("r");
        Path directory = home.resolve("checkpoints").resolve("r");
        assertThat(directory.resolve("5-notes.txt")).exists();
        assertThat(directory.resolve(".DS_Store")).exists();
        assertThat(checkpoints.list("r")).isEmpty();
    }
}
