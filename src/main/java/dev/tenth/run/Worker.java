package dev.tenth.run;

import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Shown;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.RunEntry;
import dev.tenth.store.StoreException;
import dev.tenth.torch.Torch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * The life of one run on its own thread: waits for its threads, prepares, trains step by step, does what it is asked between
 * two steps. It alone writes the run's log, save for a word about what is kept.
 */
final class Worker<P extends Record & Parameters> implements Scheduler.Claimant {
    private static final System.Logger LOG = System.getLogger(Worker.class.getName());
    private static final long NANOSECONDS_BETWEEN_PROGRESS = 1_000_000_000;

    private final RunEntry origin;
    private final Scheduler scheduler;
    private final Journal journal;
    private final RunCheckpoints checkpoints;
    private final Trainer<P> trainer;
    private final Inbox inbox = new Inbox();
    private final Thread thread;
    private Scheduler.Ticket ticket;
    private long progressTold;

    /** The run ends here, in whatever state the log says; the worker goes. */
    private static final class Over extends RuntimeException {
        Over() {
            super(null, null, false, false);
        }
    }

    Worker(Recipe<P> recipe, Workshop shop, Scheduler scheduler, RunEntry entry, Runnable atEnd) {
        this.origin = entry;
        this.scheduler = scheduler;
        this.journal = new Journal(shop.log(), entry);
        this.checkpoints = new RunCheckpoints(shop, entry.id());
        this.trainer = new Trainer<>(recipe, shop, entry, journal, checkpoints);
        this.thread = Thread.ofPlatform().name("run-" + entry.id()).unstarted(() -> {
            try {
                live();
            } finally {
                atEnd.run();
            }
        });
    }

    void start() {
        thread.start();
    }

    void join() throws InterruptedException {
        thread.join();
    }

    Inbox inbox() {
        return inbox;
    }

    RunState state() {
        return journal.state();
    }

    RunEntry entry() {
        return journal.entry();
    }

    /** Its end of the log, where others may tell what does not concern the training. */
    Journal journal() {
        return journal;
    }

    RunCheckpoints checkpoints() {
        return checkpoints;
    }

    // ---- waiting

    @Override
    public void granted(Scheduler.Ticket granted) {
        inbox.add(new Order.Granted(granted));
    }

    @Override
    public void placed(Scheduler.Ticket placed, int place) {
        inbox.add(new Order.Placed(placed, place));
    }

    private void live() {
        try {
            switch (journal.state()) {
                case PAUSED, INTERRUPTED -> sleep();
                case QUEUED, PREPARING, RUNNING -> acquire();
                case SUCCEEDED, FAILED, CANCELLED ->
                    throw new IllegalStateException("the run has ended: " + origin.id());
            }
            train();
        } catch (Over e) {
            LOG.log(System.Logger.Level.DEBUG, "run {0} leaves at step {1}", origin.id(), trainer.step());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RunCheckpoints.UnreadableException e) {
            interrupt(e);
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            fail(e);
        } finally {
            trainer.close();
            if (ticket != null) {
                ticket.release();
            }
        }
    }

    private void fail(Throwable cause) {
        LOG.log(System.Logger.Level.WARNING, "run " + origin.id() + " failed at step " + trainer.step(), cause);
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        try {
            journal.state(
                    RunState.FAILED, message.lines().limit(3).reduce("", (a, b) -> a.isEmpty() ? b : a + " " + b));
            journal.flush();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the end of run " + origin.id() + " cannot be written", e);
        }
    }

