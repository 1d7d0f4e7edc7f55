package dev.tenth.run;

import dev.tenth.event.RunState;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.RunEntry;
import dev.tenth.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The workers of the runs that are not at their end, and how runs stand of which the log cannot tell it. Safe for many threads;
 * nothing here waits for the store.
 *
 * <p>Invariant: a run has one worker at most. Whoever engages one holds the run's {@linkplain RunLocks lock}.
 */
final class Workers {
    private static final System.Logger LOG = System.getLogger(Workers.class.getName());
    /** Half of the grace period of a container (30 s): viewers are told in it too, and the store is closed. */
    private static final Duration LEAVING = Duration.ofSeconds(15);

    /** How long who removes a run waits for its step to end; what it leaves behind is removed when it does. */
    private static final Duration REMOVING = Duration.ofSeconds(10);

    private final RunContext context;
    private final Scheduler scheduler;
    private final Map<String, Worker<?>> byRun = new ConcurrentHashMap<>();
    /** Ends that the log does not tell, or does not tell yet. */
    private final Map<String, Journal> unwritten = new ConcurrentHashMap<>();

    private volatile boolean leaving;
    private volatile boolean full;

    Workers(RunContext context, Scheduler scheduler) {
        this.context = context;
        this.scheduler = scheduler;
        context.log().onSpace(space -> {
            full = !space;
            if (full) {
                byRun.values().forEach(worker -> worker.inbox().addFirst(new WorkerMessage.DiskFull()));
            }
        });
    }

    /** The worker of a run; empty if it has none, or is removed. */
    Optional<Worker<?>> of(String run) {
        return Optional.<Worker<?>>ofNullable(byRun.get(run))
                .filter(worker -> !worker.journal().isDeleted());
    }

    /** The run as it stands, where the log lags behind it. */
    RunEntry current(RunEntry stored) {
        Journal journal = of(stored.id()).<Journal>map(Worker::journal).orElseGet(() -> unwritten.get(stored.id()));
        if (journal == null || !journal.isAhead()) {
            return stored;
        }
        RunEntry now = journal.entry();
        return stored.inState(now.state(), now.reason(), now.endedAt());
    }

    /** How many runs are in each state. */
    Map<RunState, Long> states() {
        return byRun.values().stream().collect(Collectors.groupingBy(Worker::state, Collectors.counting()));
    }

    /** @throws RefusedException if the service is about to end */
    void requireStaying() {
        if (leaving) {
            throw new RefusedException(
                    Reason.LEAVING, "", "the service is shutting down; try again when it is up again");
        }
    }

    /** @throws StoreException if the disk is full: nothing is begun that needs it */
    void requireSpace() {
        if (full) {
            throw new StoreException(
                    StoreException.Reason.FULL, "disk: it is full; delete runs, or make room otherwise");
        }
    }

    /**
     * Gives a run its worker. It begins, or waits to be asked to.
     *
     * @param first the first thing that it is asked, if any
     * @throws RefusedException if the run was stored by another version, or the service is about to end
     */
    <P extends Record & Parameters> void engage(Recipe<P> recipe, RunEntry run, Optional<WorkerMessage> first) {
        Worker<P> worker = new Worker<>(recipe, context, scheduler, run, this::ended);
        first.ifPresent(worker.inbox()::add);
        unwritten.remove(run.id());
        byRun.put(run.id(), worker);
        try {
            requireStaying(); // who leaves sees this worker, or is seen here
            worker.start();
        } catch (RuntimeException | Error e) {
            byRun.remove(run.id(), worker);
            throw e;
        }
    }

    private void ended(Worker<?> worker) {
        String run = worker.entry().id();
        if (worker.journal().isDeleted()) {
            context.checkpoints().deleteAll(run); // what was on its way when the others were removed
        } else if (worker.journal().isAhead()) {
            remember(worker.journal());
        }
        byRun.remove(run, worker);
    }

    private void remember(Journal journal) {
        String run = journal.entry().id();
        unwritten.put(run, journal);
        journal.whenWritten(() -> unwritten.remove(run, journal));
    }

    /** Waits, within one bound for all, until the log tells what is in these journals. */
    void awaitWritten(List<Journal> journals) {
        boolean writes = true;
        for (Journal journal : journals) {
            try {
                if (writes) {
                    journal.flush();
                }
            } catch (StoreException e) {
                LOG.log(System.Logger.Level.WARNING, "the log lags behind", e);
                writes = false;
            }
            if (!writes) {
                remember(journal);
            }
        }
    }

    /**
     * Makes sure that the log has the last word about a run that has no worker.
     *
     * @throws StoreException if it waits for space
     */
    void requireWritten(String run) {
        Journal journal = unwritten.get(run);
        if (journal != null && journal.isPending()) {
            throw new StoreException(
                    StoreException.Reason.FULL, "log: it waits for space on the disk to tell the end of run " + run);
        }
    }

    /** The run's removal was told to the log: the worker goes, within a bound. */
    void discard(String run) {
        unwritten.remove(run);
        Worker<?> worker = byRun.get(run);
        if (worker != null) {
            worker.inbox().addFirst(new WorkerMessage.Discard());
            if (!worker.awaitEnd(REMOVING)) {
                LOG.log(System.Logger.Level.INFO, "run {0} is removed; its thread ends with its step", run);
            }
        }
    }

    /** Lets every run write a checkpoint and leave, within a bound. */
    void leave() {
        leaving = true;
        scheduler.close();
        byRun.values().forEach(worker -> worker.inbox().add(new WorkerMessage.Shutdown()));
        Instant deadline = Instant.now().plus(LEAVING);
        for (Worker<?> worker : byRun.values()) {
            if (!worker.awaitEnd(Duration.between(Instant.now(), deadline))) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "run {0} does not leave in time; resumed, it goes on from its newest checkpoint",
                        worker.entry().id());
            }
        }
    }
}
