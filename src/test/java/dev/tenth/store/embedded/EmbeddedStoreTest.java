package dev.tenth.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.store.Blobs;
import dev.tenth.store.RunLog;
import dev.tenth.store.RunLogContract;
import dev.tenth.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded adapter: the contract of the log, and what files add. */
class EmbeddedStoreTest extends RunLogContract {
    private static final StoreLimits LIMITS =
            new StoreLimits(1000, 1 << 20, 1 << 20, 1 << 20, 2, 1 << 16, 1 << 16, 3, Duration.ofSeconds(30));

    @TempDir
    Path home;

    private EmbeddedStore store;

    @Override
    protected RunLog open() {
        return reopen().log();
    }

    @Override
    protected String dataThatFails(Fault fault) {
        return FaultyConnection.dataThatFails(fault);
    }

    private EmbeddedStore reopen() {
        close();
        store = new EmbeddedStore(home, LIMITS, FaultyConnection::of);
        return store;
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
            store = null;
        }
    }

    @Test
    void twoProcessesCannotShareAHome() {
        reopen();
        assertThatThrownBy(() -> new EmbeddedStore(home, LIMITS))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is in use");
    }

    @Test
    void ofRemovedRunsTheLastAreRemembered() {
        RunLog log = open();
        for (String id : List.of("a", "b", "c", "d")) {
            log.create(run(id, "SUCCEEDED", 1), events(id, 1, 1), Optional.empty());
            log.delete(id);
        }
        assertThat(log.wasDeleted("a")).isFalse();
        assertThat(List.of("b", "c", "d")).allMatch(log::wasDeleted);
    }

    @Test
    void aBlobIsFoundByItsContent() {
        Blobs blobs = reopen().blobs();
        String sha256 = blobs.put(new byte[] {1, 2, 3});
        assertThat(sha256)
                .isEqualTo(blobs.put(new byte[] {1, 2, 3}))
                .isEqualTo("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
        assertThat(reopen().blobs().get(sha256)).contains(new byte[] {1, 2, 3});
        assertThat(store.blobs().get("../../etc/passwd")).isEmpty();
    }
}
