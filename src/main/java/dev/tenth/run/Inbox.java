package dev.tenth.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The orders that a worker has not yet carried out. An order stays until it was carried out, so that whoever asks next is
 * judged by what the run is about to be.
 */
final class Inbox {
    private final Deque<Order> orders = new ArrayDeque<>();

    synchronized void add(Order order) {
        orders.add(order);
        notifyAll();
    }

    /** Puts an order before all others. */
    synchronized void addFirst(Order order) {
        orders.addFirst(order);
        notifyAll();
    }

    /** The oldest order, which stays. */
    synchronized Optional<Order> peek() {
        return Optional.ofNullable(orders.peek());
    }

    /** Waits for an order, which stays. */
    synchronized Order await() throws InterruptedException {
        while (orders.isEmpty()) {
            wait();
        }
        return orders.peek();
    }

    /** The oldest order of a kind, which stays. */
    synchronized Optional<Order> find(Predicate<Order> kind) {
        return orders.stream().filter(kind).findFirst();
    }

    /** The order was carried out. */
    synchronized void done(Order order) {
        orders.remove(order);
    }

    synchronized boolean isEmpty() {
        return orders.isEmpty();
    }

    /** The state that a run in {@code now} will have once it did all that it was asked. */
    synchronized RunState after(RunState now) {
        RunState state = now;
        for (Order order : orders) {
            if (order instanceof Order.Asked asked) {
                state = Lifecycle.after(state, asked.command());
            }
        }
        return state;
    }
}
