package dev.tenth.recipes.mlp;

import static dev.tenth.recipe.Bound.atMost;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Epochs;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.ProgramTraining;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.RunningMeans;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Optimizer;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A network with one hidden layer learns a function of two variables, f(x, y) = x² + (y − ∛x²)² or any other, whose contour at 1
 * is a heart: universal approximation that one can look at.
 *
 * @see <a href="https://doi.org/10.1007/BF02551274">Cybenko: Approximation by superpositions of a sigmoidal function, 1989</a>
 */
public final class Heart implements Recipe<Heart.Settings> {
    private static final String HEART = "x^2 + (y - cbrt(x^2))^2";
    private static final int POINTS = Plane.TRAINED_POINTS;

    /** What can be set. */
    public record Settings(
            @Parameter(
                    help =
                            "The function to learn: x, y, + - * / ^, sqrt cbrt abs exp log sin cos tan tanh, min(a, b) max(a, b), pi, e",
                    max = 200)
            String formula,

            @Parameter(help = "Units of the hidden layer", min = 1, max = 4096)
            int hidden,

            @Parameter(help = "Also trains narrower nets side by side, of 2, 4, 8 … units")
            boolean widths,

            @Parameter(help = "Passes over the 90 000 points", min = 1, max = 100_000, unit = "epochs")
            int epochs,

            @Parameter(help = "Points in a batch", min = 1, max = POINTS)
            int batch,

            @Parameter(help = "Adam's learning rate", min = 0, minExclusive = true, max = 1, turnable = true)
            double learningRate,

            Pace pace)
            implements Parameters {
        public Settings {
            Formula.requireFinite(formula, Plane.trained());
        }

        /** The widths that are trained: powers of two below the widest, and that. */
        List<Integer> allWidths() {
            return widths
                    ? IntStream.concat(IntStream.iterate(2, w -> w < hidden, w -> 2 * w), IntStream.of(hidden))
                            .boxed()
                            .toList()
                    : List.of(hidden);
        }
    }

    @Override
    public Card card() {
        return new Card(
                "heart",
                "A heart from tanh",
                Chapter.MLP,
                "64 tanh units learn a function of the plane, point by point. Its contour is a heart: at first a smear, then a"
                        + " blob, then the notch appears. Type another function; look how little is known outside the trained square;"
                        + " and see with the preset \"widths\" that more units fit what fewer cannot.");
    }

    @Override
    public List<Preset<Settings>> presets() {
        String post = "the series' function-approximation post";
        return List.of(
                new Preset<>(
                        "quick",
                        "The author's net for ten epochs: seconds",
                        post + ", shortened",
                        new Settings(HEART, 64, false, 10, 32, 1e-3, new Pace(1, 5000, 250)),
                        atMost("rmse", .5, 28_120, "measured .30–.40")),
                new Preset<>(
                        "author",
                        "The set-up of the post",
                        post,
                        new Settings(HEART, 64, false, 200, 32, 1e-3, new Pace(1, 28_120, 2812)),
                        atMost("rmse", .07, 562_400, "measured .036–.053; the author's .051")),
                new Preset<>(
                        "widths",
                        "Seven nets of 2 to 128 units at the same time: how the error falls with the width",
                        post + ", with other widths",
                        new Settings(HEART, 128, true, 20, 32, 1e-3, new Pace(1, 5000, 500))));
    }

    @Override
    public long memoryBytes(Settings settings) {
        long units = settings.allWidths().stream().mapToLong(w -> w).sum();
        // Parameter, gradient and two slots of each; what the hidden layers make of a batch, forward and backward; the
        // error.
        return Float.BYTES * (4 * (4 * units + 1) + 4 * units * settings.batch() + POINTS * (settings.hidden() + 4L));
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        return new Fitting(settings, setting);
    }

    @Override
    public List<Ability<Settings>> abilities() {
        return List.of(PlaneNet.ability());
    }

    // ---- the model ----

    /** The traced half: what a step, the error and a picture are. */
    private record Model(List<PlaneNet> nets, Epochs epochs, RunningMeans losses) {
        private static final Variable X = Variable.data("points", DType.FLOAT32, POINTS, 2);
        private static final Variable F = Variable.data("values", DType.FLOAT32, POINTS, 1);

