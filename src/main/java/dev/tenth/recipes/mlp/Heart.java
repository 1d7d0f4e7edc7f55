package dev.tenth.recipes.mlp;

import static dev.tenth.recipe.Bound.atMost;

import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.torch.DType;
import dev.tenth.torch.Dense;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Optimizer;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A network with one hidden layer learns a function of two variables, f(x, y) = x² + (y − ∛x²)², whose contour at 1 is a
 * heart: universal approximation that one can look at.
 *
 * @see <a href="https://doi.org/10.1007/BF02551274">Cybenko: Approximation by superpositions of a sigmoidal function, 1989</a>
 */
public final class Heart implements Recipe<Heart.Settings> {
    /** The trained square: [−3, 3)², every .02. */
    private static final double REACH = 3;

    private static final double SPACING = .02;
    private static final int SIDE = 300;
    private static final int POINTS = SIDE * SIDE;
    /** The points of a field's side. */
    private static final int PICTURE = 64;

    /** What can be set. */
    public record Settings(
            @Parameter(help = "Units of the hidden layer", min = 1, max = 4096)
            int hidden,

            @Parameter(help = "Passes over the 90 000 points", min = 1, max = 100_000, unit = "epochs")
            int epochs,

            @Parameter(help = "Points in a batch", min = 1, max = 90_000)
            int batch,

            @Parameter(help = "Adam's learning rate", min = 0, minExclusive = true, max = 1, turnable = true)
            double learningRate,

            @Parameter(help = "Threads of the run", min = 1, max = 64)
            int threads,

            @Parameter(help = "Steps between two checkpoints", min = 1, max = 10_000_000, unit = "steps")
            int checkpointEvery,

            @Parameter(help = "Steps between two pictures", min = 1, max = 10_000_000, unit = "steps", turnable = true)
            int showEvery)
            implements Parameters {}

    @Override
    public String id() {
        return "heart";
    }

    @Override
    public String title() {
        return "A heart from tanh";
    }

    @Override
    public Chapter chapter() {
        return Chapter.MLP;
    }

    @Override
    public String story() {
        return "64 tanh units learn a function of the plane, point by point. Its contour is a heart: at first a smear, then a"
                + " blob, then the notch appears. The error is largest where the function bends most.";
    }

    @Override
    public List<Preset<Settings>> presets() {
        return List.of(
                new Preset<>(
                        "quick",
                        "The author's net for ten epochs: seconds",
                        "the series' function-approximation post, shortened",
                        new Settings(64, 10, 32, 1e-3, 1, 5000, 250),
                        List.of(atMost("rmse", .5, 28_120, "measured .30–.40"))),
                new Preset<>(
                        "author",
                        "The set-up of the post",
                        "the series' function-approximation post",
                        new Settings(64, 200, 32, 1e-3, 1, 28_120, 2812),
                        List.of(atMost("rmse", .07, 562_400, "measured .036–.053; the author's .051"))));
    }

    @Override
    public long memoryBytes(Settings settings) {
        long parameters = 4L * settings.hidden() + 1;
        return Float.BYTES * (4 * parameters + (long) POINTS * (settings.hidden() + 4L));
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        return new Fitting(settings, setting);
    }

    /** f(x, y) = x² + (y − ∛x²)². */
    private static double f(double x, double y) {
        double distance = y - Math.cbrt(x * x);
        return x * x + distance * distance;
    }

    // ---- the model
    // ---------------------------------------------------------------------------------------------------

    /** 2 – hidden tanh – 1. */
    private record Net(Dense hidden, Dense output) {
        static Net of(int units) {
            return new Net(Dense.of("hidden", 2, units), Dense.of("output", units, 1));
        }

        Tensor apply(Tensor points) { // [B, 2]
            return output.apply(hidden.apply(points).tanh()); // [B, 1]
        }

        List<Variable> parameters() {
            return Stream.of(hidden, output)
                    .flatMap(layer -> layer.parameters().stream())
                    .toList();
        }
    }

    // ---- the training
    // ------------------------------------------------------------------------------------------------

    private static final class Fitting implements Training<Settings> {
        private static final Variable X = Variable.data("points", DType.FLOAT32, POINTS, 2);
        private static final Variable F = Variable.data("values", DType.FLOAT32, POINTS, 1);
        /** The order of the points in this epoch. */
        private static final Variable ORDER = Variable.data("order", DType.INT64, POINTS);
        /** The loss summed since the last picture. */
        private static final Variable SUM = Variable.state("loss/sum");

        private final long seed;
        private final Executable program;
        private Settings settings;
        private long shuffled = -1;

