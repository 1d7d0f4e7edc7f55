package dev.tenth.store.embedded;

import dev.tenth.store.Blobs;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.RunLog;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.function.UnaryOperator;

/**
 * A store in one directory, for one process at a time: {@code log.db} (SQLite), {@code checkpoints/}, {@code blobs/}.
 */
public final class EmbeddedStore implements AutoCloseable {
    private final HomeLock lock;
    private final DiskSpace space;
    private final SqliteRunLog log;
    private final FileCheckpoints checkpoints;
    private final FileBlobs blobs;
    private final Sweep sweep;

    /**
     * Opens a store, or makes one.
     *
     * @throws dev.tenth.store.StoreException if another process uses it, it was written by a newer version, or it cannot be
     *     read
     */
    public EmbeddedStore(Path home, StoreLimits limits) {
        this(home, limits, UnaryOperator.identity());
    }

    /**
     * The same, for tests of what happens when writing fails.
     *
     * @param writing what the connection that writes goes through
     */
    EmbeddedStore(Path home, StoreLimits limits, UnaryOperator<Connection> writing) {
        try {
            DurableFiles.createDirectories(home.toAbsolutePath());
        } catch (IOException e) {
            throw DurableFiles.failed("home: cannot make " + home, e);
        }
        lock = new HomeLock(home);
        try {
            space = new DiskSpace(home, limits);
            checkpoints = new FileCheckpoints(home, space);
            blobs = new FileBlobs(home, space);
            log = new SqliteRunLog(home.resolve("log.db"), limits, space, writing);
            sweep = new Sweep(log, blobs, checkpoints);
            log.onCommit(blobs::named);
            sweep.start();
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    public RunLog log() {
        return log;
    }

    public Checkpoints checkpoints() {
        return checkpoints;
    }

    public Blobs blobs() {
        return blobs;
    }

    @Override
    public void close() {
        sweep.close();
        log.close();
        space.close();
        lock.close();
    }
}
