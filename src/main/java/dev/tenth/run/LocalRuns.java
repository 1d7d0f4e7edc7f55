package dev.tenth.run;

import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.recipe.Schema.Violation;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.StoreException;
import dev.tenth.text.Excerpt;
import dev.tenth.torch.Safetensors;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The runs of this process: one {@link Worker} for each that is not at its end. */
public final class LocalRuns implements Runs, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalRuns.class.getName());
    private static final int PAGE = 200;

    private final Workshop shop;
    private final List<Recipe<?>> recipes;
    private final Map<String, Recipe<?>> recipesById;
    private final Scheduler scheduler;
    private final Ids ids = new Ids();
    private final Admission admission;
    private final Workers workers;
    private final RunLocks locks = new RunLocks();
    private volatile boolean full;

    public LocalRuns(List<Recipe<?>> recipes, Workshop shop) {
        this.shop = shop;
        this.recipes = List.copyOf(recipes);
        this.recipesById = recipes.stream().collect(Collectors.toMap(Recipe::id, recipe -> recipe));
        this.scheduler = new Scheduler(shop.cores());
        this.admission = new Admission(shop, scheduler, ids);
        this.workers = new Workers(shop, scheduler);
        shop.log().onSpace(space -> full = !space);
    }

    /** Takes up what an earlier process left: queued runs are queued again, runs found dead are interrupted. */
    public void recover() {
        List<RunEntry> left = all(List.of(RunState.PREPARING.name(), RunState.RUNNING.name(), RunState.QUEUED.name()));
        List<Journal> interrupted = new ArrayList<>();
        left.stream().sorted(Comparator.comparing(RunEntry::createdAt)).forEach(run -> {
            if (!run.state().equals(RunState.QUEUED.name())) {
                interrupted.add(interrupt(
                        run,
                        "the service died around step " + run.step() + "; resume goes on from the newest checkpoint"));
                return;
            }
            try {
                workers.engage(recipe(run.recipe()), run, Optional.empty());
            } catch (RuntimeException e) { // it concerns this run only
                LOG.log(System.Logger.Level.WARNING, "run " + run.id() + " cannot begin", e);
                interrupted.add(interrupt(run, e.getMessage()));
            }
        });
        // Who asks from now on is told this, and not the state in which they died.
        workers.awaitWritten(interrupted);
    }

    private Journal interrupt(RunEntry run, String reason) {
        Journal journal = new Journal(shop.log(), run);
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
        for (List<RunEntry> page; !(page = shop.log().list(Optional.empty(), states, before, PAGE)).isEmpty(); ) {
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
        Recipe<?> recipe = recipe(wish.recipe());
        Optional<RunLog.Key> key = idempotencyKey.map(text -> new RunLog.Key(text, digest(wish)));
        Optional<RunEntry> before = key.flatMap(this::madeWith);
        return before.orElseGet(() -> submit(recipe, wish, key));
    }

    /**
     * Makes a run of a state that was trained elsewhere: it can be served, and forked to be trained on.
     *
     * @param recipe what the file's metadata says if empty
     * @param preset from which the parameters start that the file does not tell; the default one if empty
     * @throws RefusedException if there is no such recipe or preset, or a tensor is missing or does not fit
     * @throws InvalidParametersException if a parameter in the file cannot be
     */
    public RunEntry take(Safetensors file, Optional<String> recipe, Optional<String> preset, Optional<String> name) {
        String id = recipe.or(() -> Optional.ofNullable(file.metadata().get("recipe")))
                .orElseThrow(() -> new RefusedException(
                        Reason.NO_SUCH_RECIPE, "recipe", "recipe: the file does not tell it; give ?recipe=ID"));
        return take(recipe(id), file, preset, name);
    }

    private <P extends Record & Parameters> RunEntry take(
            Recipe<P> recipe, Safetensors file, Optional<String> preset, Optional<String> name) {
        Preset<P> from = Admission.preset(recipe, preset);
        P parameters = Importer.parameters(recipe, from, file);
        workers.requireStaying();
        requireSpace();
        admission.check(recipe, parameters, name);
        String id = ids.next();
        return withCheckpoint(id, () -> new Importer(shop).take(id, recipe, from, parameters, file, name));
    }

    private Recipe<?> recipe(String id) {
        Recipe<?> recipe = recipesById.get(id);
        if (recipe == null) {
            throw new RefusedException(
                    Reason.NO_SUCH_RECIPE,
                    "recipe",
                    "recipe: " + Excerpt.quoted(id) + " is not one of "
                            + recipesById.keySet().stream().sorted().toList());
        }
        return recipe;
    }

    private Optional<RunEntry> madeWith(RunLog.Key key) {
        Optional<RunLog.Used> used = shop.log().findKey(key.key());
        if (used.isPresent() && !used.get().digest().equals(key.digest())) {
            throw new RefusedException(
                    Reason.KEY_CONFLICT,
                    "Idempotency-Key",
                    "Idempotency-Key: \"" + key.key() + "\" was used for another request; give a new one");
        }
        return used.flatMap(u -> find(u.run()));
    }

    private void requireSpace() {
        if (full) {
            throw new StoreException("disk: it is full; delete runs, or make room otherwise", null, true);
        }
    }

    private <P extends Record & Parameters> RunEntry submit(
            Recipe<P> recipe, Submission wish, Optional<RunLog.Key> key) {
        Preset<P> preset = Admission.preset(recipe, wish.preset());
        Schema<P> schema = Schema.of(recipe);
        P parameters = schema.with(preset.parameters(), wish.parameters());
        long seed = wish.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong(LARGEST_SEED + 1));
        admission.check(recipe, parameters, wish.name());
        admission.checkData(recipe, parameters);
        RunEntry run =
                admission.entry(recipe, preset.name(), schema.values(parameters), seed, wish.name(), Optional.empty());
        return begin(run, key);
    }

    /** Makes a run with a checkpoint. Where that fails the checkpoint goes, too: nobody would ever ask for it. */
    private RunEntry withCheckpoint(String id, Supplier<RunEntry> making) {
        try {
            return making.get();
        } catch (RuntimeException | Error e) {
            if (shop.log().find(id).isEmpty()) {
                shop.checkpoints().deleteAll(id);
            }
            throw e;
        }
    }

    private RunEntry begin(RunEntry run, Optional<RunLog.Key> key) {
        workers.requireStaying();
        requireSpace();
        String made = shop.log().create(run, List.of(Journal.first(run)), key);
        if (!made.equals(run.id())) {
            return key.flatMap(this::madeWith).orElse(run);
        }
        // Nobody knows its id yet: no lock is needed.
        try {
            workers.engage(recipe(run.recipe()), run, Optional.empty());
        } catch (RefusedException e) {
            LOG.log(System.Logger.Level.INFO, "run {0} begins at the next start: {1}", run.id(), e.getMessage());
        }
        return run;
    }

    private static String digest(Submission wish) {
        String text = wish.recipe()
                + '\n'
                + wish.preset()
                + '\n'
                + JsonObjects.write(new TreeMap<>(wish.parameters()))
                + '\n'
                + wish.seed()
                + '\n'
                + wish.name();
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    // ---- commanding

    @Override
    public Accepted command(String run, Command command) {
        RunEntry entry = existing(run);
        if (command instanceof Command.Fork fork) {
            return fork(entry, fork);
        }
        if (command instanceof Command.Set || command instanceof Command.Checkpoint) {
            requireSpace();
        }
        return locks.with(run, () -> {
            Order.Asked asked = new Order.Asked(ids.next(), command);
            Optional<Worker<?>> worker = workers.of(run);
            RunEntry now = worker.isPresent() ? worker.get().entry() : existing(run);
            RunState state = worker.map(w -> w.inbox().after(w.state())).orElseGet(() -> RunState.of(now));
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
                workers.engage(recipe(now.recipe()), now, Optional.of(asked));
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
        checkTurn(recipe(run.recipe()), run, set);
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

    private Accepted fork(RunEntry parent, Command.Fork fork) {
        workers.requireStaying();
        requireSpace();
        RunCheckpoints.Loaded from = checkpoints(parent.id())
                .read(fork.step())
                .orElseThrow(() -> noSuchCheckpoint(
                        parent.id(), fork.step().map(step -> " of step " + step).orElse("")));
        RunEntry child = forked(recipe(parent.recipe()), parent, from, fork);
        return new Accepted(ids.next(), Optional.of(child.id()));
    }

    private RefusedException noSuchCheckpoint(String run, String which) {
        return new RefusedException(
                Reason.NO_SUCH_CHECKPOINT,
                "step",
                "step: run " + run + " has no checkpoint" + which + "; it has "
                        + shop.checkpoints().list(run).stream()
                                .map(Checkpoint::step)
                                .toList());
    }

    private <P extends Record & Parameters> RunEntry forked(
            Recipe<P> recipe, RunEntry parent, RunCheckpoints.Loaded from, Command.Fork fork) {
        Schema<P> schema = Schema.of(recipe);
        P parameters = schema.with(StoredParameters.of(recipe, parent), fork.parameters());
        admission.check(recipe, parameters, fork.name());
        admission.checkData(recipe, parameters);
        long step = from.checkpoint().step();
        RunEntry child = admission.entry(
                recipe,
                parent.preset(),
                schema.values(parameters),
                parent.seed(),
                fork.name().or(() -> Optional.of("fork of " + parent.name())),
                Optional.of(new RunEntry.Fork(parent.id(), step)));
        return withCheckpoint(child.id(), () -> {
            // Before the run is in the log: a run that is there finds what it goes on from.
            new RunCheckpoints(shop, child.id()).write(step, child.lastSeq(), from.content());
            return begin(child, Optional.empty());
        });
    }

    // ---- pinning

    @Override
    public boolean pin(String run, long step, boolean pinned) {
        requireSpace();
        return locks.with(run, () -> {
            Optional<Worker<?>> worker = workers.of(run);
            RunCheckpoints checkpoints = checkpoints(run);
            Journal journal = worker.<Journal>map(Worker::journal).orElseGet(() -> {
                workers.requireWritten(run);
                return new Journal(shop.log(), existing(run));
            });
            if (checkpoints.find(Optional.of(step)).isEmpty()) {
                throw noSuchCheckpoint(run, " of step " + step);
            }
            if (!(pinned ? checkpoints.pin(step) : checkpoints.unpin(step))) {
                return false;
            }
            // It concerns what is kept, not what is trained: it takes effect at once, whatever the run does.
            journal.applied(ids.next(), pinned ? Pins.PIN : Pins.UNPIN, Map.of(Pins.CHECKPOINT, step));
            journal.flush();
            return true;
        });
    }

    @Override
    public Set<Long> pinned(String run) {
        return checkpoints(run).pinned();
    }

    private RunCheckpoints checkpoints(String run) {
        return workers.of(run).<RunCheckpoints>map(Worker::checkpoints).orElseGet(() -> new RunCheckpoints(shop, run));
    }

    // ---- finding and removing

    @Override
    public Optional<RunEntry> find(String run) {
        return shop.log().find(run).map(this::current);
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
            workers.of(run).ifPresentOrElse(worker -> worker.journal().delete(), () -> shop.log()
                    .delete(run));
            return run;
        });
        workers.discard(run);
        shop.checkpoints().deleteAll(run);
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