        Fitting(Settings settings, Setting setting) {
            this.settings = settings;
            this.seed = setting.seed();
            Net net = Net.of(settings.hidden());
            Program traced = Program.trace(Precision.FLOAT32, methods -> methods.method(
                            "shuffle",
                            t -> t.assign(ORDER, t.random(t.integer("seed")).permutation(POINTS)))
                    .method("step", t -> step(t, net, settings.batch()))
                    .method("error", t -> t.output("mse", net.apply(t.value(X)).meanSquaredError(t.value(F))))
                    .method("mean", t -> t.assign(SUM, t.zeros()))
                    .method(
                            "look",
                            t -> t.output("field", net.apply(t.input("points", DType.FLOAT32, PICTURE * PICTURE, 2)))));
            program = new Executable(traced, setting.device(), seed);
            float[] points = new float[2 * POINTS];
            for (int i = 0; i < POINTS; i++) {
                points[2 * i] = (float) (-REACH + SPACING * (i % SIDE));
                points[2 * i + 1] = (float) (-REACH + SPACING * (i / SIDE));
            }
            program.set(X, HostTensor.of(points, POINTS, 2));
            program.set(F, HostTensor.of(values(points), POINTS, 1));
        }

        private static void step(Trace t, Net net, int batch) {
            Tensor chosen = t.value(ORDER).narrow(0, t.integer("offset"), batch); // [B]
            Tensor prediction = net.apply(t.value(X).indexSelect(0, chosen)); // [B, 1]
            Tensor loss = prediction.meanSquaredError(t.value(F).indexSelect(0, chosen));
            t.minimize(loss, net.parameters(), new Optimizer.Adam(), "adam", t.number("learningRate"));
            t.assign(SUM, t.value(SUM).plus(loss.detach()));
        }

        private static float[] values(float[] points) {
            float[] values = new float[points.length / 2];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) f(points[2 * i], points[2 * i + 1]);
            }
            return values;
        }

        /** Whole batches only: the 16 points that 90 000 leave over at 32 are others in every epoch. */
        private long stepsPerEpoch() {
            return POINTS / settings.batch();
        }

        @Override
        public long steps() {
            return stepsPerEpoch() * settings.epochs();
        }

        @Override
        public void begin(Consumer<Shown> show) {
            show.accept(field("target", values(pictured())));
            show(show, Map.of());
        }

        @Override
        public void step(long step, Consumer<Shown> show) {
            long epoch = (step - 1) / stepsPerEpoch();
            if (epoch != shuffled) {
                program.call("shuffle")
                        .with("seed", Randomness.mix(seed, epoch))
                        .run();
                shuffled = epoch;
            }
            program.call("step")
                    .with("offset", (step - 1) % stepsPerEpoch() * settings.batch())
                    .with("learningRate", settings.learningRate())
                    .run();
            if (step % settings.showEvery() == 0 || step == steps()) {
                long since = step % settings.showEvery() == 0 ? settings.showEvery() : step % settings.showEvery();
                show(show, Map.of("loss", (double) program.get(SUM).floats()[0] / since));
                program.call("mean").run();
            }
        }

        private void show(Consumer<Shown> show, Map<String, Double> loss) {
            double rmse = Math.sqrt(program.call("error").run().get("mse").floats()[0]);
            Map<String, Double> metrics = new LinkedHashMap<>(loss);
            metrics.put("rmse", rmse);
            show.accept(new Shown.Metrics(metrics));
            float[] points = pictured();
            float[] prediction = program.call("look")
                    .with("points", HostTensor.of(points, PICTURE * PICTURE, 2))
                    .run()
                    .get("field")
                    .floats();
            float[] error = values(points);
            for (int i = 0; i < error.length; i++) {
                error[i] = prediction[i] - error[i];
            }
            show.accept(field("prediction", prediction));
            show.accept(field("error", error));
        }

        private static float[] pictured() {
            float[] points = new float[2 * PICTURE * PICTURE];
            for (int i = 0; i < PICTURE * PICTURE; i++) {
                points[2 * i] = (float) (REACH * (2.0 * (i % PICTURE) / (PICTURE - 1) - 1));
                points[2 * i + 1] = (float) (REACH * (2.0 * (i / PICTURE) / (PICTURE - 1) - 1));
            }
            return points;
        }

        private static Shown field(String id, float[] values) {
            return new Shown.Field(id, -REACH, REACH, -REACH, REACH, PICTURE, PICTURE, values);
        }

        @Override
        public void turn(Settings changed) {
            settings = changed;
        }

        @Override
        public Map<String, HostTensor> save() {
            return program.save();
        }

        @Override
        public void load(Map<String, HostTensor> state) {
            program.load(state);
            shuffled = -1;
        }

        @Override
        public void close() {
            program.close();
        }
    }
}