        void trace(Program.Builder methods) {
            epochs.trace(methods);
            losses.trace(methods);
            methods.method("step", this::step)
                    .method("error", t -> each(t, t.value(X), y -> y.meanSquaredError(t.value(F))))
                    .method("look", t -> each(t, t.input("points", DType.FLOAT32, Plane.PICTURED_POINTS, 2), y -> y));
        }

        private void step(Trace t) {
            Tensor rows = epochs.rows(t); // [B]
            Tensor points = t.value(X).indexSelect(0, rows); // [B, 2]
            Tensor values = t.value(F).indexSelect(0, rows); // [B, 1]
            Tensor loss = null;
            for (PlaneNet net : nets) {
                loss = net.apply(points).meanSquaredError(values);
                String slots = "adam/" + net.width();
                t.minimize(loss, net.parameters(), new Optimizer.Adam(), slots, t.number("learningRate"));
            }
            losses.add(t, List.of(loss)); // of the widest
        }

        /** Something of each net's outputs, by its width. */
        private void each(Trace t, Tensor points, UnaryOperator<Tensor> of) {
            nets.forEach(net -> t.output(Integer.toString(net.width()), of.apply(net.apply(points))));
        }
    }

    // ---- the training ----

    private static final class Fitting extends ProgramTraining<Settings> {
        private final Model model;

        Fitting(Settings settings, Setting setting) {
            Model traced = new Model(
                    settings.allWidths().stream().map(PlaneNet::of).toList(),
                    new Epochs(POINTS, settings.batch(), setting.seed()),
                    new RunningMeans(List.of("loss")));
            Program program = Program.trace(Precision.FLOAT32, traced::trace);
            super(settings, new Executable(program, setting.device(), setting.seed()));
            this.model = traced;
            fill(filled -> {
                filled.set(Model.X, HostTensor.of(Plane.trained(), POINTS, 2));
                filled.set(Model.F, HostTensor.of(Formula.values(settings.formula(), Plane.trained()), POINTS, 1));
            });
        }

        @Override
        public long steps() {
            return model.epochs().steps() * settings.epochs();
        }

        @Override
        public void begin(Consumer<Shown> show) {
            show.accept(Plane.INSIDE.field("target", Plane.INSIDE.values(settings.formula())));
            show.accept(Plane.OUTSIDE.field("outsideTarget", Plane.OUTSIDE.values(settings.formula())));
            show(show, Map.of());
        }

        @Override
        public void step(long step, Consumer<Shown> show) {
            model.epochs()
                    .at(step, program, program.call("step"))
                    .with("learningRate", settings.learningRate())
                    .run();
            if (step % settings.pace().showEvery() == 0 || step == steps()) {
                show(show, model.losses().take(program));
            }
        }

        private void show(Consumer<Shown> show, Map<String, Double> loss) {
            double[] widths = model.nets().stream().mapToDouble(PlaneNet::width).toArray();
            double[] rmse = widths.clone();
            Map<String, HostTensor> errors = program.call("error").run();
            Arrays.setAll(
                    rmse,
                    i -> Math.sqrt(errors.get(Integer.toString((int) widths[i])).floats()[0]));
            Map<String, Double> metrics = new LinkedHashMap<>(loss);
            metrics.put("rmse", rmse[rmse.length - 1]);
            show.accept(new Shown.Metrics(metrics));
            Map<String, HostTensor> inside = look(Plane.INSIDE);
            String widest = Integer.toString(settings.hidden());
            float[] prediction = inside.get(widest).floats();
            float[] error = Plane.INSIDE.values(settings.formula());
            for (int i = 0; i < error.length; i++) {
                error[i] = prediction[i] - error[i];
            }
            show.accept(Plane.INSIDE.field("prediction", prediction));
            show.accept(Plane.INSIDE.field("error", error));
            float[] outside = look(Plane.OUTSIDE).get(widest).floats();
            show.accept(Plane.OUTSIDE.field("outsidePrediction", outside));
            if (settings.widths()) {
                show.accept(new Shown.Curve("widths", widths, Map.of("rmse", rmse)));
                inside.forEach((width, field) -> show.accept(Plane.INSIDE.field("width " + width, field.floats())));
            }
        }

        private Map<String, HostTensor> look(Plane square) {
            return new LinkedHashMap<>(program.call("look")
                    .with("points", HostTensor.of(square.points(), Plane.PICTURED_POINTS, 2))
                    .run());
        }
    }
}
