package dev.tenth.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Shares the cores among the runs: libgomp collapses when more threads compute than there are cores.
 *
 * <p>Invariant: the threads of all tickets that are in hold fit the cores, except that one ticket alone always fits. Whoever
 * comes first is served first, so that a wide run is never starved by narrow ones.
 */
final class Scheduler implements AutoCloseable {
    /** Places are told at most so often, however fast the queue moves. */
    private static final long MILLISECONDS_BETWEEN_PLACES = 1_000;

    private final int cores;
    private final Deque<Ticket> queue = new ArrayDeque<>();
    private final List<Ticket> holders = new ArrayList<>();
    /** Claimants are told from one thread that holds no lock, so they may use their own. */
    private final ScheduledExecutorService messenger = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("scheduler").factory());

    private boolean placesAreDue;
    private boolean closed;

    Scheduler(int cores) {
        this.cores = cores;
    }

    /** Someone who waits for threads. Both calls come from one thread, one after the other. */
    interface Claimant {
        /** The wait is over. A ticket that was released meanwhile may still be announced. */
        void granted(Ticket ticket);

        /** The place in the queue is another now, from 1. */
        void placed(Ticket ticket, int place);
    }

    /** A claim on threads, from its entry into the queue to its release. */
    final class Ticket {
        private final int threads;
        private final Claimant claimant;
        private int toldPlace;

        private Ticket(int threads, Claimant claimant) {
            this.threads = threads;
            this.claimant = claimant;
        }

        /** The place in the queue, from 1; 0 if the threads are there. */
        int place() {
            synchronized (Scheduler.this) {
                return holders.contains(this) ? 0 : List.copyOf(queue).indexOf(this) + 1;
            }
        }

        /** Gives the threads back, or leaves the queue. Once more does nothing. */
        void release() {
            synchronized (Scheduler.this) {
                if (queue.remove(this) | holders.remove(this)) {
                    admit();
                    placesMoved();
                }
            }
        }
    }

    /** Claims threads. If they are free the ticket has them at once, otherwise its claimant is told when it has. */
    synchronized Ticket claim(int threads, Claimant claimant) {
        Ticket ticket = new Ticket(threads, claimant);
        if (queue.isEmpty() && fits(ticket)) {
            holders.add(ticket);
        } else {
            queue.add(ticket);
            ticket.toldPlace = queue.size();
        }
        return ticket;
    }

    /** How many wait. */
    synchronized int waiting() {
        return queue.size();
    }

    private boolean fits(Ticket ticket) {
        int held = holders.stream().mapToInt(holder -> holder.threads).sum();
        return !closed && (holders.isEmpty() || held + ticket.threads <= cores);
    }

    private void admit() {
        while (!queue.isEmpty() && fits(queue.peek())) {
            Ticket next = queue.remove();
            holders.add(next);
            messenger.execute(() -> next.claimant.granted(next));
        }
    }

    private void placesMoved() {
        if (!placesAreDue && !queue.isEmpty() && !closed) {
            placesAreDue = true;
            messenger.schedule(this::tellPlaces, MILLISECONDS_BETWEEN_PLACES, TimeUnit.MILLISECONDS);
        }
    }

    private void tellPlaces() {
        record Word(Ticket ticket, int place) {}
        List<Word> words = new ArrayList<>();
        synchronized (this) {
            placesAreDue = false;
            int place = 0;
            for (Ticket ticket : queue) {
                place++;
                if (ticket.toldPlace != place) {
                    ticket.toldPlace = place;
                    words.add(new Word(ticket, place));
                }
            }
        }
        words.forEach(word -> word.ticket.claimant.placed(word.ticket, word.place));
    }

    /** Grants nothing more. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        messenger.shutdown();
    }
}
