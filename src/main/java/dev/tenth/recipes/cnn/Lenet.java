package dev.tenth.recipes.cnn;

import static dev.tenth.recipe.Bound.atMost;

import dev.tenth.data.Dataset;
import dev.tenth.data.LabelledImages;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Epochs;
import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Examples.Part;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.ProgramTraining;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.RowModel;
import dev.tenth.recipe.Rule;
import dev.tenth.recipe.RunningMeans;
import dev.tenth.recipe.Schedule;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.recipes.cnn.DigitNet.Kind;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A convolutional net learns to read digits.
 *
 * @see <a href="https://doi.org/10.1109/5.726791">LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document
 *     Recognition, 1998</a>
 */
public final class Lenet implements Recipe<Lenet.Settings> {
    /** What can be set. */
    public record Settings(
            @Parameter(help = "The pictures to learn", dataset = Dataset.Kind.IMAGES)
            String data,

            @Parameter(help = "Of the pictures to learn from, so many are kept to judge by", min = 0, max = 30_000)
            int heldOut,

            @Parameter(help = "The net: the post's, a small modern one, or five convolutions")
            Kind net,

            @Parameter(help = "Passes over the pictures", min = 1, max = 1000, unit = "epochs")
            int epochs,

            @Parameter(help = "Pictures in a batch", min = 1, max = 10_000)
            int batch,

            @Parameter(help = "How gradients change the weights")
            Rule optimizer,

            @Parameter(help = "Learning rate, or its largest", min = 0, minExclusive = true, max = 1, turnable = true)
            double learningRate,

            @Parameter(help = "How the learning rate goes over the run")
            Schedule schedule,

            @Parameter(help = "Share of the dense layers' outputs that is dropped in training", min = 0, max = .9)
            double dropout,

            @Parameter(help = "Which test picture is looked into, layer by layer", min = 0, max = 9999, turnable = true)
            int picture,

            Pace pace)
            implements Parameters {}

    @Override
    public Card card() {
        return new Card(
                "lenet",
                "A net that reads digits",
                Chapter.CNN,
                "Small filters slide over a picture and look for strokes; further layers combine them until ten numbers say which"
                        + " digit it is. Watch the filters form, follow one digit through the layers, see which ones are misread, and"
                        + " draw your own while it learns.");
    }

    @Override
    public List<Preset<Settings>> presets() {
        Settings author = new Settings(
                "mnist", 10_000, Kind.LENET, 50, 500, Rule.SGD, .1, Schedule.CONSTANT, 0, 0, new Pace(1, 500, 100));
        return List.of(
                new Preset<>(
                        "modern",
                        "A small net with ReLU, dropout and one cycle of Adam: better than the original, and much sooner",
                        "today's usual set-up; its weights are to judge what GANs make",
                        oneCycle(Kind.MODERN, 3e-3),
                        atMost("testError", .01, 4 * 859, "measured .0061–.0078")),
                new Preset<>(
                        "author",
                        "The set-up of the post",
                        "the series' CNN post: LeNet with tanh and plain SGD",
                        author,
                        atMost("testError", .01, 50 * 100, "published .0075–.0093 after 200 epochs")),
                new Preset<>(
                        "alexnet-mini",
                        "Five convolutions, ReLU and dropout: AlexNet's plan for small pictures",
                        "the series' CNN post, further reading",
                        oneCycle(Kind.ALEXNET_MINI, 2e-3)));
    }

    private static Settings oneCycle(Kind net, double rate) {
        return new Settings(
                "mnist", 5000, net, 4, 64, Rule.ADAM, rate, Schedule.ONE_CYCLE, .4, 0, new Pace(1, 859, 215));
    }

    @Override
    public long memoryBytes(Settings settings) {
        // The widest layer of each net, forward and backward, with what the convolution lays out for itself.
        long picture =
                switch (settings.net()) {
                    case LENET -> 20L * 24 * 24 * (1 + 25);
                    case MODERN -> 16L * 28 * 28 * (1 + 25);
                    case ALEXNET_MINI -> 32L * 28 * 28 * (1 + 25);
                };
        return Float.BYTES * (2 * picture * Math.max(settings.batch(), 500) + 4_000_000);
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        return new Reading(
                settings, setting, setting.data().images(settings.data()).requireSide(settings.data(), DigitNet.SIDE));
    }

