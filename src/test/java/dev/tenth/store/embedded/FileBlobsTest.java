package dev.tenth.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sweep and a writer that meet at one blob. */
@Timeout(60)
class FileBlobsTest {
    private static final byte[] CONTENT = {1, 2, 3};

    @TempDir
    Path home;

    @Test
    void whatIsPutAgainWhileItIsSweptIsThere() throws Exception {
        String sha256;
        try (EmbeddedStore store = new EmbeddedStore(home, StoreLimits.DEFAULT)) {
            sha256 = store.blobs().put(CONTENT); // of which the next process knows no mark
        }
        try (EmbeddedStore store = new EmbeddedStore(home, StoreLimits.DEFAULT)) {
            FileBlobs blobs = (FileBlobs) store.blobs();
            AtomicReference<Thread> writer = new AtomicReference<>();
            blobs.sweep(sha256, _ -> {
                Thread thread = Thread.ofPlatform().start(() -> blobs.put(CONTENT));
                writer.set(thread);
                // It finds the blob, or waits for the sweep.
                await().until(() -> EnumSet.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TERMINATED)
                        .contains(thread.getState()));
                return false;
            });
            writer.get().join();
            assertThat(blobs.get(sha256))
                    .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(CONTENT));
        }
    }

    @Test
    void whatIsPutAndNotNamedYetIsNotSwept() {
        try (EmbeddedStore store = new EmbeddedStore(home, StoreLimits.DEFAULT)) {
            FileBlobs blobs = (FileBlobs) store.blobs();
            String sha256 = blobs.put(CONTENT);
            blobs.sweep(sha256, _ -> false);
            assertThat(blobs.get(sha256)).isPresent();
        }
    }
}
