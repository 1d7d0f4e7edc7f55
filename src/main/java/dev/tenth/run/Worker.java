package dev.tenth.run;

import dev.tenth.event.RunState;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Shown;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.RunEntry;
import dev.tenth.store.StoreException;
import dev.tenth.torch.Torch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The life of one run on its own thread: waits for its threads, prepares, trains step by step, does what it is asked between
 * two steps. It alone writes the run's log, save for a word about what is kept.
 */
final class Worker<P extends Record & Parameters> implements Scheduler.Claimant {
    private static final System.Logger LOG = System.getLogger(Worker.class.getName());
    private static final String DISK_FULL = "the disk is full: make room, then resume; nothing is lost";
    /** So many of the tensors that are not finite stand in the reason. */
    private static final int NAMED_TENSORS = 3;

    /** So many lines of a failure's message are shown, and the last. */
    private static final int REASON_LINES = 3;

    private static final long NANOSECONDS_BETWEEN_PROGRESS = 1_000_000_000;

    private final RunEntry origin;
    private final Scheduler scheduler;
    private final Journal journal;
    private final RunCheckpoints checkpoints;
    private final Trainer<P> trainer;
    private final Inbox inbox = new Inbox();
    private final Thread thread;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private Scheduler.Ticket ticket;
    /** What it was asked to go on with, until it does. */
    private Optional<WorkerMessage> resumed = Optional.empty();

    private long progressTold;

    /** The run ends here, in whatever state the log says; the worker goes. */
    private static final class Over extends RuntimeException {
        Over() {
            super(null, null, false, false);
        }
    }

    /**
     * @param atEnd called on the run's thread when nothing more happens to the run
     * @throws RefusedException if the run has parameters that this version does not know
     */
    Worker(Recipe<P> recipe, RunContext context, Scheduler scheduler, RunEntry entry, Consumer<Worker<?>> atEnd) {
        this.origin = entry;
        this.scheduler = scheduler;
        this.journal = new Journal(context.log(), entry);
        this.checkpoints = new RunCheckpoints(context, entry.id());
        this.trainer = new Trainer<>(recipe, context, entry, journal, checkpoints);
        this.thread = Thread.ofPlatform().name("run-" + entry.id()).unstarted(() -> {
            try {
                live();
            } finally {
                inbox.close();
                atEnd.accept(this);
                ended.complete(null);
            }
        });
    }

    void start() {
        thread.start();
    }

    /** Waits until nothing more happens to the run; false if that takes longer. */
    boolean awaitEnd(Duration longest) {
        try {
            ended.get(Math.max(0, longest.toMillis()), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("an end does not fail", e);
        }
    }

    Inbox inbox() {
        return inbox;
    }

    RunState state() {
        return journal.state();
    }

    /** How the run stands. It does not wait. */
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

    private void live() {
        try {
            begin();
            train();
        } catch (Over e) {
            LOG.log(System.Logger.Level.DEBUG, "run {0} leaves at step {1}", origin.id(), trainer.step());
        } catch (RefusedException e) { // stored by another version, which can still go on with it
            journal.end(RunState.INTERRUPTED, e.getMessage());
        } catch (RunCheckpoints.UnreadableException e) { // what it goes on from is there
            LOG.log(System.Logger.Level.WARNING, "run " + origin.id() + " cannot go on", e);
            journal.end(RunState.INTERRUPTED, e.getMessage() + "; nothing was lost, resume tries again");
        } catch (Exception | Error e) {
            fail(e);
        } finally {
            release();
        }
    }

    private void release() {
        try {
            trainer.close();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "the model of run " + origin.id() + " cannot be closed", e);
        } finally {
            giveBackThreads();
            scheduler.leave(this);
        }
    }

    private void fail(Throwable cause) {
        if (journal.isDeleted()) {
            return;
        }
        LOG.log(System.Logger.Level.WARNING, "run " + origin.id() + " failed at step " + trainer.step(), cause);
        journal.end(RunState.FAILED, reason(cause));
    }

