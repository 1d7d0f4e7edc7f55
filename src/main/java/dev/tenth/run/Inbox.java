package dev.tenth.run;

import dev.tenth.event.RunState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The messages that a worker has not yet carried out. One counts until it was carried out, so that whoever asks next is judged
 * by what the run is about to be.
 *
 * <p>Invariant: a command that was taken in is carried out, unless the run fails or is removed first.
 */
final class Inbox {
    private final Deque<WorkerMessage> messages = new ArrayDeque<>();
    /** Those that are being carried out; several, where one waits for space and others are asked meanwhile. */
    private final List<WorkerMessage> inHand = new ArrayList<>();

    private boolean closed;

    /** Takes in a message; false if the worker takes none any more, because it is at its end. */
    synchronized boolean add(WorkerMessage message) {
        if (closed) {
            return false;
        }
        messages.add(message);
        notifyAll();
        return true;
    }

    /** Puts a message before all others. */
    synchronized void addFirst(WorkerMessage message) {
        messages.addFirst(message);
        notifyAll();
    }

    /** Takes in nothing more. */
    synchronized void close() {
        closed = true;
    }

    /** Takes in nothing more, if nothing is left to be done. */
    synchronized boolean closeIfEmpty() {
        closed |= messages.isEmpty();
        return closed;
    }

    /** The oldest message, which is in hand from now on; empty if there is none. */
    synchronized Optional<WorkerMessage> poll() {
        WorkerMessage oldest = messages.poll();
        if (oldest != null) {
            inHand.add(oldest);
        }
        return Optional.ofNullable(oldest);
    }

    /** Waits for a message, which is in hand from now on. */
    synchronized WorkerMessage take() throws InterruptedException {
        while (messages.isEmpty()) {
            wait();
        }
        return poll().orElseThrow();
    }

    /** Whether there is a message of a kind that is not in hand. */
    synchronized boolean contains(Predicate<WorkerMessage> kind) {
        return messages.stream().anyMatch(kind);
    }

    /** The message was carried out. */
    synchronized void done(WorkerMessage message) {
        inHand.remove(message);
    }

    /** The state that a run in {@code now} will have once it did all that it was asked. */
    synchronized RunState after(RunState now) {
        RunState state = now;
        for (WorkerMessage message :
                Stream.concat(inHand.stream(), messages.stream()).toList()) {
            if (message instanceof WorkerMessage.Asked asked) {
                state = Lifecycle.after(state, asked.command());
            }
        }
        return state;
    }
}
