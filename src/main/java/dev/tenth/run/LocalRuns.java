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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** The runs of this process: one {@link Worker} for each that is not at its end. */
public final class LocalRuns implements Runs, AutoCloseable {
    /** Seeds are shown to people: no longer than a double can carry through JavaScript. */
    private static final long LARGEST_SEED = (1L << 53) - 1;

    private static final int PAGE = 200;

    private final Workshop shop;
    private final List<Recipe<?>> recipes;
    private final Map<String, Recipe<?>> recipesById;
    private final Scheduler scheduler;
    private final Ids ids = new Ids();
    private final Admission admission;
    /** Workers by run. A change of the map and of a worker's orders is made under {@code this}. */
    private final Map<String, Worker<?>> workers = new ConcurrentHashMap<>();

    private boolean closed;

    public LocalRuns(List<Recipe<?>> recipes, Workshop shop) {
        this.shop = shop;
        this.recipes = List.copyOf(recipes);
        this.recipesById = recipes.stream().collect(Collectors.toMap(Recipe::id, recipe -> recipe));
        this.scheduler = new Scheduler(shop.cores());
        this.admission = new Admission(shop, scheduler, ids);
    }

    /** Takes up what an earlier process left: queued runs are queued again, runs found dead are interrupted. */
    public synchronized void recover() {
        List<RunEntry> left = all(List.of(RunState.PREPARING.name(), RunState.RUNNING.name(), RunState.QUEUED.name()));
        left.stream().sorted(Comparator.comparing(RunEntry::createdAt)).forEach(run -> {
            if (run.state().equals(RunState.QUEUED.name())) {
                engage(run);
            } else {
                Journal journal = new Journal(shop.log(), run);
                journal.state(
                        RunState.INTERRUPTED,
                        "the service died around step " + run.step() + "; resume goes on from the newest checkpoint");
                // Who asks from now on is told this, and not the state in which it died.
                journal.flush();
            }
        });
        shop.log().onSpace(space -> {
            if (!space) {
                workers.values().forEach(worker -> worker.inbox().addFirst(new Order.DiskFull()));
            }
        });
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
        admission.check(recipe, parameters, name);
        return new Importer(shop, ids).take(recipe, from, parameters, file, name);
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

    private <P extends Record & Parameters> RunEntry submit(
            Recipe<P> recipe, Submission wish, Optional<RunLog.Key> key) {
        Preset<P> preset = Admission.preset(recipe, wish.preset());
        Schema<P> schema = Schema.of(recipe);
        P parameters = schema.with(preset.parameters(), wish.parameters());
        long seed = wish.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong(LARGEST_SEED));
        admission.check(recipe, parameters, wish.name());
        admission.checkData(recipe, parameters);
        RunEntry run =
                admission.entry(recipe, preset.name(), schema.values(parameters), seed, wish.name(), Optional.empty());
        return begin(run, key);
    }

