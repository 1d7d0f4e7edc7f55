package dev.tenth.recipes.preparation;

import static dev.tenth.recipe.Bound.atLeast;
import static dev.tenth.recipe.Bound.atMost;

import dev.tenth.data.Dataset.Kind;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Examples.Part;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.RowModel;
import dev.tenth.recipe.Schedule;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.torch.DType;
import dev.tenth.torch.Dense;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Variable;
import dev.tenth.torch.Variable.Initial;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Logistic regression, the simplest classifier: one weighted sum of the inputs for each class, made into probabilities by softmax,
 * or by the sigmoid where there are two classes. Eight optimizers race to fit it.
 */
public final class Logistic implements Recipe<Logistic.Settings> {
    /** Of the pictures to learn from, at most so many are kept for judging. */
    private static final int VALIDATION = 10_000;
    /** So many rows are given to both ways of taking the gradient, to compare them. */
    private static final int COMPARED = 600;

    private static final String LAYER = "linear";
    private static final String DIFFERENCE = "gradientDifference";

    /** What can be set. */
    public record Settings(
            @Parameter(
                    help = "The rows or pictures to learn",
                    dataset = {Kind.TABLE, Kind.IMAGES})
            String data,

            @Parameter(help = "Takes the gradients by their formula Xᵀ(p − y)/B, written out, instead of autograd")
            boolean byHand,

            @Parameter(help = "Passes over the examples", min = 1, max = 100_000, unit = "epochs")
            int epochs,

            @Parameter(help = "Examples in a batch; all of them, where there are fewer", min = 1, max = 60_000)
            int batch,

            Lanes race,

            Pace pace)
            implements Racing {
        static Settings of(
                String data, boolean byHand, int epochs, int batch, String lanes, int saveEvery, int showEvery) {
            return new Settings(
                    data, byHand, epochs, batch, Lanes.atPostsRates(lanes), new Pace(1, saveEvery, showEvery));
        }
    }

    @Override
    public Card card() {
        return new Card(
                "logistic",
                "Logistic regression, a race",
                Chapter.PREPARATION,
                "One weighted sum for each class: the weights of a digit are a picture of it, red where ink speaks for it and blue"
                        + " where ink speaks against. Eight optimizers fit it side by side, from the same weights and on the same batches."
                        + " Mind their learning rates: only SGD's was chosen (.1), the others run on their own defaults, from .001 to 1,"
                        + " and a rate means another thing in each. SGD's is multiplied with the gradient; Adam's is about the size of"
                        + " the step itself, whatever the gradient. So the race tells how far one comes without tuning, not which rule is"
                        + " best: turn a rate and see the order change. With \"byHand\" the gradient is its formula, Xᵀ(p − y)/B.");
    }

    @Override
    public List<Preset<Settings>> presets() {
        String post = "the series' first post and its code, sgd-comparison: logistic regression";
        return List.of(
                new Preset<>(
                        "quick",
                        "Five of the eight for two epochs: seconds",
                        post + ", shortened",
                        Settings.of("mnist", false, 2, 200, "sgd,momentum,adagrad,rmsprop,adam", 250, 25),
                        atMost("validationError.adam", .09, 500, "measured .081")),
                new Preset<>(
                        "author",
                        "The set-up of the post: all eight, ten epochs",
                        post,
                        Settings.of("mnist", false, 10, 600, Lane.ALL, 83, 83),
                        atMost("validationError.adam", .078, 830, "published .076"),
                        atMost("testError.adam", .075, 830, "published .0749; measured .076–.078"),
                        atMost("validationError.sgd", .095, 830, "published .091"),
                        atLeast("rank.sgd", 8, 830, "SGD is last"),
                        atLeast("rank.adagrad", 7, 830, "AdaGrad is last but one")),
                new Preset<>(
                        "fixed",
                        "Three lanes for thirty epochs: as far as a weighted sum goes",
                        post + ", longer",
                        Settings.of("mnist", false, 30, 600, "momentum,adadelta,adam", 249, 83),
                        atMost("testError.adam", .075, 2490, "published .0749, the tutorial's after 74 epochs")),
                new Preset<>(
                        "by-hand",
                        "The gradient written out: the same figures without automatic differentiation",
                        post + ", without autograd",
                        Settings.of("mnist", true, 2, 200, "sgd,momentum,adam", 250, 25),
                        atMost(DIFFERENCE, 1e-6, 500, "the largest difference from autograd's gradient")),
                new Preset<>(
                        "table",
                        "Two classes, one sigmoid: 270 hearts, healthy or not. Take any libsvm file of your own",
                        "LIBSVM's heart_scale",
                        Settings.of("heart-scale", false, 100, 32, Lane.ALL, 100, 20),
                        atMost("testError.sgd", .25, 500, "8 of 54 rows measured; 13 are one part in four")));
    }