    /** The first lines of a message, and its last: there, after where it happened, libtorch says what. */
    private static String reason(Throwable cause) {
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        List<String> lines = message.lines().filter(line -> !line.isBlank()).toList();
        return Stream.concat(
                        lines.stream().limit(REASON_LINES),
                        lines.stream().skip(Math.max(REASON_LINES, lines.size() - 1)))
                .map(String::strip)
                .collect(Collectors.joining(" "));
    }

    // ---- waiting

    @Override
    public void granted(Scheduler.Ticket granted) {
        inbox.add(new WorkerMessage.Granted(granted));
    }

    @Override
    public void placed(Scheduler.Ticket placed, int place) {
        inbox.add(new WorkerMessage.Placed(placed, place));
    }

    private void begin() throws InterruptedException {
        switch (journal.state()) {
            case PAUSED, INTERRUPTED -> standStill();
            case QUEUED, PREPARING, RUNNING -> {
                if (!acquire()) {
                    standStill();
                }
            }
            case SUCCEEDED, FAILED, CANCELLED -> throw new IllegalStateException("the run has ended: " + origin.id());
        }
    }

    /** Stands still until it is asked to go on and has its threads. */
    private void standStill() throws InterruptedException {
        do {
            giveBackThreads();
            awaitResume();
        } while (!acquire());
    }

    private void awaitResume() throws InterruptedException {
        while (true) {
            WorkerMessage message = inbox.take();
            if (message instanceof WorkerMessage.Asked(String id, Command.Resume resume)) {
                if (stored(() -> journal.applied(trainer.step(), id, resume))) {
                    resumed = Optional.of(message);
                    return;
                }
                tell(RunState.PAUSED, DISK_FULL);
            } else {
                whileStill(message);
            }
            inbox.done(message);
        }
    }

    /** Says that the run is in a state to which it was asked, or which it took by itself. */
    private void enter(RunState state, String reason) {
        tell(state, reason);
        resumed.ifPresent(inbox::done);
        resumed = Optional.empty();
    }

    /** Waits until its threads are free; false if it is asked to pause before that. */
    private boolean acquire() throws InterruptedException {
        ticket = scheduler.claim(trainer.threads(), trainer.memoryBytes(), this);
        if (ticket.place() == 0) {
            return true;
        }
        tellPlace(ticket.place());
        while (true) {
            WorkerMessage message = inbox.take();
            switch (message) {
                case WorkerMessage.Granted(Scheduler.Ticket granted)
                when granted == ticket -> {
                    inbox.done(message);
                    return true;
                }
                case WorkerMessage.Placed(Scheduler.Ticket placed, int place) when placed == ticket -> tellPlace(place);
                case WorkerMessage.Asked(String id, Command.Pause pause) -> {
                    paused(message, id, pause);
                    return false;
                }
                default -> whileStill(message);
            }
            inbox.done(message);
        }
    }

    private void giveBackThreads() {
        if (ticket != null) {
            ticket.release();
            ticket = null;
        }
    }

    private void tellPlace(int place) {
        // Also a run that was resumed: killed here, it goes on by itself when the service is back.
        tell(
                RunState.QUEUED,
                "waiting for free threads and memory: " + (place == 1 ? "next" : "position " + place)
                        + " in the queue");
    }

    /** Says how the run stands; where the disk is too full for it, who asks is told so all the same. */
    private void tell(RunState state, String reason) {
        stored(() -> journal.state(state, reason));
    }

    /** Stores something; false if there is no space for it. */
    private boolean stored(Runnable work) {
        try {
            work.run();
            return true;
        } catch (StoreException e) {
            if (!e.isFull()) {
                throw e;
            }
            LOG.log(System.Logger.Level.WARNING, "run {0}: {1}", origin.id(), e.getMessage());
            return false;
        }
    }

