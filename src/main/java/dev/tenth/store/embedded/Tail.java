package dev.tenth.store.embedded;

import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The end of one run's log as its writer sees it.
 *
 * <p>Invariant: after the first failure nothing is accepted, and what waits fails too, until it is reopened: numbers that were
 * given away are durable, or nothing after them is.
 */
final class Tail {
    /** How long a flush waits on a full disk: time enough for what finds room in the ballast. */
    private static final Duration WAIT_WHILE_FULL = Duration.ofSeconds(1);

    private final String run;
    private final StoreLimits limits;
    private final DiskSpace space;
    /** Held by whoever appends, also while it waits for room in the queue; never taken by the thread that writes. */
    private final Object order = new Object();

    private long accepted;
    private int pending;
    private Optional<StoreException> failure = Optional.empty();

    /** @param durable the run's last number */
    Tail(String run, long durable, StoreLimits limits, DiskSpace space) {
        this.run = run;
        this.accepted = durable;
        this.limits = limits;
        this.space = space;
    }

    /** Held around an append as a whole, so that appends reach the queue in the order of their numbers. */
    Object order() {
        return order;
    }

    synchronized long accepted() {
        return accepted;
    }

    /** The first failure, as each later append meets it. */
    synchronized Optional<StoreException> failure() {
        return failure.map(first -> new StoreException(
                first.reason(), "log: run " + run + " takes nothing more: " + first.getMessage(), first));
    }

    /** Work is about to be queued. */
    synchronized void queueing() {
        pending++;
    }

    /** The queue did not take it. */
    synchronized void refused() {
        pending--;
        notifyAll();
    }

    synchronized void accepted(long last) {
        accepted = last;
    }

    synchronized void written() {
        pending--;
        notifyAll();
    }

    synchronized void failed(StoreException cause) {
        pending--;
        if (failure.isEmpty()) {
            failure = Optional.of(cause);
        }
        notifyAll();
    }

    /** Waits until nothing is under way; after a failure the rest fails soon. */
    synchronized void await() {
        long start = System.nanoTime();
        while (pending > 0) {
            Duration longest = space.isShort() ? WAIT_WHILE_FULL : limits.longestWait();
            long left = longest.toNanos() - (System.nanoTime() - start);
            if (left <= 0) {
                throw space.isShort()
                        ? WriteQueue.full()
                        : new StoreException(
                                Reason.UNAVAILABLE, "log: run " + run + " was not written within " + longest);
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, WAIT_WHILE_FULL.toNanos()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreException(Reason.UNAVAILABLE, "log: interrupted while waiting for the disk", e);
            }
        }
    }

    /** Goes on from what is durable. */
    synchronized void reopen(long durable) {
        accepted = durable;
        failure = Optional.empty();
    }
}
