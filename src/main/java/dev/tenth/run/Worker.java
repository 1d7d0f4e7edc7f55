package dev.tenth.run;

import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.RunEntry;
import dev.tenth.store.StoreException;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

    private final Recipe<P> recipe;
    private final Schema<P> schema;
    private final Workshop shop;
    private final Scheduler scheduler;
    private final RunEntry origin;
    private final Journal journal;
    private final RunCheckpoints checkpoints;
    private final EventEncoder encoder;
    private final RunMeters.Steps meter;
    private final Inbox inbox = new Inbox();
    private final Thread thread;
    private Interventions<P> interventions;
    private volatile P parameters;
    private Scheduler.Ticket ticket;
    private Training<P> training;
    private long step;
    private long checkpointed = -1;
    private long progressTold;

    /** The run ends here, in whatever state the log says; the worker goes. */
    private static final class Over extends RuntimeException {
        Over() {
            super(null, null, false, false);
        }
    }

    Worker(Recipe<P> recipe, Workshop shop, Scheduler scheduler, RunEntry entry, Runnable atEnd) {
        this.recipe = recipe;
        this.schema = Schema.of(recipe);
        this.shop = shop;
        this.scheduler = scheduler;
        this.origin = entry;
        this.journal = new Journal(shop.log(), entry);
        this.checkpoints = new RunCheckpoints(shop, entry.id());
        this.encoder = new EventEncoder(shop.blobs());
        this.meter = shop.meters().steps(recipe.id());
        this.parameters = schema.with(recipe.presets().getFirst().parameters(), JsonObjects.read(entry.parameters()));
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

    P parameters() {
        return parameters;
    }

    Schema<P> schema() {
        return schema;
    }

    // ---- waiting
    // -----------------------------------------------------------------------------------------------------

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
            LOG.log(System.Logger.Level.DEBUG, "run {0} leaves at step {1}", origin.id(), step);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            fail(e);
        } finally {
            if (training != null) {
                training.close();
            }
            if (ticket != null) {
                ticket.release();
            }
        }
    }

    private void fail(Throwable cause) {
        LOG.log(System.Logger.Level.WARNING, "run " + origin.id() + " failed at step " + step, cause);
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        try {
            journal.state(
                    RunState.FAILED, message.lines().limit(3).reduce("", (a, b) -> a.isEmpty() ? b : a + " " + b));
            journal.flush();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the end of run " + origin.id() + " cannot be written", e);
        }
    }

    /** Stands still until it is asked to go on; then waits for threads. */
    private void sleep() throws InterruptedException {
        giveBackThreads();
        while (true) {
            Order order = inbox.await();
            inbox.done(order);
            if (order instanceof Order.Asked(String id, Command.Resume resume)) {
                journal.applied(step(), id, Lifecycle.type(resume), Map.of());
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
        ticket = scheduler.claim(parameters.pace().threads(), this);
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
                    journal.applied(step(), id, Lifecycle.type(pause), Map.of());
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
            case Order.Asked(String id, Command.Set set) -> turn(id, set);
            case Order.Asked(String id, Command.Checkpoint checkpoint) ->
                journal.applied(step(), id, Lifecycle.type(checkpoint), Map.of());
            case Order.Asked asked -> LOG.log(System.Logger.Level.DEBUG, "nothing to do for {0}", asked);
            case Order.Shutdown _, Order.Discard _ -> throw new Over();
            case Order.Granted _, Order.Placed _, Order.DiskFull _ -> {}
        }
    }

    private void stopped(String id, Command.Stop stop) {
        journal.applied(step(), id, Lifecycle.type(stop), Map.of());
        journal.state(RunState.CANCELLED, "stopped after step " + step());
        journal.flush();
        throw new Over();
    }

    /** The last step taken, also before the training is loaded. */
    private long step() {
        return training == null ? journal.step() : step;
    }

    // ---- training
    // ----------------------------------------------------------------------------------------------------

    private void train() throws InterruptedException {
        journal.state(RunState.PREPARING, "data and programs");
        Torch.useThreads(parameters.pace().threads());
        interventions = Interventions.of(schema, recipe.presets().getFirst().parameters(), shop.log(), flushed());
        try {
            training = recipe.prepare(
                    parameters,
                    new Setting(shop.device(), origin.seed(), shop.data(), shop.residents(), this::progress));
            journal.steps(training.steps());
            startOrGoOn();
        } catch (CancellationException e) {
            stopInPreparation();
        }
        journal.state(RunState.RUNNING, "");
        while (true) {
            if (interventions.at(step)) {
                parameters = interventions.after(step);
                training.turn(parameters);
            }
            obey();
            if (step >= training.steps()) {
                break;
            }
            step++;
            takeStep();
            if (step % parameters.pace().checkpointEvery() == 0) {
                checkpoint();
            }
        }
        checkpoint();
        journal.state(RunState.SUCCEEDED, "all " + step + " steps taken");
        journal.flush();
    }

    private RunEntry flushed() {
        journal.flush();
        return journal.entry();
    }

    private void startOrGoOn() throws InterruptedException {
        Optional<RunCheckpoints.Loaded> newest = checkpoints.newest(journal.lastSeq(), this::passedOver);
        if (newest.isPresent()) {
            Checkpoint from = newest.get().checkpoint();
            parameters = interventions.after(from.step());
            training.turn(parameters);
            training.load(newest.get().content().tensors());
            step = from.step();
            checkpointed = step;
            journal.resumed(step, from.seq());
            return;
        }
        boolean again = journal.entry().startedAt().isPresent() && journal.lastSeq() > 2;
        if (again) {
            journal.resumed(0, 1);
        }
        List<Shown> shown = new ArrayList<>();
        training.begin(shown::add);
        publish(shown);
        checkpoint();
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

    private void takeStep() throws InterruptedException {
        List<Shown> shown = new ArrayList<>(0);
        long start = System.nanoTime();
        training.step(step, shown::add);
        meter.taken(System.nanoTime() - start);
        if (!shown.isEmpty()) {
            publish(shown);
        }
    }

    /** Puts what was shown into the log, all of it or nothing. */
    private void publish(List<Shown> shown) throws InterruptedException {
        Map<String, Double> figures = new LinkedHashMap<>();
        shown.forEach(each -> {
            if (each instanceof Shown.Metrics(Map<String, Double> values)) {
                figures.putAll(values);
            }
        });
        while (true) {
            try {
                List<EventEncoder.Draft> drafts =
                        shown.stream().map(encoder::encode).toList();
                journal.shown(step, drafts, figures);
                return;
            } catch (StoreException e) {
                pauseIfFull(e);
            }
        }
    }

    /** Writes a checkpoint of this step, unless there is one. */
    private void checkpoint() throws InterruptedException {
        while (checkpointed != step) {
            try {
                // First the events that it includes: a checkpoint beyond the end of the log would be an orphan.
                journal.flush();
                long start = System.nanoTime();
                Checkpoint written = checkpoints.write(step, journal.lastSeq(), content());
                shop.meters().checkpointWritten(recipe.id(), System.nanoTime() - start, written.bytes());
                checkpointed = step;
                journal.checkpoint(written, checkpoints.count());
            } catch (StoreException e) {
                pauseIfFull(e);
            }
        }
    }

    private Safetensors content() {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("run", origin.id());
        about.put("recipe", recipe.id());
        about.put("parameters", JsonObjects.write(schema.values(parameters)));
        about.put("seed", Long.toString(origin.seed()));
        about.put("step", Long.toString(step));
        about.put("seq", Long.toString(journal.lastSeq()));
        about.put("version", shop.version());
        return new Safetensors(training.save(), about);
    }

    private void pauseIfFull(StoreException failure) throws InterruptedException {
        if (!failure.isFull()) {
            throw failure;
        }
        pauseForSpace();
    }

    private void pauseForSpace() throws InterruptedException {
        journal.state(RunState.PAUSED, "the disk is full: make room, then resume; nothing is lost");
        sleep();
        journal.state(RunState.RUNNING, "resumed");
    }

    // ---- commands
    // ----------------------------------------------------------------------------------------------------

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
                    checkpoint();
                    journal.state(RunState.QUEUED, "the service left; goes on from step " + step + " when it is back");
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
                checkpoint();
                journal.applied(step, id, Lifecycle.type(pause), Map.of());
                journal.state(RunState.PAUSED, "asked for");
                inbox.done(order);
                sleep();
                journal.state(RunState.RUNNING, "resumed");
            }
            case Command.Stop stop -> {
                checkpoint();
                stopped(id, stop);
            }
            case Command.Checkpoint checkpoint -> {
                checkpoint();
                journal.applied(step, id, Lifecycle.type(checkpoint), Map.of());
                inbox.done(order);
            }
            case Command.Set set -> {
                turn(id, set);
                inbox.done(order);
            }
            case Command.Resume _, Command.Fork _ -> inbox.done(order); // done without the worker
        }
    }

    private void turn(String id, Command.Set set) {
        Map<String, Object> before = schema.values(parameters);
        Map<String, Object> previous = new LinkedHashMap<>();
        set.parameters().keySet().forEach(name -> previous.put(name, before.get(name)));
        parameters = schema.turned(parameters, set.parameters());
        if (training != null) {
            interventions.turn(step, set.parameters());
            training.turn(parameters);
        }
        journal.parameters(schema.values(parameters));
        journal.applied(
                step(),
                id,
                Lifecycle.type(set),
                Map.of(Interventions.PARAMETERS, set.parameters(), Interventions.PREVIOUS, previous));
    }
}