    /** What can be asked of a run that does not train. */
    private void whileStill(WorkerMessage message) {
        switch (message) {
            case WorkerMessage.Asked(String id, Command.Stop stop) -> stopped(id, stop, "");
            case WorkerMessage.Asked(String id, Command.Set set) -> {
                stored(() -> trainer.turn(id, set));
                scheduler.resize(this, trainer.memoryBytes());
            }
            case WorkerMessage.Asked(String id, Command.Checkpoint checkpoint) ->
                stored(() -> journal.applied(trainer.step(), id, checkpoint));
            case WorkerMessage.Asked asked -> LOG.log(System.Logger.Level.DEBUG, "nothing to do for {0}", asked);
            case WorkerMessage.Shutdown _, WorkerMessage.Discard _ -> throw new Over();
            case WorkerMessage.Granted _, WorkerMessage.Placed _, WorkerMessage.DiskFull _ -> {}
        }
    }

    private void paused(WorkerMessage message, String id, Command.Pause pause) {
        stored(() -> journal.applied(trainer.step(), id, pause));
        enter(RunState.PAUSED, "by a command");
        inbox.done(message);
    }

    private void stopped(String id, Command.Stop stop, String more) {
        stored(() -> journal.applied(trainer.step(), id, stop));
        journal.end(RunState.CANCELLED, "stopped after step " + trainer.step() + more);
        throw new Over();
    }

    // ---- training

    private void train() throws InterruptedException {
        enter(RunState.PREPARING, "loading data and building programs");
        Torch.useThreads(trainer.threads());
        try {
            untilStored(journal::flush); // the parameters are read from the log
            trainer.prepare(this::progress);
            if (!trainer.goOn(this::passedOver)) {
                untilStored(trainer::supersede);
                List<Shown> shown = trainer.begin();
                requireFinite(shown);
                untilStored(() -> trainer.publish(shown));
                untilStored(trainer::checkpoint);
            }
        } catch (CancellationException e) {
            stopInPreparation();
        }
        tell(RunState.RUNNING, "");
        do {
            steps();
            untilStored(trainer::checkpoint);
        } while (!inbox.closeIfEmpty()); // a last command, which was taken in, is carried out
        journal.end(RunState.SUCCEEDED, "completed all " + trainer.step() + " steps");
    }

    private void steps() throws InterruptedException {
        while (true) {
            trainer.turnAgain();
            obey();
            if (trainer.isDone()) {
                return;
            }
            List<Shown> shown = trainer.next();
            requireFinite(shown);
            untilStored(() -> trainer.publish(shown));
            if (trainer.isCheckpointDue()) {
                untilStored(trainer::checkpoint);
            }
        }
    }

    /** Says where values became infinite or NaN; the run ends there if it is to. */
    private void requireFinite(List<Shown> shown) throws InterruptedException {
        if (!trainer.overflowed(shown)) {
            return;
        }
        Trainer.NonFinite found = trainer.findNonFinite(shown, () -> inbox.contains(Worker::endsPreparation));
        untilStored(() -> journal.nonFinite(found.step(), found.names()));
        if (trainer.stopsAtNonFinite()) {
            String names = found.names().stream().limit(NAMED_TENSORS).collect(Collectors.joining(", "));
            int more = found.names().size() - NAMED_TENSORS;
            journal.end(
                    RunState.FAILED,
                    "not finite since step " + found.step() + ": " + names + (more > 0 ? " and " + more + " more" : "")
                            + (found.step() == 0 ? "; start again" : "; fork from a checkpoint before that step")
                            + " with a smaller learning rate or other data, or set stopAtNonFinite to false");
            throw new Over();
        }
    }

    private void passedOver(Checkpoint checkpoint, String reason) {
        LOG.log(System.Logger.Level.WARNING, "run {0}: {1}", origin.id(), reason);
        tell(
                RunState.PREPARING,
                "the checkpoint of step " + checkpoint.step() + " is corrupt, so the one before it is used: " + reason);
    }

