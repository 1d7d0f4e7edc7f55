package dev.tenth.store.embedded;

import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What waits to be written, in two lanes: removals of runs, and everything else.
 *
 * <p>Invariant: each lane is first in, first out, so the order of a run's appends is kept. A removal may overtake appends of any
 * run: those of other runs do not depend on it, and those of its own run find no run and fail, none of which was acknowledged.
 */
final class WriteQueue {
    private static final int LARGEST_GROUP = 1_000;
    /** How long work that could not be written for want of space rests before the next try. */
    private static final Duration REST = Duration.ofMillis(200);
    /** How long an append waits for room in the queue while the disk is full: nothing moves, so waiting longer is no use. */
    private static final Duration WAIT_WHILE_FULL = Duration.ofSeconds(1);

    private final StoreLimits limits;
    private final DiskSpace space;
    private final Lane removals = new Lane();
    private final Lane others = new Lane();
    private long queuedEvents;
    private long queuedBytes;
    private boolean removalsAreNext = true;
    private boolean closing;
    private Optional<StoreException> ended = Optional.empty();

    private static final class Lane {
        private final Deque<Work> works = new ArrayDeque<>();
        private int largestGroup = LARGEST_GROUP;
        private boolean resting;
        private long restsUntil;

        long restLeft(long now) {
            return resting ? Math.max(0, restsUntil - now) : 0;
        }

        boolean isReady(long now) {
            return !works.isEmpty() && restLeft(now) == 0;
        }
    }

    WriteQueue(StoreLimits limits, DiskSpace space) {
        this.limits = limits;
        this.space = space;
    }

    /**
     * Adds work. An append waits while too much of its kind is there.
     *
     * @throws StoreException if the queue takes nothing more, or the wait was too long
     */
    synchronized void add(Work work) {
        if (work.kind() == Work.Kind.PATIENT && work.events() > 0) {
            awaitRoom(work);
        }
        refuseIfEnded();
        if (work.kind() == Work.Kind.IMPATIENT && space.isShort()) {
            throw full();
        }
        lane(work).works.add(work);
        count(work);
        notifyAll();
    }

    private void awaitRoom(Work work) {
        long start = System.nanoTime();
        while (!closing && ended.isEmpty() && !hasRoom(work)) {
            Duration longest = space.isShort() ? WAIT_WHILE_FULL : limits.longestWait();
            long left = longest.toNanos() - (System.nanoTime() - start);
            if (left <= 0) {
                throw space.isShort()
                        ? full()
                        : new StoreException(
                                Reason.UNAVAILABLE,
                                "log: %d events wait to be written, and none was within %s: the disk is too slow"
                                        .formatted(queuedEvents, longest));
            }
            pause(Math.min(left, WAIT_WHILE_FULL.toNanos()));
        }
    }

    private void pause(long nanoseconds) {
        try {
            // Rounded up: a wait of 0 would have no end.
            wait(TimeUnit.NANOSECONDS.toMillis(nanoseconds) + 1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(Reason.UNAVAILABLE, "log: interrupted while waiting for the disk", e);
        }
    }

    private boolean hasRoom(Work work) {
        return queuedEvents == 0
                || (queuedEvents + work.events() <= limits.queuedEvents()
                        && queuedBytes + work.bytes() <= limits.queuedBytes());
    }

    private void refuseIfEnded() {
        if (ended.isPresent()) {
            StoreException why = ended.get();
            throw new StoreException(why.reason(), why.getMessage(), why);
        }
        if (closing) {
            throw closed();
        }
    }

    static StoreException full() {
        return new StoreException(Reason.FULL, "log: the disk is full; make room, for example by deleting runs");
    }

    static StoreException closed() {
        return new StoreException(Reason.UNAVAILABLE, "log: it is closed");
    }

    private Lane lane(Work work) {
        return work.kind() == Work.Kind.REMOVAL ? removals : others;
    }

    /**
     * The next group to be written. Its room is given back by {@link #written}.
     *
     * @return empty if there is none within the time
     */
    synchronized List<Work> take(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        if (Thread.interrupted()) {
            throw new InterruptedException("the log's writer");
        }
        while (true) {
            long now = System.nanoTime();
            Lane first = removalsAreNext ? removals : others;
            Lane second = removalsAreNext ? others : removals;
            for (Lane lane : List.of(first, second)) {
                if (lane.isReady(now) && !waitsForSpace(lane)) {
                    removalsAreNext = lane == others;
                    return drain(lane);
                }
            }
            long left = end - now;
            if (left <= 0 || isOver()) {
                return List.of();
            }
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, Math.min(left, untilReady(now))));
        }
    }

    private long untilReady(long now) {
        long soonest = Long.MAX_VALUE;
        for (Lane lane : List.of(removals, others)) {
            if (!lane.works.isEmpty()) {
                soonest = Math.min(soonest, waitsForSpace(lane) ? REST.toNanos() : lane.restLeft(now));
            }
        }
        return soonest;
    }

    private boolean waitsForSpace(Lane lane) {
        return lane == others && space.isForRemovalsOnly();
    }

    private static List<Work> drain(Lane lane) {
        List<Work> group = new ArrayList<>();
        while (!lane.works.isEmpty() && group.size() < lane.largestGroup) {
            group.add(lane.works.remove());
        }
        return group;
    }

    /**
     * A group was written, or failed, but for what waits for space. That comes back to the head of its lane, to be tried again
     * after a rest; fewer of it at once may find space.
     */
    synchronized void written(List<Work> group, List<Work> waiting) {
        for (Work work : group) {
            forget(work);
        }
        Lane lane = lane(group.getFirst());
        lane.resting = !waiting.isEmpty();
        lane.restsUntil = System.nanoTime() + REST.toNanos();
        lane.largestGroup = waiting.isEmpty() ? LARGEST_GROUP : Math.max(1, group.size() / 2);
        for (Work work : waiting.reversed()) {
            lane.works.addFirst(work);
            count(work);
        }
        notifyAll();
    }

    private void count(Work work) {
        queuedEvents += work.events();
        queuedBytes += work.bytes();
    }

    private void forget(Work work) {
        queuedEvents -= work.events();
        queuedBytes -= work.bytes();
    }

    /** Takes work back that nobody waits for any more; false if it is being written. */
    synchronized boolean remove(Work work) {
        if (!lane(work).works.remove(work)) {
            return false;
        }
        forget(work);
        notifyAll();
        return true;
    }

    /** Takes nothing more. What is there may still be written, unless it waits for space. */
    synchronized void close() {
        closing = true;
        notifyAll();
    }

    /** Whether it is closed and nothing is left that could be written now. */
    synchronized boolean isOver() {
        return closing
                && List.of(removals, others).stream()
                        .allMatch(lane -> lane.works.isEmpty() || lane.resting || waitsForSpace(lane));
    }

    /** Takes nothing more, ever, and gives back what was left. */
    synchronized List<Work> end(StoreException why) {
        ended = Optional.of(why);
        List<Work> left = new ArrayList<>(removals.works);
        left.addAll(others.works);
        removals.works.clear();
        others.works.clear();
        notifyAll();
        return left;
    }
}
