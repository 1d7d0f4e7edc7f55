package dev.tenth.recipes.mlp;

import static dev.tenth.recipe.Bound.atLeast;
import static dev.tenth.recipe.Bound.atMost;

import dev.tenth.data.Dataset;
import dev.tenth.data.LabelledImages;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.RowModel;
import dev.tenth.recipe.Schedule;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Tiles;
import dev.tenth.recipe.Training;
import dev.tenth.recipes.preparation.Classifier;
import dev.tenth.recipes.preparation.Lane;
import dev.tenth.recipes.preparation.Race;
import dev.tenth.recipes.preparation.Racing;
import dev.tenth.torch.Dense;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Random;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Variable;
import dev.tenth.torch.Variable.Initial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A multi-layer perceptron reads digits: layers of tanh or ReLU below the softmax of logistic regression. Eight optimizers race to
 * train it.
 */
public final class MlpDigits implements Recipe<MlpDigits.Settings> {
    private static final int SIDE = 28;
    /** So many filters of the first layer are shown, in so many columns. */
    private static final int SHOWN_FILTERS = 64;

    private static final int COLUMNS = 8;

    /** What can be set. */
    public record Settings(
            @Parameter(help = "The pictures to learn", dataset = Dataset.Kind.IMAGES)
            String data,

            @Parameter(help = "Pictures kept out of the training, to judge with", min = 1, max = 30_000)
            int validation,

            @Parameter(help = "Hidden layers", min = 1, max = 4)
            int layers,

            @Parameter(help = "Units of a hidden layer", min = 1, max = 2048)
            int hidden,

            @Parameter(help = "What a unit makes of its sum")
            Activation activation,

            @Parameter(help = "Share of the hidden units that is dropped in each training step", min = 0, max = .9)
            double dropout,

            @Parameter(help = "Passes over the pictures", min = 1, max = 1000, unit = "epochs")
            int epochs,

            @Parameter(help = "Pictures in a batch", min = 1, max = 10_000)
            int batch,

            @Parameter(help = "How the learning rates go over the run")
            Schedule schedule,

            Lanes race,

            Pace pace)
            implements Racing {
        /** The post's net. */
        static Settings posts(int epochs, String lanes, int checkpointEvery, int showEvery) {
            Lanes race = Lanes.atPostsRates(lanes);
            Pace pace = new Pace(1, checkpointEvery, showEvery);
            return new Settings(
                    "mnist", 10_000, 1, 500, Activation.TANH, 0, epochs, 600, Schedule.CONSTANT, race, pace);
        }
    }

    /** What a hidden unit makes of its sum. */
    public enum Activation {
        TANH,
        RELU;

        Tensor apply(Tensor x) {
            return switch (this) {
                case TANH -> x.tanh();
                case RELU -> x.relu();
            };
        }
    }

    @Override
    public Card card() {
        return new Card(
                "mlp-digits",
                "A multi-layer perceptron reads digits",
                Chapter.MLP,
                "Between the pixels and the softmax is now a hidden layer. Its units look for strokes and blobs of their own"
                        + " making, and the error falls to a third of logistic regression's. The eight optimizers are the same as"
                        + " there, with the same learning rates: SGD has .1, the others have their defaults. Here it matters more. SGD"
                        + " crawls, momentum goes ten times as far with the same gradients, and the rules that give each weight a rate of"
                        + " its own, RMSProp, Adam and Adamax, are far ahead. Draw a digit and see who reads it: the leader does.");
    }

