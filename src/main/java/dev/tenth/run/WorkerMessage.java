package dev.tenth.run;

import dev.tenth.run.Scheduler.Ticket;

/** What a run's worker is told. Its inbox is the only way to it. */
sealed interface WorkerMessage {

    /** Someone asked for it; answered by {@code command.applied}. */
    record Asked(String id, Command command) implements WorkerMessage {}

    /** The threads for which the run waited are there. */
    record Granted(Ticket ticket) implements WorkerMessage {}

    /** The run has another place in the queue. */
    record Placed(Ticket ticket, int place) implements WorkerMessage {}

    /** The disk is full: nothing more can be kept. */
    record DiskFull() implements WorkerMessage {}

    /** The service leaves; the run goes on at its next start. */
    record Shutdown() implements WorkerMessage {}

    /** The run is being removed. */
    record Discard() implements WorkerMessage {}
}
