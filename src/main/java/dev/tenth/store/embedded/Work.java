package dev.tenth.store.embedded;

import dev.tenth.event.Event;
import dev.tenth.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Something to be written, in one transaction with others. Its methods are called by the thread that writes. */
abstract class Work {
    /** How it bears a full disk, and what it may overtake. */
    enum Kind {
        /** Stays until there is space, and comes in the order in which it was added. */
        PATIENT,
        /** Fails at once on a full disk: whoever asked for it can ask again. */
        IMPATIENT,
        /** Makes space, so it overtakes what waits for space. */
        REMOVAL
    }

    /** Completed once it is durable and announced; exceptionally if it is not and never will be. */
    final CompletableFuture<Void> done = new CompletableFuture<>();

    private final Kind kind;
    private final int events;
    private final long bytes;
    /** A commit with it failed, and nobody knows yet whether it happened all the same. */
    private boolean uncertain;

    /** @param events what it holds in memory while it waits */
    Work(Kind kind, List<Event> events) {
        this.kind = kind;
        this.events = events.size();
        this.bytes = events.stream().mapToLong(event -> event.data().length()).sum();
    }

    Kind kind() {
        return kind;
    }

    int events() {
        return events;
    }

    long bytes() {
        return bytes;
    }

    boolean isUncertain() {
        return uncertain;
    }

    void becomesUncertain() {
        uncertain = true;
    }

    abstract void write(Connection connection) throws SQLException;

    /** Whether it is durable already: asked after a commit whose outcome is unknown. */
    abstract boolean isWritten(Connection connection) throws SQLException;

    /** It is durable: told before {@link #done} is completed. */
    void committed() {}

    /** It is not durable and never will be: told before {@link #done} is completed. */
    void failed(StoreException failure) {}

    /** It is durable, but whoever waited for it was told meanwhile that it took too long. */
    void committedTooLate() {}
}