    @Override
    public List<Ability<Settings>> abilities() {
        return List.of(new Ability.Infer<>(Ability.Task.CLASSIFY, (settings, state, device) -> {
            DigitNet net = DigitNet.of(settings.net(), Examples.classes(state).size());
            return RowModel.classifier("image", DigitNet.SIDE * DigitNet.SIDE, net::logits, state, device);
        }));
    }

    // ---- the training ----

    /** The traced half: what a step is, and how a picture goes through the net. */
    private record Model(Settings settings, DigitNet net, Examples examples, Epochs epochs, RunningMeans losses) {
        void trace(Program.Builder methods) {
            epochs.trace(methods);
            examples.trace(methods, "", net::logits);
            losses.trace(methods);
            methods.method("step", this::step).method("look", this::look);
        }

        private void step(Trace t) {
            Tensor rows = epochs.rows(t); // [B]
            Random random = t.random(t.integer("seed"));
            Tensor loss = net.apply(examples.inputs(t, Part.TRAINING, rows), x -> random.dropout(x, settings.dropout()))
                    .logits() // [B, 10]
                    .crossEntropy(examples.labels(t, Part.TRAINING, rows));
            t.minimize(loss, net.parameters(), settings.optimizer().optimizer(), "optimizer", t.number("learningRate"));
            losses.add(t, List.of(loss));
        }

        private void look(Trace t) {
            Tensor picture = examples.inputs(t, Part.TEST, t.range(1).plus(t.integer("picture"))); // [1, 784]
            t.output("digit", picture);
            List<Tensor> maps = net.apply(picture, x -> x).maps();
            for (int i = 0; i < maps.size(); i++) {
                t.output("maps" + (i + 1), maps.get(i)); // [1, C, h, w]
            }
        }
    }

    private static final class Reading extends ProgramTraining<Settings> {
        private final Model model;
        private final LabelledImages images;
        private final long seed;

        Reading(Settings settings, Setting setting, LabelledImages images) {
            Examples examples = Examples.of(settings.data(), images, settings.heldOut());
            Model traced = new Model(
                    settings,
                    DigitNet.of(settings.net(), images.classes().size()),
                    examples,
                    new Epochs(examples.rows(Part.TRAINING), settings.batch(), setting.seed()),
                    new RunningMeans(List.of("trainLoss")));
            Program program = Program.trace(Precision.FLOAT32, traced::trace);
            super(
                    settings,
                    new Executable(
                            program,
                            setting.device(),
                            setting.seed(),
                            examples.residents(setting.residents(), setting.device())));
            this.model = traced;
            this.images = images;
            this.seed = setting.seed();
        }

        @Override
        public long steps() {
            return model.epochs().steps() * settings.epochs();
        }

        @Override
        public void begin(Consumer<Shown> show) {
            look(show);
        }

        @Override
        public void step(long step, Consumer<Shown> show) {
            model.epochs()
                    .at(step, program, program.call("step"))
                    .with("seed", Randomness.mix(seed, step))
                    .with("learningRate", settings.schedule().at(step, steps(), settings.learningRate()))
                    .run();
            if (step % settings.pace().showEvery() == 0 || step == steps()) {
                judge(show);
                look(show);
            }
        }

        private void judge(Consumer<Shown> show) {
            Examples.Judgement validation = model.examples().judge(program, "", Part.VALIDATION);
            Examples.Judgement test = model.examples().judge(program, "", Part.TEST);
            Map<String, Double> metrics = model.losses().take(program);
            metrics.put("validationError", validation.error());
            metrics.put("testError", test.error());
            show.accept(new Shown.Metrics(metrics));
            show.accept(model.examples().confusion("confusion", test));
            show.accept(FeatureMaps.misread(images, test));
        }

        /** The filters of the first layer, and what becomes of one picture. */
        private void look(Consumer<Shown> show) {
            Map<String, HostTensor> seen =
                    program.call("look").with("picture", settings.picture()).run();
            show.accept(FeatureMaps.filters(
                    program.get(model.net().layers().getFirst().weight())));
            seen.forEach((id, maps) -> show.accept(FeatureMaps.of(id, maps)));
        }
    }
}