    @Override
    public List<Preset<Settings>> presets() {
        String post = "the series' first post and its code, sgd-comparison: MLP";
        Racing.Lanes adam = Racing.Lanes.atPostsRates("adam");
        Pace pace = new Pace(1, 429, 429);
        Settings fixed =
                new Settings("mnist", 5000, 2, 512, Activation.RELU, .2, 20, 128, Schedule.ONE_CYCLE, adam, pace);
        return List.of(
                new Preset<>(
                        "quick",
                        "Three of the eight for three epochs: seconds",
                        post + ", shortened",
                        Settings.posts(3, "sgd,momentum,adam", 83, 20),
                        atMost("validationError.adam", .055, 249, "published .048")),
                new Preset<>(
                        "author",
                        "The set-up of the post: 784–500 tanh–10, all eight, ten epochs",
                        post,
                        Settings.posts(10, Lane.ALL, 83, 83),
                        atMost("validationError.adam", .03, 830, "published .027"),
                        atMost("validationError.adamax", .03, 830, "published .027"),
                        atMost("validationError.momentum", .046, 830, "published .042"),
                        atMost("validationError.nesterov", .046, 830, "published .042"),
                        atLeast("rank.sgd", 8, 830, "SGD is last")),
                new Preset<>(
                        "fixed",
                        "Two layers of 512 ReLU, a fifth of them dropped in each step, one cycle of Adam",
                        "Keras' example mnist_mlp, with a cycle of Adam",
                        fixed,
                        atMost("testError", .017, 20 * 429, "at the last step: measured .0136; published .0160")));
    }

    @Override
    public long memoryBytes(Settings settings) {
        long hidden = settings.hidden();
        long weights = hidden * (SIDE * SIDE + (settings.layers() - 1) * hidden + 10);
        // Parameter, gradient and two slots of each; a batch and what each layer makes of it, forward and backward.
        long lane = 4 * weights + 4 * settings.batch() * settings.layers() * hidden;
        return Float.BYTES * (settings.race().raced().size() * lane + 3L * SIDE * SIDE * settings.batch());
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        LabelledImages images = setting.data().images(settings.data());
        Examples examples = Examples.of(settings.data(), images, settings.validation());
        return new Race<>(
                settings,
                setting,
                examples,
                settings.batch(),
                settings.epochs(),
                settings.schedule(),
                lane -> new Net(settings, examples.width(), examples.classes().size(), lane));
    }

    @Override
    public List<Ability<Settings>> abilities() {
        return List.of(new Ability.Infer<>(Ability.Task.CLASSIFY, (settings, state, device) -> {
            int classes = Examples.classes(state).size();
            Net net = new Net(settings, SIDE * SIDE, classes, Race.leader(state));
            return RowModel.classifier("image", SIDE * SIDE, net::logits, state, device);
        }));
    }

    // ---- the model ----

    /** Hidden layers, then a linear one whose outputs are the logits. */
    private record Net(List<Dense> hidden, Dense output, Settings settings, String lane) implements Classifier {
        Net(Settings settings, int width, int classes, String lane) {
            List<Dense> hidden = new ArrayList<>();
            for (int i = 0; i < settings.layers(); i++) {
                int inputs = i == 0 ? width : settings.hidden();
                hidden.add(Dense.glorot("hidden" + (i + 1), inputs, settings.hidden())
                        .in(lane));
            }
            // From zero, as the post has it: at first no class is more probable than another.
            Dense output = Dense.of("output", settings.hidden(), classes, Initial.zeros(), Initial.zeros());
            this(hidden, output.in(lane), settings, lane);
        }

        private Tensor apply(Tensor x, UnaryOperator<Tensor> dropout) { // [B, 784]
            for (Dense layer : hidden) {
                x = dropout.apply(settings.activation().apply(layer.apply(x))); // [B, hidden]
            }
            return output.apply(x); // [B, 10]
        }

        @Override
        public Tensor logits(Tensor images) {
            return apply(images, x -> x);
        }

        @Override
        public Tensor loss(Tensor images, Tensor labels, Random random) {
            return apply(images, x -> random.dropout(x, settings.dropout())).crossEntropy(labels);
        }

        @Override
        public List<Variable> parameters() {
            List<Dense> layers = new ArrayList<>(hidden);
            layers.add(output);
            return layers.stream().flatMap(layer -> layer.parameters().stream()).toList();
        }

        @Override
        public void show(Executable program, Consumer<Shown> show) {
            float[] weights = program.get(hidden.getFirst().weight()).floats(); // [hidden, 784]
            int shown = Math.min(SHOWN_FILTERS, settings.hidden());
            float[] first = Arrays.copyOf(weights, shown * weights.length / settings.hidden());
            String caption =
                    "what %d units of %s's first layer look for: red is wanted, blue is not".formatted(shown, lane);
            show.accept(Tiles.signed("filters", first, SIDE, SIDE, COLUMNS, caption));
        }
    }
}
