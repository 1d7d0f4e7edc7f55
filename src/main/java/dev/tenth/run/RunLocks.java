package dev.tenth.run;

import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A lock for each run. It holds together what is decided about a run and what is done about it (a command and the worker that
 * takes it, a removal and the writer that it ends). No run waits for what is done to another one.
 */
final class RunLocks {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Map<String, Lock> locks = new ConcurrentHashMap<>();

    private static final class Lock extends ReentrantLock {
        private int users;
    }

    /**
     * Does something while nobody else does something about the same run.
     *
     * @throws RefusedException for {@link Reason#BUSY}, if others do for too long
     */
    <T> T with(String run, Supplier<T> work) {
        Lock lock = locks.compute(run, (_, known) -> {
            Lock used = known == null ? new Lock() : known;
            used.users++;
            return used;
        });
        try {
            if (!lock.tryLock(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy(run);
            }
            try {
                return work.get();
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy(run);
        } finally {
            locks.computeIfPresent(run, (_, used) -> --used.users == 0 ? null : used);
        }
    }

    private static RefusedException busy(String run) {
        return new RefusedException(
                Reason.BUSY, "", "run: " + run + " is busy with an earlier request; try again in a few seconds");
    }
}
