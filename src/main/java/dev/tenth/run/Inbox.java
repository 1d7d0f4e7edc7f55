package dev.tenth.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The orders that a worker has not yet carried out. One counts until it was carried out, so that whoever asks next is judged
 * by what the run is about to be.
 *
 * <p>Invariant: a command that was taken in is carried out, unless the run fails or is removed first.
 */
final class Inbox {
    private final Deque<Order> orders = new ArrayDeque<>();
    /** Those that are being carried out; several, where one waits for space and others are asked meanwhile. */
    private final List<Order> inHand = new ArrayList<>();

    private boolean closed;

    /** Takes in an order; false if the worker takes none any more, because it is at its end. */
    synchronized boolean add(Order order) {
        if (closed) {
            return false;
        }
        orders.add(order);
        notifyAll();
        return true;
    }

    /** Puts an order before all others. */
    synchronized void addFirst(Order order) {
        orders.addFirst(order);
        notifyAll();
    }

    /** Takes in nothing more. */
    synchronized void close() {
        closed = true;
    }

    /** Takes in nothing more, if nothing is left to be done. */
    synchronized boolean closeIfEmpty() {
        closed |= orders.isEmpty();
        return closed;
    }

    /** The oldest order, which is in hand from now on; empty if there is none. */
    synchronized Optional<Order> poll() {
        Order oldest = orders.poll();
        if (oldest != null) {
            inHand.add(oldest);
        }
        return Optional.ofNullable(oldest);
    }

    /** Waits for an order, which is in hand from now on. */
    synchronized Order take() throws InterruptedException {
        while (orders.isEmpty()) {
            wait();
        }
        return poll().orElseThrow();
    }

    /** Whether there is an order of a kind that is not in hand. */
    synchronized boolean contains(Predicate<Order> kind) {
        return orders.stream().anyMatch(kind);
    }

    /** The order was carried out. */
    synchronized void done(Order order) {
        inHand.remove(order);
    }

    /** The state that a run in {@code now} will have once it did all that it was asked. */
    synchronized RunState after(RunState now) {
        RunState state = now;
        for (Order order : Stream.concat(inHand.stream(), orders.stream()).toList()) {
            if (order instanceof Order.Asked asked) {
                state = Lifecycle.after(state, asked.command());
            }
        }
        return state;
    }
}
