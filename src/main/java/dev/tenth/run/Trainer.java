package dev.tenth.run;

import dev.tenth.event.EventType;
import dev.tenth.event.JsonObjects;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.RunEntry;
import dev.tenth.store.StoreException;
import dev.tenth.torch.Device;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The training of one run, from wherever its checkpoints and its log left it: steps, what they show, checkpoints, turns. One thread
 * uses it.
 */
final class Trainer<P extends Record & Parameters> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Trainer.class.getName());
    private static final List<String> SUPERSEDABLE = Arrays.stream(EventType.values())
            .filter(EventType::isSupersedable)
            .map(EventType::wire)
            .toList();

    private final Recipe<P> recipe;
    private final Schema<P> schema;
    private final RunContext context;
    private final RunEntry origin;
    private final Journal journal;
    private final RunCheckpoints checkpoints;
    private final ShownEvents events;
    private final RunMeters.Steps meter;
    private ParameterHistory<P> history;
    private P parameters;
    private Training<P> training;
    private long step;
    private long checkpointed = -1;
    /** It was found before, and said. */
    private boolean nonFinite;

    Trainer(Recipe<P> recipe, RunContext context, RunEntry origin, Journal journal, RunCheckpoints checkpoints) {
        this.recipe = recipe;
        this.schema = Schema.of(recipe);
        this.context = context;
        this.origin = origin;
        this.journal = journal;
        this.checkpoints = checkpoints;
        this.events = new ShownEvents(context.blobs());
        this.meter = context.meters().steps(recipe.id());
        this.parameters = StoredParameters.of(recipe, origin);
    }

    /** How many threads the training has. */
    int threads() {
        return parameters.pace().threads();
    }

    /** The native memory that the training takes. */
    long memoryBytes() {
        return Admission.memoryBytes(recipe, parameters, context.data());
    }

    /** The last step taken, also before the training is loaded. */
    long step() {
        return training == null ? journal.step() : step;
    }

    /**
     * Data and programs. What is on its way to the log must be flushed.
     *
     * @throws Runs.RefusedException if something was set that this version does not know
     */
    void prepare(Setting.Progress progress) {
        history = ParameterHistory.of(recipe, context.log(), journal.entry());
        training = prepared(progress);
        journal.steps(training.steps());
    }

    private Training<P> prepared(Setting.Progress progress) {
        return recipe.prepare(
                parameters,
                new Setting(
                        device(),
                        origin.seed(),
                        context.data(),
                        context.residents(),
                        progress,
                        context.limits().runBytes()));
    }

    private Device device() {
        Device device = parameters.pace().wish().orElse(context.device());
        if (Torch.has(device)) {
            return device;
        }
        LOG.log(System.Logger.Level.WARNING, "run {0}: {1} is not there (any more): on the CPU", origin.id(), device);
        return Device.CPU;
    }

    /**
     * Takes over the newest checkpoint that is whole.
     *
     * @param passedOver told of each that is not, and why
     * @return false if there is none: the run is at its beginning
     */
    boolean goOn(BiConsumer<Checkpoint, String> passedOver) {
        Optional<RunCheckpoints.Opened> newest = checkpoints.newest(journal.lastSeq(), passedOver);
        if (newest.isEmpty()) {
            return false;
        }
        load(newest.get());
        checkpointed = step;
        long seq = newest.get().checkpoint().seq();
        nonFinite = context.log()
                .timeline(origin.id(), EventType.NON_FINITE)
                .nonFinite()
                .filter(event -> event.seq() <= seq)
                .isPresent();
        journal.resumed(step, seq);
        return true;
    }

    /** Takes over a checkpoint, and closes it. */
    private void load(RunCheckpoints.Opened checkpoint) {
        try (checkpoint) {
            step = checkpoint.checkpoint().step();
            turnTo(history.after(step));
            training.load(checkpoint.content().tensors());
        } catch (IOException | UncheckedIOException e) {
            throw new RunCheckpoints.UnreadableException(checkpoint.checkpoint(), e);
        }
    }

    /** Says that the run begins again, if an earlier start got far enough to show something. */
    void supersede() {
        if (!context.log().read(origin.id(), 0, 1, SUPERSEDABLE).isEmpty()) {
            journal.resumed(0, 1);
        }
    }

    /** Makes the state from which step 1 starts. */
    List<Shown> begin() {
        List<Shown> shown = new ArrayList<>();
        training.begin(shown::add);
        return shown;
    }

    /** Turns what was turned after this step before the run died. */
    void turnAgain() {
        if (history.at(step)) {
            turnTo(history.after(step));
        }
    }

    boolean isDone() {
        return step >= training.steps();
    }

    /** Takes a step. */
    List<Shown> next() {
        step++;
        List<Shown> shown = new ArrayList<>(0);
        long start = System.nanoTime();
        training.step(step, shown::add);
        meter.taken(System.nanoTime() - start);
        return shown;
    }

    /**
     * Where values became infinite or NaN.
     *
     * @param step the first after which it was so
     * @param names of the tensors and figures that hold them, in the order of the model
     */
    record NonFinite(long step, List<String> names) {}

    /**
     * Whether the model, or a figure of what it shows, is newly found to be not finite. It is looked at when something is shown or
     * stored, so that a step costs nothing.
     */
    boolean overflowed(List<Shown> shown) {
        if (nonFinite || shown.isEmpty() && !isCheckpointDue() && !isDone()) {
            return false;
        }
        nonFinite = !nonFinite(shown).isEmpty();
        return nonFinite;
    }

    private List<String> nonFinite(List<Shown> shown) {
        return Stream.concat(
                        training.nonFinite().stream(),
                        figures(shown).entrySet().stream()
                                .filter(figure -> !Double.isFinite(figure.getValue()))
                                .map(Map.Entry::getKey))
                .toList();
    }

    boolean stopsAtNonFinite() {
        return parameters.pace().stopAtNonFinite();
    }

    /**
     * Finds the first step after which it was so. From the newest checkpoint that is finite the same steps are taken again, which
     * give the same numbers. A run that is to stop is left where that is found, another one where it was.
     *
     * @param shown by the newest step
     * @param hurry whether something else is asked for: a run that is to stop then says only what the newest step tells
     */
    NonFinite findNonFinite(List<Shown> shown, BooleanSupplier hurry) {
        NonFinite newest = new NonFinite(step, nonFinite(shown));
        if (!loadFiniteBefore(newest.step())) {
            return newest;
        }
        NonFinite first = null;
        while (step < newest.step() && !(stopsAtNonFinite() && (first != null || hurry.getAsBoolean()))) {
            turnAgain();
            step++;
            List<Shown> again = new ArrayList<>(0);
            training.step(step, again::add);
            List<String> names = first == null ? nonFinite(again) : List.of();
            if (!names.isEmpty()) {
                first = new NonFinite(step, names);
            }
        }
        return first == null ? newest : first;
    }

    /** Takes over the newest checkpoint before a step in which all is finite, else the oldest; false if none can be read. */
    private boolean loadFiniteBefore(long last) {
        boolean loaded = false;
        for (Checkpoint checkpoint : context.checkpoints().list(origin.id()).reversed()) {
            if (checkpoint.step() < last) {
                Optional<RunCheckpoints.Opened> opened = checkpoints.open(Optional.of(checkpoint.step()));
                opened.ifPresent(this::load);
                loaded |= opened.isPresent();
                if (opened.isPresent() && training.nonFinite().isEmpty()) {
                    break;
                }
            }
        }
        return loaded;
    }

    /**
     * Puts what was shown into the log, all of it or nothing.
     *
     * @throws StoreException if it cannot be stored
     */
    void publish(List<Shown> shown) {
        if (shown.isEmpty()) {
            return;
        }
        journal.shown(step, shown.stream().map(events::of).toList());
    }

    private static Map<String, Double> figures(List<Shown> shown) {
        Map<String, Double> figures = new LinkedHashMap<>();
        shown.forEach(each -> {
            if (each instanceof Shown.Metrics(Map<String, Double> values)) {
                figures.putAll(values);
            }
        });
        return figures;
    }

    boolean isCheckpointDue() {
        return step % parameters.pace().checkpointEvery() == 0;
    }

    /**
     * Writes a checkpoint of this step, unless there is one.
     *
     * @throws StoreException if it cannot be stored
     */
    void checkpoint() {
        if (checkpointed == step) {
            return;
        }
        // First the events that it includes: a checkpoint beyond the end of the log would be an orphan.
        journal.flush();
        long start = System.nanoTime();
        Checkpoint written = checkpoints.write(step, journal.lastSeq(), content());
        context.meters().checkpointWritten(recipe.id(), System.nanoTime() - start, written.bytes());
        checkpointed = step;
        journal.checkpoint(written, checkpoints.count());
    }

    private Safetensors content() {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("run", origin.id());
        about.put("recipe", recipe.id());
        about.put("preset", origin.preset());
        about.put("parameters", JsonObjects.write(schema.values(parameters)));
        about.put("seed", Long.toString(origin.seed()));
        about.put("step", Long.toString(step));
        about.put("seq", Long.toString(journal.lastSeq()));
        about.put("version", context.version());
        return new Safetensors(training.save(), about);
    }

    /**
     * Goes on with other parameters, and tells it.
     *
     * @throws StoreException if that cannot be stored; then nothing is turned
     */
    void turn(String id, Command.Set set) {
        Map<String, Object> before = schema.values(parameters);
        Map<String, Object> previous = new LinkedHashMap<>();
        set.parameters().keySet().forEach(name -> previous.put(name, before.get(name)));
        P turned = schema.turned(parameters, set.parameters());
        // Told first: what the log does not know does not happen.
        journal.turned(step(), id, schema.values(turned), set.parameters(), previous);
        if (training == null) {
            parameters = turned;
        } else {
            history.turn(step, set.parameters());
            turnTo(turned);
        }
    }

    /** What shapes the program, like the size of a batch, makes another program with the same state. */
    private void turnTo(P turned) {
        boolean reshapes = schema.reshapes(parameters, turned);
        parameters = turned;
        if (reshapes) {
            // The old one last: the data that both share stays in memory.
            Training<P> other = prepared((_, _) -> {});
            Training<P> spare = other;
            try {
                other.load(training.save());
                spare = training;
                training = other;
            } finally {
                spare.close();
            }
        } else {
            training.turn(parameters);
        }
    }

    @Override
    public void close() {
        if (training != null) {
            training.close();
        }
    }
}