    @Override
    public long memoryBytes(Settings settings) {
        // Parameter, gradient and two slots of ten classes of 28 × 28 pixels, and the batch; tables are mostly smaller.
        return Float.BYTES * (settings.race().raced().size() * 4L * 7850 + 3L * 784 * settings.batch());
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        Examples examples = Examples.of(settings.data(), setting.data(), VALIDATION);
        return new Race<>(
                settings,
                setting,
                examples,
                settings.batch(),
                settings.epochs(),
                Schedule.CONSTANT,
                lane -> new Linear(examples.width(), examples.classes(), examples.scaling(), settings.byHand(), lane));
    }

    @Override
    public List<Ability<Settings>> abilities() {
        return List.of(new Ability.Infer<>(Ability.Task.CLASSIFY, (_, state, device) -> {
            String lane = Race.leader(state);
            int width = (int) state.get(LAYER + "/weight@" + lane).shape()[1];
            Linear model = new Linear(width, Examples.classes(state), Examples.scaling(state), false, lane);
            return RowModel.classifier("features", width, model::logits, state, device);
        }));
    }

    // ---- the model ----

    /**
     * z = Wx + b with as many outputs as there are classes, or one where there are two.
     *
     * @param scaling makes a table's features alike in size
     */
    private record Linear(Dense layer, List<String> classes, Optional<Variable> scaling, boolean byHand, String lane)
            implements Classifier {
        Linear(int width, List<String> classes, Optional<Variable> scaling, boolean byHand, String lane) {
            int outputs = classes.size() == 2 ? 1 : classes.size();
            // From zero: the loss has one valley only, so any start leads to its bottom.
            Dense layer = Dense.of(LAYER, width, outputs, Initial.zeros(), Initial.zeros());
            this(layer.in(lane), classes, scaling, byHand, lane);
        }

        private boolean isBinary() {
            return classes.size() == 2;
        }

        private Tensor scaled(Tensor x) { // [n, D]
            return scaling.map(x.trace()::value)
                    .map(s -> x.minus(s.select(0, 0)).times(s.select(0, 1)))
                    .orElse(x);
        }

        private Tensor z(Tensor x) {
            return layer.apply(scaled(x)); // [n, C], or [n, 1]
        }

        /** The sigmoid of z is the softmax of 0 and z. */
        @Override
        public Tensor logits(Tensor x) {
            Tensor z = z(x);
            return isBinary() ? Tensor.concatenate(1, List.of(x.trace().zeros(z.size(0), 1), z)) : z; // [n, C]
        }

        /** y, as many numbers as z: 1 at the row's class. */
        private Tensor targets(Tensor labels) {
            return isBinary() ? labels.cast(DType.FLOAT32).unsqueeze(1) : labels.oneHot(classes.size());
        }

        @Override
        public Tensor loss(Tensor x, Tensor labels, Random random) {
            return loss(x, labels);
        }

        private Tensor loss(Tensor x, Tensor labels) {
            return isBinary() ? z(x).binaryCrossEntropyWithLogits(targets(labels)) : z(x).crossEntropy(labels);
        }

        @Override
        public List<Tensor> gradients(Tensor x, Tensor labels, Tensor loss) {
            return byHand ? byFormula(x, labels) : Classifier.super.gradients(x, labels, loss);
        }

        /**
         * The gradients by formula. For softmax with cross-entropy as for the sigmoid with its own, the slope of the loss with
         * respect to z is p − y; and z is linear in W and b.
         */
        private List<Tensor> byFormula(Tensor x, Tensor labels) {
            Tensor p = isBinary() ? z(x).sigmoid() : z(x).softmax(1); // [B, C]
            Tensor slope = p.minus(targets(labels)).dividedBy(x.size(0)); // [B, C]
            return List.of(slope.transpose(0, 1).matmul(scaled(x)), slope.sum(0)); // [C, D], [C]
        }

        @Override
        public List<Variable> parameters() {
            return layer.parameters();
        }

        /** By formula and by autograd on some rows: how far they are apart at most. */
        @Override
        public void trace(Program.Builder methods, Examples examples) {
            methods.method("compare" + lane, t -> {
                Tensor rows = t.range(Math.min(COMPARED, examples.rows(Part.TRAINING)));
                Tensor x = examples.inputs(t, Part.TRAINING, rows);
                Tensor labels = examples.labels(t, Part.TRAINING, rows);
                List<Tensor> written = byFormula(x, labels);
                List<Tensor> derived = Classifier.super.gradients(x, labels, loss(x, labels));
                Tensor weights = written.getFirst().minus(derived.getFirst()).abs(); // [C, D]
                Tensor biases = written.getLast().minus(derived.getLast()).abs(); // [C]
                t.output("difference", weights.max(1).maximum(biases).max(0));
            });
        }

        @Override
        public void show(Executable program, Consumer<Shown> show) {
            HostTensor difference = program.call("compare" + lane).run().get("difference");
            show.accept(new Shown.Metrics(Map.of(DIFFERENCE, (double) difference.floats()[0])));
            List<String> rows = isBinary() ? classes.subList(1, 2) : classes;
            HostTensor weights = program.get(layer.weight());
            show.accept(scaling.isPresent() ? Weights.table(rows, weights) : Weights.pictures(lane, rows, weights));
        }
    }
}
