package dev.tenth.recipes.preparation;

import static dev.tenth.recipe.Bound.atMost;

import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.ProgramTraining;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Shape;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import dev.tenth.torch.Variable.Initial;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Eight optimizers run down a surface from the same point. Each is held against the same rule in double precision while it runs.
 *
 * @see <a href="https://arxiv.org/abs/1609.04747">Ruder: An overview of gradient descent optimization algorithms, 2016</a>
 */
public final class Optimizers implements Recipe<Optimizers.Settings> {
    /** So many points of a path are kept, the start among them. */
    private static final int POINTS = 400;

    /** What can be set. */
    public record Settings(
            @Parameter(help = "The function to run down") Surface surface,

            @Parameter(help = "Where all start: x", min = -10, max = 10)
            double startX,

            @Parameter(help = "Where all start: y", min = -10, max = 10)
            double startY,

            @Parameter(help = "Steps of each optimizer", min = 1, max = 1_000_000, unit = "steps")
            int steps,

            Lanes race,

            Pace pace)
            implements Racing {}

    @Override
    public Card card() {
        return new Card(
                "optimizers",
                "Eight ways downhill",
                Chapter.PREPARATION,
                "From one point eight optimizers run down a surface. They are a family. SGD goes along the gradient. Momentum adds a"
                        + " velocity, and Nesterov looks where it is about to lead. AdaGrad gives each coordinate a rate of its own;"
                        + " RMSProp and AdaDelta let it forget; Adam is momentum and RMSProp together, Adamax Adam with a maximum. Their"
                        + " learning rates differ by hundreds, because they mean different things: SGD's step is the rate times the slope,"
                        + " so steep walls want a small one, while RMSProp's and Adam's steps are about as long as the rate itself."
                        + " Turn a rate, choose another start, see who leaves the valley.");
    }

    @Override
    public List<Preset<Settings>> presets() {
        return List.of(
                preset(
                        "author",
                        "Beale's function: steep walls, a flat floor. Velocity wins; AdaDelta hardly moves at first",
                        "the series' first post; the rates for this surface are ours",
                        new Start(Surface.BEALE, 1, 1.5, 500, 10),
                        new Racing.Lanes(Lane.ALL, .01, .005, .005, .5, 1, .02, .1, .1)),
                preset(
                        "saddle",
                        "From a hair beside the ridge of a saddle: who finds the way off first?",
                        "a classic of the optimizers' pictures, with walls; the numbers are ours",
                        new Start(Surface.SADDLE, 1.5, .001, 200, 5),
                        new Racing.Lanes(Lane.ALL, .1, .05, .05, .1, 1, .01, .05, .05)),
                preset(
                        "valley",
                        "A long valley: plain SGD bounces between its walls, or crawls along its floor",
                        "a classic of the optimizers' pictures; the numbers are ours",
                        new Start(Surface.VALLEY, -8, 1.5, 200, 5),
                        new Racing.Lanes(Lane.ALL, .9, .1, .1, .5, 1, .03, .2, .2)),
                preset(
                        "rosenbrock",
                        "A valley with a bend: velocity is ahead for long, Adam at the end",
                        "Rosenbrock, 1960, from his start; the rates are ours",
                        new Start(Surface.ROSENBROCK, -1.2, 1, 2000, 50),
                        new Racing.Lanes(Lane.ALL, .002, .0005, .0005, .5, 1, .003, .05, .05)));
    }

    private record Start(Surface surface, double x, double y, int steps, int showEvery) {}

    private static Preset<Settings> preset(String name, String help, String source, Start start, Racing.Lanes race) {
        // A lane that diverges is a part of the race.
        Pace pace = new Pace(1, 100, start.showEvery, Pace.AUTO, false);
        // Judged at step 100. Later it may grow: RMSProp's steps stay about as long as its rate, and each bounce
        // multiplies every rounding.
        return new Preset<>(
                name,
                help,
                source,
                new Settings(start.surface, start.x, start.y, start.steps, race, pace),
                atMost("relativeDeviation", 1e-5, 100, "the lane that is furthest from its rule in double precision"));
    }

    @Override
    public long memoryBytes(Settings settings) {
        return 8 << 20;
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        return new Descent(settings, setting);
    }

