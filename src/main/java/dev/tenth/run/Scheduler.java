package dev.tenth.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Shares the cores and the memory among the runs: libgomp collapses when more threads compute than there are cores, and the
 * system ends a process that takes more memory than there is.
 *
 * <p>Invariant: the threads of all tickets that are in hold fit the cores, and what their claimants have in memory fits the
 * memory, except that one ticket alone always fits. Whoever comes first is served first, so that a wide run is never starved by
 * narrow ones; who has its memory already does not wait behind one that waits for memory.
 */
final class Scheduler implements AutoCloseable {
    /** Places are told at most so often, however fast the queue moves. */
    private static final long MILLISECONDS_BETWEEN_PLACES = 1_000;

    private final int cores;
    private final long memory;
    /** The bytes that claimants have, from their first ticket in hold until they leave: also while they rest without threads. */
    private final Map<Claimant, Long> occupied = new HashMap<>();

    private final Deque<Ticket> queue = new ArrayDeque<>();
    private final List<Ticket> holders = new ArrayList<>();
    /** Claimants are told from one thread that holds no lock, so they may use their own. */
    private final ScheduledExecutorService messenger = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("scheduler").factory());

    private boolean placesAreDue;
    private boolean closed;

    /** @param memory in bytes */
    Scheduler(int cores, long memory) {
        this.cores = cores;
        this.memory = memory;
    }

    /** Someone who waits for threads. Both calls come from one thread, one after the other. */
    interface Claimant {
        /** The wait is over. A ticket that was released meanwhile may still be announced. */
        void granted(Ticket ticket);

        /** The place in the queue is another now, from 1. */
        void placed(Ticket ticket, int place);
    }

    /** A claim on threads and memory, from its entry into the queue to its release. */
    final class Ticket {
        private final int threads;
        private final long bytes;
        private final Claimant claimant;
        private int toldPlace;

        private Ticket(int threads, long bytes, Claimant claimant) {
            this.threads = threads;
            this.bytes = bytes;
            this.claimant = claimant;
        }

        /** The place in the queue, from 1; 0 if the threads are there. */
        int place() {
            synchronized (Scheduler.this) {
                return holders.contains(this) ? 0 : List.copyOf(queue).indexOf(this) + 1;
            }
        }

        /** Gives the threads back, or leaves the queue; the memory stays the claimant's. Once more does nothing. */
        void release() {
            synchronized (Scheduler.this) {
                if (queue.remove(this) | holders.remove(this)) {
                    admit();
                    placesMoved();
                }
            }
        }
    }

    /**
     * Claims threads and memory. If they are free the ticket has them at once, otherwise its claimant is told when it has.
     *
     * @param bytes of all that the claimant will have in memory
     */
    synchronized Ticket claim(int threads, long bytes, Claimant claimant) {
        Ticket ticket = new Ticket(threads, bytes, claimant);
        queue.add(ticket);
        if (next().filter(ticket::equals).isPresent()) {
            queue.remove(ticket);
            hold(ticket);
        } else {
            ticket.toldPlace = queue.size();
        }
        return ticket;
    }

    /** How many wait. */
    synchronized int waiting() {
        return queue.size();
    }

    /** A claimant's memory is of another size now; nobody is asked to leave for it. */
    synchronized void resize(Claimant claimant, long bytes) {
        if (occupied.replace(claimant, bytes) != null) {
            admit();
        }
    }

    /** A claimant has nothing in memory any more. */
    synchronized void leave(Claimant claimant) {
        if (occupied.remove(claimant) != null) {
            admit();
            placesMoved();
        }
    }

    /**
     * Whose turn it is: the first one's; while that one waits for memory, it is the turn of those who rest with theirs, since they alone
     * can make room.
     */
    private Optional<Ticket> next() {
        if (queue.isEmpty() || fits(queue.peek())) {
            return Optional.ofNullable(queue.peek());
        }
        return fitsMemory(queue.peek())
                ? Optional.empty()
                : queue.stream()
                        .filter(ticket -> occupied.containsKey(ticket.claimant) && fits(ticket))
                        .findFirst();
    }

    private boolean fits(Ticket ticket) {
        int threads = holders.stream().mapToInt(holder -> holder.threads).sum();
        return !closed && (holders.isEmpty() || threads + ticket.threads <= cores) && fitsMemory(ticket);
    }

    private boolean fitsMemory(Ticket ticket) {
        long others = occupied.entrySet().stream()
                .filter(entry -> entry.getKey() != ticket.claimant)
                .mapToLong(Map.Entry::getValue)
                .sum();
        return others == 0 || others + ticket.bytes <= memory;
    }

    private void hold(Ticket ticket) {
        holders.add(ticket);
        occupied.put(ticket.claimant, ticket.bytes);
    }

    private void admit() {
        for (Optional<Ticket> next; (next = next()).isPresent(); ) {
            Ticket ticket = next.get();
            queue.remove(ticket);
            hold(ticket);
            messenger.execute(() -> ticket.claimant.granted(ticket));
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
