package dev.tenth.store.embedded;

import dev.tenth.store.StoreException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Removes in the background what no run needs any more: the blobs that only removed runs name, and what else is left of these.
 *
 * <p>Invariant: the log forgets a removed run last, so that a sweep that was cut short is taken up when the store is opened again.
 */
final class Sweep implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Sweep.class.getName());
    private static final int PAGE = 500;
    private static final int LONGEST_END_SECONDS = 5;

    private final SqliteRunLog log;
    private final FileBlobs blobs;
    private final FileCheckpoints checkpoints;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("sweep").factory());

    Sweep(SqliteRunLog log, FileBlobs blobs, FileCheckpoints checkpoints) {
        this.log = log;
        this.blobs = blobs;
        this.checkpoints = checkpoints;
    }

    /** Takes up what was left, and from now on what is removed. */
    void start() {
        log.onDelete(run -> perform("run " + run, () -> clear(run)));
        perform("the runs removed before", () -> log.questions().removals().forEach(this::clear));
        perform("blobs that nothing names", this::sweepAll);
    }

    private void perform(String what, Runnable sweep) {
        thread.execute(() -> {
            try {
                sweep.run();
            } catch (Throwable e) { // the next one is swept all the same, and this one when the store is opened again
                Level level = thread.isShutdown() ? Level.DEBUG : Level.WARNING;
                LOG.log(level, "cannot sweep " + what, e);
            }
        });
    }

    private void clear(String run) {
        String after = "";
        for (List<String> page; !(page = log.questions().blobs(run, after, PAGE)).isEmpty(); ) {
            page.forEach(this::sweep);
            after = page.getLast();
        }
        checkpoints.deleteAll(run);
        log.clear(run);
    }

    private void sweepAll() {
        if (log.questions().isEmpty()) {
            return; // another log than the one whose blobs these are, perhaps
        }
        blobs.forEach(this::sweep);
    }

    private void sweep(String sha256) {
        if (Thread.currentThread().isInterrupted()) {
            throw new StoreException(StoreException.Reason.UNAVAILABLE, "sweep: the store is being closed");
        }
        blobs.sweep(sha256, log.questions()::isNamed);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "the sweep hangs and is left behind");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