    /**
     * The traced half.
     *
     * @param points where each lane is
     * @param paths the point of each lane every few steps; the places that are not reached yet hold the newest
     */
    private record Model(Settings settings, Map<Lane, Variable> points, Variable paths) {
        Model(Settings settings) {
            Initial start = (i, _) -> i % 2 == 0 ? settings.startX() : settings.startY();
            Map<Lane, Variable> points = new EnumMap<>(Lane.class);
            for (Lane lane : settings.race().raced()) {
                points.put(lane, Variable.parameter("point", start, 2).in(lane.wire()));
            }
            Shape shape = Shape.of(POINTS, points.size(), 2);
            this(settings, points, new Variable("paths", DType.FLOAT32, shape, start, Variable.Role.STATE));
        }

        List<Lane> lanes() {
            return List.copyOf(points.keySet());
        }

        /** The place of a step in the paths: they are thinned so that the whole run fits. */
        int place(long step) {
            long stride = Math.ceilDiv(settings.steps(), POINTS - 1);
            return Math.toIntExact(Math.ceilDiv(step, stride));
        }

        void step(Trace t) {
            List<Tensor> now = new ArrayList<>();
            points.forEach((lane, variable) -> {
                Tensor point = t.value(variable); // [2]
                Tensor height = settings.surface().value(point.select(0, 0), point.select(0, 1));
                t.minimize(height, List.of(variable), lane.optimizer(), lane.wire(), t.number(lane.wire()));
                now.add(t.value(variable).detach());
            });
            Tensor fromHere = t.range(POINTS).atLeast(t.integer("place")).reshape(POINTS, 1, 1);
            Tensor newest = Tensor.stack(0, now).unsqueeze(0); // [1, lanes, 2]
            t.assign(paths, fromHere.choose(newest, t.value(paths)));
        }
    }

    private static final class Descent extends ProgramTraining<Settings> {
        private static final String TWINS = "twins";
        private final Model model;
        private final Twins twins;
        /** The lanes as the page has them. */
        private Racing.Lanes shown;

        Descent(Settings settings, Setting setting) {
            Model traced = new Model(settings);
            Program program = Program.trace(Precision.FLOAT32, methods -> methods.method("step", traced::step));
            super(settings, new Executable(program, setting.device(), setting.seed()));
            this.model = traced;
            this.shown = settings.race();
            this.twins = new Twins(settings.surface(), model.lanes(), settings.startX(), settings.startY());
        }

        @Override
        public long steps() {
            return settings.steps();
        }

        @Override
        public Map<String, TensorSource> save() {
            Map<String, TensorSource> state = new LinkedHashMap<>(super.save());
            state.put(TWINS, twins.save());
            return state;
        }

        @Override
        public void load(Map<String, TensorSource> state) {
            super.load(state);
            twins.load(state.get(TWINS));
        }

        @Override
        public void begin(Consumer<Shown> show) {
            show.accept(settings.surface().field());
            show.accept(settings.surface().text());
            show.accept(Lane.table(settings.race()));
            show.accept(Lane.family(settings.race()));
            show(0, show);
        }

        @Override
        public void step(long step, Consumer<Shown> show) {
            if (!settings.race().equals(shown)) {
                shown = settings.race();
                show.accept(Lane.table(shown));
            }
            Executable.Call call = program.call("step").with("place", model.place(step));
            model.lanes().forEach(lane -> call.with(lane.wire(), settings.race().rate(lane)));
            call.run();
            twins.step(settings.race(), step);
            if (step % settings.pace().showEvery() == 0 || step == settings.steps()) {
                show(step, show);
            }
        }

        private void show(long step, Consumer<Shown> show) {
            List<Lane> lanes = model.lanes();
            float[] paths = program.get(model.paths()).floats(); // [POINTS, lanes, 2]
            int reached = model.place(step);
            Map<String, double[][]> trails = new LinkedHashMap<>();
            Map<String, Double> metrics = new LinkedHashMap<>();
            double least = Double.POSITIVE_INFINITY;
            double deviation = 0;
            for (int i = 0; i < lanes.size(); i++) {
                double[][] trail = new double[reached + 1][];
                for (int place = 0; place <= reached; place++) {
                    int at = 2 * (lanes.size() * place + i);
                    trail[place] = new double[] {paths[at], paths[at + 1]};
                }
                trails.put(lanes.get(i).wire(), trail);
                double height = settings.surface().value(trail[reached][0], trail[reached][1]);
                metrics.put("loss." + lanes.get(i).wire(), height);
                if (height < least) { // a lane that diverged has none
                    least = height;
                }
                deviation = Math.max(deviation, twins.deviation(i, trail[reached]));
            }
            metrics.put("loss", least);
            metrics.put("relativeDeviation", deviation);
            show.accept(new Shown.Metrics(metrics));
            show.accept(new Shown.Trail("paths", trails));
        }
    }
}