    private RunEntry begin(RunEntry run, Optional<RunLog.Key> key) {
        synchronized (this) {
            if (closed) {
                throw new RefusedException(Reason.QUEUE_FULL, "", "the service is leaving; try again later");
            }
            String made = shop.log().create(run, List.of(Journal.first(run)), key);
            if (made.equals(run.id())) {
                engage(run);
                return run;
            }
        }
        return key.flatMap(this::madeWith).orElse(run);
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
        synchronized (this) {
            Worker<?> worker = workers.get(run);
            RunEntry now = worker == null ? existing(run) : worker.entry();
            RunState state = RunState.valueOf(now.state());
            if (worker != null) {
                state = worker.inbox().after(state);
            }
            if (!Lifecycle.allowed(command).contains(state)) {
                throw new RefusedException(
                        Reason.WRONG_STATE,
                        "type",
                        "%s: run %s is %s, and only a run that is %s can do that"
                                .formatted(Lifecycle.type(command), run, state, Lifecycle.allowed(command)));
            }
            if (command instanceof Command.Set set) {
                checkTurn(now, set);
            }
            String id = ids.next();
            (worker == null ? engage(now) : worker).inbox().add(new Order.Asked(id, command));
            return new Accepted(id, Optional.empty());
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
        P now = schema.with(recipe.presets().getFirst().parameters(), JsonObjects.read(run.parameters()));
        P turned = schema.turned(now, set.parameters());
        admission.checkSize(recipe, turned);
        if (schema.reshapes(now, turned)) {
            admission.checkData(recipe, turned); // another program is prepared from it
        }
    }

    private Worker<?> engage(RunEntry run) {
        Worker<?> worker = worker(recipe(run.recipe()), run);
        workers.put(run.id(), worker);
        worker.start();
        return worker;
    }

    private <P extends Record & Parameters> Worker<P> worker(Recipe<P> recipe, RunEntry run) {
        return new Worker<>(recipe, shop, scheduler, run, () -> {
            synchronized (this) {
                workers.remove(run.id());
            }
        });
    }

    private Accepted fork(RunEntry parent, Command.Fork fork) {
        RunCheckpoints.Loaded from = checkpoints(parent.id())
                .read(fork.step())
                .orElseThrow(() -> noSuchCheckpoint(
                        parent.id(), fork.step().map(step -> " of step " + step).orElse("")));
        RunEntry child = begin(forked(recipe(parent.recipe()), parent, from, fork), Optional.empty());
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
        P inherited = schema.with(recipe.presets().getFirst().parameters(), JsonObjects.read(parent.parameters()));
        P parameters = schema.with(inherited, fork.parameters());
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
        // Before the run is in the log: a run that is there finds what it goes on from.
        new RunCheckpoints(shop, child.id()).write(step, child.lastSeq(), from.content());
        return child;
    }

    // ---- pinning

    @Override
    public boolean pin(String run, long step, boolean pinned) {
        synchronized (this) {
            Worker<?> worker = workers.get(run);
            RunEntry entry = worker == null ? existing(run) : worker.entry();
            RunCheckpoints checkpoints = checkpoints(run);
            if (checkpoints.find(Optional.of(step)).isEmpty()) {
                throw noSuchCheckpoint(run, " of step " + step);
            }
            if (!(pinned ? checkpoints.pin(step) : checkpoints.unpin(step))) {
                return false;
            }
            // It concerns what is kept, not what is trained: it takes effect at once, whatever the run does.
            Journal journal = worker == null ? new Journal(shop.log(), entry) : worker.journal();
            journal.applied(ids.next(), pinned ? Pins.PIN : Pins.UNPIN, Map.of(Pins.CHECKPOINT, step));
            journal.flush();
            return true;
        }
    }

    @Override
    public Set<Long> pinned(String run) {
        return checkpoints(run).pinned();
    }

    private RunCheckpoints checkpoints(String run) {
        Worker<?> worker = workers.get(run);
        return worker == null ? new RunCheckpoints(shop, run) : worker.checkpoints();
    }

    // ---- finding and removing

    @Override
    public Optional<RunEntry> find(String run) {
        return shop.log().find(run);
    }

    private RunEntry existing(String run) {
        return find(run)
                .orElseThrow(() ->
                        new RefusedException(Reason.NO_SUCH_RUN, "id", "id: there is no run " + Excerpt.quoted(run)));
    }

    @Override
    public void delete(String run) {
        existing(run);
        Worker<?> worker;
        synchronized (this) {
            worker = workers.get(run);
            if (worker != null) {
                worker.inbox().addFirst(new Order.Discard());
            }
        }
        join(worker);
        shop.log().delete(run);
        shop.checkpoints().deleteAll(run);
    }

    /** How many runs that are not at their end are in each state. */
    public Map<RunState, Long> states() {
        return workers.values().stream().collect(Collectors.groupingBy(Worker::state, Collectors.counting()));
    }

    private static void join(Worker<?> worker) {
        if (worker != null) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets every run write a checkpoint and leave; they go on when the service is back. */
    @Override
    public void close() {
        List<Worker<?>> leaving;
        synchronized (this) {
            closed = true;
            leaving = List.copyOf(workers.values());
        }
        scheduler.close();
        leaving.forEach(worker -> worker.inbox().addFirst(new Order.Shutdown()));
        leaving.forEach(LocalRuns::join);
    }
}