    /** Told by the recipe; leaves when the run shall not go on. */
    private void progress(String what, double fraction) {
        if (inbox.contains(Worker::endsPreparation)) {
            throw new CancellationException("stopped during preparation");
        }
        long now = System.nanoTime();
        if (now - progressTold > NANOSECONDS_BETWEEN_PROGRESS) {
            progressTold = now;
            tell(RunState.PREPARING, what + ": " + Math.round(100 * fraction) + " %");
        }
    }

    private static boolean endsPreparation(WorkerMessage message) {
        return switch (message) {
            case WorkerMessage.Asked(String _, Command command) -> command instanceof Command.Stop;
            case WorkerMessage.Shutdown _, WorkerMessage.Discard _ -> true;
            case WorkerMessage.Granted _, WorkerMessage.Placed _, WorkerMessage.DiskFull _ -> false;
        };
    }

    /** Carries out what was asked, up to the message that ends the preparation. */
    private void stopInPreparation() throws InterruptedException {
        while (true) {
            WorkerMessage message = inbox.take();
            switch (message) {
                case WorkerMessage.Asked(String id, Command.Pause pause) -> paused(message, id, pause);
                case WorkerMessage.Shutdown _
                when journal.state() == RunState.PREPARING -> {
                    journal.end(RunState.QUEUED, "the service shut down; starts when it is up again");
                    throw new Over();
                }
                default -> whileStill(message);
            }
            inbox.done(message);
        }
    }

    /** Stores something; where the disk is full, the run waits until it is asked to go on, and tries again. */
    private void untilStored(Runnable work) throws InterruptedException {
        while (!stored(work)) {
            tell(RunState.PAUSED, DISK_FULL);
            standStill();
            enter(RunState.RUNNING, "resumed");
        }
    }

    // ---- commands

    /** Does everything that was asked since the last step. */
    private void obey() throws InterruptedException {
        for (Optional<WorkerMessage> next = inbox.poll(); next.isPresent(); next = inbox.poll()) {
            WorkerMessage message = next.get();
            switch (message) {
                case WorkerMessage.Asked(String id, Command command) -> carryOut(message, id, command);
                case WorkerMessage.DiskFull _ -> {
                    tell(RunState.PAUSED, DISK_FULL);
                    goOnWhenAsked();
                }
                case WorkerMessage.Shutdown _ -> leave();
                case WorkerMessage.Discard _ -> throw new Over();
                case WorkerMessage.Granted _, WorkerMessage.Placed _ -> {}
            }
            inbox.done(message);
        }
    }

    private void carryOut(WorkerMessage message, String id, Command command) throws InterruptedException {
        switch (command) {
            case Command.Pause pause -> {
                stored(trainer::checkpoint);
                paused(message, id, pause);
                goOnWhenAsked();
            }
            case Command.Stop stop ->
                stopped(
                        id,
                        stop,
                        stored(trainer::checkpoint) ? "" : "; the disk was full, so its last state was not saved");
            case Command.Checkpoint checkpoint -> {
                untilStored(trainer::checkpoint);
                untilStored(() -> journal.applied(trainer.step(), id, checkpoint));
            }
            case Command.Set set -> {
                untilStored(() -> trainer.turn(id, set));
                scheduler.resize(this, trainer.memoryBytes());
            }
            case Command.Resume _, Command.Fork _ -> {} // done without the worker
        }
    }

    private void goOnWhenAsked() throws InterruptedException {
        standStill();
        enter(RunState.RUNNING, "resumed");
    }

    private void leave() {
        if (stored(trainer::checkpoint)) {
            journal.end(
                    RunState.QUEUED,
                    "the service shut down; continues from step " + trainer.step() + " when it is up again");
        } else {
            journal.end(RunState.PAUSED, DISK_FULL);
        }
        throw new Over();
    }
}
