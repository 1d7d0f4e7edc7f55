package dev.tenth.recipes.preparation;

import dev.tenth.recipe.Epochs;
import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Examples.Judgement;
import dev.tenth.recipe.Examples.Part;
import dev.tenth.recipe.ProgramTraining;
import dev.tenth.recipe.RunningMeans;
import dev.tenth.recipe.Schedule;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Shape;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One classifier, trained by several optimizers side by side: the same first weights, the same batches in the same order, the same
 * dropout; all lanes' steps are one native call.
 *
 * <p>Its metrics are {@code trainLoss.adam}, {@code validationError.adam}, {@code testError.adam} … for each lane, {@code
 * rank.adam} (1 plus the lanes that have a smaller validation error), and without a lane's name those of the leader, which is the
 * lane with the smallest validation error.
 */
public final class Race<P extends Racing> extends ProgramTraining<P> {
    /** The place of the leader among all lanes: whoever uses the model of a checkpoint uses the leader's. */
    private static final Variable LEADER =
            new Variable("leader", DType.INT64, Shape.of(1), Variable.Initial.zeros(), Variable.Role.STATE);

    private final Track track;
    private final long seed;
    private final int epochs;
    private final Schedule schedule;
    /** The lanes as the page has them. */
    private Racing.Lanes shown;

    /**
     * A race that has not begun.
     *
     * @param schedule of all lanes' learning rates
     * @param model of a lane, by its name
     */
    public Race(
            P settings,
            Setting setting,
            Examples examples,
            int batch,
            int epochs,
            Schedule schedule,
            Function<String, ? extends Classifier> model) {
        Map<Lane, Classifier> lanes = new EnumMap<>(Lane.class);
        settings.race().raced().forEach(lane -> lanes.put(lane, model.apply(lane.wire())));
        // A table of the user's may be smaller than a batch.
        int rows = (int) Math.min(batch, examples.rows(Part.TRAINING));
        Epochs order = new Epochs(examples.rows(Part.TRAINING), rows, setting.seed());
        Track traced = new Track(
                lanes,
                examples,
                order,
                new RunningMeans(lanes.keySet().stream().map(Lane::wire).toList()));
        Program program = Program.trace(Precision.FLOAT32, traced::trace);
        super(
                settings,
                new Executable(
                        program,
                        setting.device(),
                        setting.seed(),
                        examples.residents(setting.residents(), setting.device())));
        this.track = traced;
        this.shown = settings.race();
        this.seed = setting.seed();
        this.epochs = epochs;
        this.schedule = schedule;
    }

    /** The name of the lane that led when a state was saved. */
    public static String leader(Map<String, TensorSource> state) {
        return Lane.values()[(int) state.get(LEADER.name()).read().longs()[0]].wire();
    }

    /** The traced half: the lanes, and what they run on. */
    private record Track(Map<Lane, Classifier> lanes, Examples examples, Epochs epochs, RunningMeans losses) {
        void trace(Program.Builder methods) {
            epochs.trace(methods);
            losses.trace(methods);
            methods.method("step", this::step);
            lanes.forEach((lane, model) -> {
                examples.trace(methods, lane.wire(), model::logits);
                model.trace(methods, examples);
            });
        }

        private void step(Trace t) {
            Tensor rows = epochs.rows(t); // [B]
            Tensor inputs = examples.inputs(t, Part.TRAINING, rows); // [B, width]
            Tensor labels = examples.labels(t, Part.TRAINING, rows); // [B]
            List<Tensor> each = new ArrayList<>();
            lanes.forEach((lane, model) -> {
                // A generator of its own for each lane, from one seed: the same dropout in all of them.
                Tensor loss = model.loss(inputs, labels, t.random(t.integer("seed")));
                List<Tensor> gradients = model.gradients(inputs, labels, loss);
                t.update(model.parameters(), gradients, lane.optimizer(), lane.wire(), t.number(lane.wire()));
                each.add(loss);
            });
            losses.add(t, each);
            t.value(LEADER);
        }
    }

    @Override
    public long steps() {
        return track.epochs().steps() * epochs;
    }

    @Override
    public void begin(Consumer<Shown> show) {
        show.accept(Lane.table(settings.race()));
        show.accept(Lane.family(settings.race()));
        show(show, Map.of());
    }

    @Override
    public void step(long step, Consumer<Shown> show) {
        if (!settings.race().equals(shown)) {
            shown = settings.race();
            show.accept(Lane.table(shown));
        }
        Executable.Call call =
                track.epochs().at(step, program, program.call("step")).with("seed", Randomness.mix(seed, step));
        track.lanes()
                .keySet()
                .forEach(lane -> call.with(
                        lane.wire(), schedule.at(step, steps(), settings.race().rate(lane))));
        call.run();
        if (step % settings.pace().showEvery() == 0 || step == steps()) {
            show(show, track.losses().take(program));
        }
    }

    /** @param losses the mean loss of each lane since the last picture, by its name on the wire; none at the beginning */
    private void show(Consumer<Shown> show, Map<String, Double> losses) {
        Map<Lane, Double> validation = new EnumMap<>(Lane.class);
        Map<Lane, Judgement> test = new EnumMap<>(Lane.class);
        for (Lane lane : track.lanes().keySet()) {
            validation.put(
                    lane,
                    track.examples()
                            .judge(program, lane.wire(), Part.VALIDATION)
                            .error());
            test.put(lane, track.examples().judge(program, lane.wire(), Part.TEST));
        }
        Lane leader = validation.keySet().stream()
                .min(Comparator.comparing(validation::get))
                .orElseThrow();
        program.set(LEADER, HostTensor.of(new long[] {leader.ordinal()}, 1));
        Map<String, Double> metrics = new LinkedHashMap<>();
        validation.forEach((lane, error) -> {
            String suffix = "." + lane.wire();
            metrics.put("validationError" + suffix, error);
            metrics.put("testError" + suffix, test.get(lane).error());
            metrics.put(
                    "rank" + suffix,
                    1.0
                            + validation.values().stream()
                                    .filter(other -> other.compareTo(error) < 0) // NaN is behind all others
                                    .count());
            if (losses.containsKey(lane.wire())) {
                metrics.put("trainLoss" + suffix, losses.get(lane.wire()));
            }
        });
        for (String name : List.of("trainLoss", "validationError", "testError")) {
            if (metrics.containsKey(name + "." + leader.wire())) {
                metrics.put(name, metrics.get(name + "." + leader.wire()));
            }
        }
        show.accept(new Shown.Metrics(metrics));
        show.accept(track.examples().confusion("confusion", test.get(leader)));
        track.lanes().get(leader).show(program, show);
    }
}
