package dev.tenth.run;

import dev.tenth.event.RunState;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.recipe.Schema.Violation;
import dev.tenth.store.RunEntry;
import dev.tenth.store.StoreException;
import dev.tenth.text.Excerpt;
import dev.tenth.torch.Safetensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The runs of this process: one {@link Worker} for each that is not at its end. */
public final class LocalRuns implements Runs, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalRuns.class.getName());
    private static final int PAGE = 200;

    private final RunContext context;
    private final List<Recipe<?>> recipes;
    private final Ids ids = new Ids();
    private final Admission admission;
    private final Workers workers;
    private final RunCreation creation;
    private final RunLocks locks = new RunLocks();

    public LocalRuns(List<Recipe<?>> recipes, RunContext context) {
        this.context = context;
        this.recipes = List.copyOf(recipes);
        Scheduler scheduler = new Scheduler(context.cores(), context.limits().trainingBytes());
        this.admission = new Admission(recipes, context, scheduler, ids);
        this.workers = new Workers(context, scheduler);
        this.creation = new RunCreation(context, admission, workers, ids);
    }

    /** Takes up what an earlier process left: queued runs are queued again, runs found dead are interrupted. */
    public void recover() {
        UnknownRuns.sweep(context.log(), context.checkpoints());
        List<RunEntry> left = all(List.of(RunState.PREPARING.name(), RunState.RUNNING.name(), RunState.QUEUED.name()));
        List<Journal> interrupted = new ArrayList<>();
        left.stream().sorted(Comparator.comparing(RunEntry::createdAt)).forEach(run -> {
            try {
                recover(run).ifPresent(interrupted::add);
            } catch (RuntimeException e) { // it concerns this run only
                LOG.log(System.Logger.Level.ERROR, "run " + run.id() + " is left as it is", e);
            }
        });
        // Who asks from now on is told this, and not the state in which they died.
        workers.awaitWritten(interrupted);
    }

    /** Queues a run again; otherwise gives the journal that says that it is interrupted. */
    private Optional<Journal> recover(RunEntry run) {
        if (!run.state().equals(RunState.QUEUED.name())) {
            return Optional.of(interrupt(
                    run,
                    "the service stopped unexpectedly around step " + run.step()
                            + "; resume continues from the newest checkpoint"));
        }
        try {
            workers.engage(admission.recipe(run.recipe()), run, Optional.empty());
            return Optional.empty();
        } catch (RuntimeException e) { // it was stored by a version that knew more, or less
            LOG.log(System.Logger.Level.WARNING, "run {0} cannot begin: {1}", run.id(), e.getMessage());
            return Optional.of(interrupt(run, e.getMessage()));
        }
    }

    private Journal interrupt(RunEntry run, String reason) {
        Journal journal = new Journal(context.log(), run);
        try {
            journal.state(RunState.INTERRUPTED, reason);
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.WARNING, "that run " + run.id() + " is interrupted is not written", e);
        }
        return journal;
    }

    private List<RunEntry> all(List<String> states) {
        List<RunEntry> found = new ArrayList<>();
        Optional<String> before = Optional.empty();
        for (List<RunEntry> page; !(page = context.log().list(Optional.empty(), states, before, PAGE)).isEmpty(); ) {
            found.addAll(page);
            before = Optional.of(page.getLast().id());
        }
        return found;
    }

    // ---- making

    /** What can be run, in reading order. */
    public List<Recipe<?>> recipes() {
        return recipes;
    }

    @Override
    public RunEntry submit(Submission wish, Optional<String> idempotencyKey) {
        return creation.submit(wish, idempotencyKey);
    }

    /**
     * Makes a run of a state that was trained elsewhere: it can be served, and forked to be trained on.
     *
     * @param recipe what the file's metadata says if empty
     * @param preset from which the parameters start that the file does not tell; the one that it names, or the default one, if
     *     empty
     * @throws RefusedException if there is no such recipe or preset, or a tensor is missing or does not fit
     * @throws InvalidParametersException if a parameter in the file cannot be
     */
    public RunEntry take(Safetensors file, Optional<String> recipe, Optional<String> preset, Optional<String> name) {
        return creation.take(file, recipe, preset, name);
    }

    // ---- commanding

    @Override
    public Accepted command(String run, Command command) {
        RunEntry entry = existing(run);
        if (command instanceof Command.Fork fork) {
            RunEntry child = creation.fork(entry, checkpoints(run), fork);
            return new Accepted(ids.next(), Optional.of(child.id()));
        }
        if (command instanceof Command.Set || command instanceof Command.Checkpoint) {
            workers.requireSpace();
        }
        return locks.with(run, () -> {
            WorkerMessage.Asked asked = new WorkerMessage.Asked(ids.next(), command);
            Optional<Worker<?>> worker = workers.of(run);
            RunEntry now = worker.isPresent() ? worker.get().entry() : existing(run);
            RunState state = worker.map(w -> w.inbox().after(w.state())).orElseGet(() -> Lifecycle.state(now));
            require(Lifecycle.allowed(command).contains(state), run, command, state);
            if (command instanceof Command.Set set) {
                checkTurn(now, set);
            }
            if (worker.isPresent()) {
                require(
                        worker.get().inbox().add(asked),
                        run,
                        command,
                        worker.get().state());
            } else {
                workers.requireWritten(run);
                workers.engage(admission.recipe(now.recipe()), now, Optional.of(asked));
            }
            return new Accepted(asked.id(), Optional.empty());
        });
    }

    private static void require(boolean allowed, String run, Command command, RunState state) {
        if (!allowed) {
            throw new RefusedException(
                    Reason.WRONG_STATE,
                    "type",
                    "%s: run %s is %s%s, and only a run that is %s can do that"
                            .formatted(
                                    Lifecycle.type(command),
                                    run,
                                    state,
                                    Lifecycle.allowed(command).contains(state) ? " at its last step" : "",
                                    Lifecycle.allowed(command)));
        }
    }

    private void checkTurn(RunEntry run, Command.Set set) {
        if (set.parameters().isEmpty()) {
            throw new InvalidParametersException(
                    List.of(new Violation("params", Map.of(), "at least one turnable parameter")));
        }
        checkTurn(admission.recipe(run.recipe()), run, set);
    }

    private <P extends Record & Parameters> void checkTurn(Recipe<P> recipe, RunEntry run, Command.Set set) {
        Schema<P> schema = Schema.of(recipe);
        P now = StoredParameters.of(recipe, run);
        P turned = schema.turned(now, set.parameters());
        admission.checkSize(recipe, turned);
        if (schema.reshapes(now, turned)) {
            admission.checkData(recipe, turned); // another program is prepared from it
        }
    }

    // ---- pinning

    @Override
    public boolean pin(String run, long step, boolean pinned) {
        workers.requireSpace();
        return locks.with(run, () -> {
            Optional<Worker<?>> worker = workers.of(run);
            RunCheckpoints checkpoints = checkpoints(run);
            Journal journal = worker.<Journal>map(Worker::journal).orElseGet(() -> {
                workers.requireWritten(run);
                return new Journal(context.log(), existing(run));
            });
            if (checkpoints.find(Optional.of(step)).isEmpty()) {
                throw checkpoints.missing(Optional.of(step));
            }
            if (!(pinned ? checkpoints.pin(step) : checkpoints.unpin(step))) {
                return false;
            }
            // It concerns what is kept, not what is trained: it takes effect at once, whatever the run does.
            journal.pinned(ids.next(), step, pinned);
            journal.flush();
            return true;
        });
    }

    @Override
    public Set<Long> pinned(String run) {
        return checkpoints(run).pinned();
    }

    private RunCheckpoints checkpoints(String run) {
        return workers.of(run)
                .<RunCheckpoints>map(Worker::checkpoints)
                .orElseGet(() -> new RunCheckpoints(context, run));
    }

    // ---- finding and removing

    @Override
    public Optional<RunEntry> find(String run) {
        return context.log().find(run).map(this::current);
    }

    @Override
    public RunEntry current(RunEntry stored) {
        return workers.current(stored);
    }

    private RunEntry existing(String run) {
        return find(run)
                .orElseThrow(() ->
                        new RefusedException(Reason.NO_SUCH_RUN, "id", "id: there is no run " + Excerpt.quoted(run)));
    }

    @Override
    public void delete(String run) {
        locks.with(run, () -> {
            existing(run);
            // From here on nobody writes its log or gives it another worker.
            workers.of(run).ifPresentOrElse(worker -> worker.journal().delete(), () -> context.log()
                    .delete(run));
            return run;
        });
        workers.discard(run);
        context.checkpoints().deleteAll(run);
    }

    /** How many runs that are not at their end are in each state. */
    public Map<RunState, Long> states() {
        return workers.states();
    }

    /** Lets every run write a checkpoint and leave, within a bound; they go on when the service is back. */
    @Override
    public void close() {
        workers.leave();
    }
}
