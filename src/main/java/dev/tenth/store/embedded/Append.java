package dev.tenth.store.embedded;

import dev.tenth.event.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Events of a run that follow on the ones before, and the entry that they lead to. */
final class Append extends Work {
    private final Tail tail;
    private final RunEntry run;
    private final List<Event> events;
    private final Listeners<List<Event>> listeners;

    /** @param listeners are told once it is durable */
    Append(Tail tail, RunEntry run, List<Event> events, Listeners<List<Event>> listeners) {
        super(Kind.PATIENT, events);
        this.tail = tail;
        this.run = run;
        this.events = events;
        this.listeners = listeners;
    }

    @Override
    void write(Connection connection) throws SQLException {
        Optional<StoreException> failure = tail.failure();
        if (failure.isPresent()) {
            throw failure.get();
        }
        long before = run.lastSeq() - events.size();
        if (!Rows.update(connection, run, before)) {
            throw Questions.find(connection, run.id())
                    .map(durable -> new StoreException(
                            Reason.UNAVAILABLE,
                            "log: event %d of run %s does not follow on the last one that is durable, %d"
                                    .formatted(before + 1, run.id(), durable.lastSeq())))
                    .orElseGet(() -> new StoreException(Reason.MISSING, "run: there is no run " + run.id()));
        }
        Rows.insert(connection, events);
    }

    @Override
    boolean isWritten(Connection connection) throws SQLException {
        // It followed on what was durable when its commit was tried, and it alone leads to this number.
        return Questions.find(connection, run.id())
                .filter(durable -> durable.lastSeq() >= run.lastSeq())
                .isPresent();
    }

    @Override
    void committed() {
        try {
            listeners.tell(events);
        } finally {
            tail.written();
        }
    }

    @Override
    void failed(StoreException failure) {
        tail.failed(failure);
    }
}