    /** What the run goes on from is there but cannot be read: nothing is lost, and resuming tries again. */
    private void interrupt(RunCheckpoints.UnreadableException cause) {
        LOG.log(System.Logger.Level.WARNING, "run " + origin.id() + " cannot go on", cause);
        try {
            journal.state(RunState.INTERRUPTED, cause.getMessage() + "; nothing was removed, resume tries again");
            journal.flush();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "that run " + origin.id() + " is interrupted cannot be written", e);
        }
    }

    /** Stands still until it is asked to go on; then waits for threads. */
    private void sleep() throws InterruptedException {
        giveBackThreads();
        while (true) {
            Order order = inbox.await();
            inbox.done(order);
            if (order instanceof Order.Asked(String id, Command.Resume resume)) {
                journal.applied(trainer.step(), id, Lifecycle.type(resume), Map.of());
                acquire();
                return;
            }
            whileStill(order);
        }
    }

    private void giveBackThreads() {
        if (ticket != null) {
            ticket.release();
            ticket = null;
        }
    }

    /** Waits until its threads are free. */
    private void acquire() throws InterruptedException {
        ticket = scheduler.claim(trainer.threads(), this);
        if (ticket.place() == 0) {
            return;
        }
        tellPlace(ticket.place());
        while (true) {
            Order order = inbox.await();
            inbox.done(order);
            switch (order) {
                case Order.Granted(Scheduler.Ticket granted)
                when granted == ticket -> {
                    return;
                }
                case Order.Placed(Scheduler.Ticket placed, int place) when placed == ticket -> tellPlace(place);
                case Order.Asked(String id, Command.Pause pause) -> {
                    journal.applied(trainer.step(), id, Lifecycle.type(pause), Map.of());
                    journal.state(RunState.PAUSED, "asked for");
                    sleep();
                    return;
                }
                default -> whileStill(order);
            }
        }
    }

    private void tellPlace(int place) {
        // A run that was paused stays so until it has its threads: it is not at its beginning again.
        RunState state = journal.state() == RunState.QUEUED ? RunState.QUEUED : RunState.PAUSED;
        journal.state(state, "waits for free threads: " + (place == 1 ? "next" : place + ". in the queue"));
    }

    /** What can be asked of a run that does not train. */
    private void whileStill(Order order) {
        switch (order) {
            case Order.Asked(String id, Command.Stop stop) -> stopped(id, stop);
            case Order.Asked(String id, Command.Set set) -> trainer.turn(id, set);
            case Order.Asked(String id, Command.Checkpoint checkpoint) ->
                journal.applied(trainer.step(), id, Lifecycle.type(checkpoint), Map.of());
            case Order.Asked asked -> LOG.log(System.Logger.Level.DEBUG, "nothing to do for {0}", asked);
            case Order.Shutdown _, Order.Discard _ -> throw new Over();
            case Order.Granted _, Order.Placed _, Order.DiskFull _ -> {}
        }
    }

    private void stopped(String id, Command.Stop stop) {
        journal.applied(trainer.step(), id, Lifecycle.type(stop), Map.of());
        journal.state(RunState.CANCELLED, "stopped after step " + trainer.step());
        journal.flush();
        throw new Over();
    }

    // ---- training

    private void train() throws InterruptedException {
        journal.state(RunState.PREPARING, "data and programs");
        Torch.useThreads(trainer.threads());
        try {
            trainer.prepare(this::progress);
            if (!trainer.goOn(this::passedOver)) {
                List<Shown> shown = trainer.begin();
                untilStored(() -> trainer.publish(shown));
                untilStored(trainer::checkpoint);
            }
        } catch (CancellationException e) {
            stopInPreparation();
        }
        journal.state(RunState.RUNNING, "");
        while (true) {
            trainer.turnAgain();
            obey();
            if (trainer.isDone()) {
                break;
            }
            List<Shown> shown = trainer.next();
            untilStored(() -> trainer.publish(shown));
            if (trainer.isCheckpointDue()) {
                untilStored(trainer::checkpoint);
            }
        }
        untilStored(trainer::checkpoint);
        journal.state(RunState.SUCCEEDED, "all " + trainer.step() + " steps taken");
        journal.flush();
    }

    private void passedOver(Checkpoint checkpoint, String reason) {
        LOG.log(System.Logger.Level.WARNING, "run {0}: {1}", origin.id(), reason);
        journal.state(
                RunState.PREPARING,
                "the checkpoint of step " + checkpoint.step() + " is broken and was passed over for the one before it: "
                        + reason);
    }

    /** Told by the recipe; leaves when the run shall not go on. */
    private void progress(String what, double fraction) {
        if (inbox.find(Worker::endsPreparation).isPresent()) {
            throw new CancellationException("asked to stop while preparing");
        }
        long now = System.nanoTime();
        if (now - progressTold > NANOSECONDS_BETWEEN_PROGRESS) {
            progressTold = now;
            journal.state(RunState.PREPARING, what + ": " + Math.round(100 * fraction) + " %");
        }
    }

    private static boolean endsPreparation(Order order) {
        return switch (order) {
            case Order.Asked(String _, Command command) -> command instanceof Command.Stop;
            case Order.Shutdown _, Order.Discard _ -> true;
            case Order.Granted _, Order.Placed _, Order.DiskFull _ -> false;
        };
    }

    private void stopInPreparation() {
        Order order = inbox.find(Worker::endsPreparation).orElseThrow();
        if (order instanceof Order.Asked(String id, Command command) && command instanceof Command.Stop stop) {
            stopped(id, stop);
        } else if (order instanceof Order.Shutdown) {
            journal.state(RunState.QUEUED, "the service left; begins when it is back");
            journal.flush();
        }
        throw new Over();
    }

    /** Stores something; where the disk is full, the run waits until it is asked to go on, and tries again. */
    private void untilStored(Runnable work) throws InterruptedException {
        while (true) {
            try {
                work.run();
                return;
            } catch (StoreException e) {
                if (!e.isFull()) {
                    throw e;
                }
                pauseForSpace();
            }
        }
    }

    private void pauseForSpace() throws InterruptedException {
        journal.state(RunState.PAUSED, "the disk is full: make room, then resume; nothing is lost");
        sleep();
        journal.state(RunState.RUNNING, "resumed");
    }

    // ---- commands

    /** Does everything that was asked since the last step. */
    private void obey() throws InterruptedException {
        for (Optional<Order> order = inbox.peek(); order.isPresent(); order = inbox.peek()) {
            switch (order.get()) {
                case Order.Asked(String id, Command command) -> {
                    carryOut(order.get(), id, command);
                }
                case Order.DiskFull full -> {
                    inbox.done(full);
                    pauseForSpace();
                }
                case Order.Shutdown _ -> {
                    untilStored(trainer::checkpoint);
                    journal.state(
                            RunState.QUEUED,
                            "the service left; goes on from step " + trainer.step() + " when it is back");
                    journal.flush();
                    throw new Over();
                }
                case Order.Discard _ -> throw new Over();
                case Order.Granted done -> inbox.done(done);
                case Order.Placed done -> inbox.done(done);
            }
        }
    }

    private void carryOut(Order order, String id, Command command) throws InterruptedException {
        switch (command) {
            case Command.Pause pause -> {
                untilStored(trainer::checkpoint);
                journal.applied(trainer.step(), id, Lifecycle.type(pause), Map.of());
                journal.state(RunState.PAUSED, "asked for");
                inbox.done(order);
                sleep();
                journal.state(RunState.RUNNING, "resumed");
            }
            case Command.Stop stop -> {
                untilStored(trainer::checkpoint);
                stopped(id, stop);
            }
            case Command.Checkpoint checkpoint -> {
                untilStored(trainer::checkpoint);
                journal.applied(trainer.step(), id, Lifecycle.type(checkpoint), Map.of());
                inbox.done(order);
            }
            case Command.Set set -> {
                trainer.turn(id, set);
                inbox.done(order);
            }
            case Command.Resume _, Command.Fork _ -> inbox.done(order); // done without the worker
        }
    }
}
