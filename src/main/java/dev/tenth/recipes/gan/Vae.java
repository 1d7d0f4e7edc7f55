package dev.tenth.recipes.gan;

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
import dev.tenth.recipe.RunningMeans;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Optimizer;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A variational autoencoder: one net writes down a picture as a few numbers, another one draws it from them, and the numbers are
 * kept so near to N(0, 1) that new ones give new pictures.
 *
 * @see <a href="https://arxiv.org/abs/1312.6114">Kingma, Welling: Auto-Encoding Variational Bayes, 2014</a>
 */
public final class Vae implements Recipe<Vae.Settings> {
    /** What can be set. */
    public record Settings(
            @Parameter(help = "The pictures to learn: grey, 28 × 28", dataset = Dataset.Kind.IMAGES)
            String data,

            @Parameter(help = "The nets: dense, or with convolutions")
            VaeNet.Kind net,

            @Parameter(help = "Units of a hidden layer", min = 1, max = 4096)
            int hidden,

            @Parameter(help = "Numbers of a code; with 2 the whole plane of codes can be seen", min = 1, max = 200)
            int latent,

            @Parameter(help = "Passes over the pictures", min = 1, max = 1000, unit = "epochs")
            int epochs,

            @Parameter(help = "Pictures in a batch", min = 1, max = 10_000)
            int batch,

            @Parameter(help = "Learning rate of Adam", min = 0, minExclusive = true, max = 1, turnable = true)
            double learningRate,

            @Parameter(
                    help = "Weight of the divergence in the loss: 1 is the ELBO, 0 a plain autoencoder",
                    min = 0,
                    max = 100,
                    turnable = true)
            double beta,

            Pace pace)
            implements Parameters {}

    /** Whole batches of 128 in 60,000 pictures. */
    private static final int EPOCH = 468;

    @Override
    public Card card() {
        return new Card(
                "vae",
                "A variational autoencoder",
                Chapter.GAN,
                "One net writes a digit down as a few numbers, another one draws it again. Two terms pull against each other:"
                        + " the drawing has to be true, and the numbers have to stay near a normal distribution, so that any numbers"
                        + " you choose make a digit. With two numbers the whole plane of digits lies before you: walk over it.");
    }

    @Override
    public List<Preset<Settings>> presets() {
        return List.of(
                new Preset<>(
                        "standard",
                        "784–400–20: the usual set-up, ten passes in a minute",
                        "Kingma and Welling, 2014, with ReLU and the sizes of the usual example",
                        settings(VaeNet.Kind.DENSE, 400, 20, 10),
                        atMost("negativeElbo", 120, 2 * EPOCH, "measured 115.5"),
                        atMost("negativeElbo", 108, 7 * EPOCH, "measured 106.6, published 106.7"),
                        atMost("negativeElbo", 107, 10 * EPOCH, "measured 105.9")),
                new Preset<>(
                        "manifold",
                        "Codes of two numbers: the plane of digits, all of it to be seen",
                        "Kingma and Welling, 2014, figure 4",
                        settings(VaeNet.Kind.DENSE, 500, 2, 20)),
                new Preset<>(
                        "conv",
                        "Two convolutions down, two up: fewer weights, sharper strokes, slower",
                        "the usual shape of a DCGAN's nets, made small",
                        settings(VaeNet.Kind.CONV, 256, 20, 10)));
    }

    private static Settings settings(VaeNet.Kind net, int hidden, int latent, int epochs) {
        return new Settings("mnist", net, hidden, latent, epochs, 128, 1e-3, 1, new Pace(1, EPOCH, EPOCH / 2));
    }

    @Override
    public long memoryBytes(Settings settings) {
        // The widest layers, forward and backward; parameters, gradients and two slots of each.
        long picture = settings.net() == VaeNet.Kind.DENSE ? 4L * VaeNet.PIXELS : 40L * VaeNet.PIXELS;
        long layers = 2 * picture + 8L * settings.hidden();
        long weights = 2L * settings.hidden() * (2 * VaeNet.PIXELS + 2L * settings.latent());
        return Float.BYTES * (layers * Math.max(settings.batch(), 500) + 4 * weights);
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        return new Coding(
                settings, setting, setting.data().images(settings.data()).requireSide(settings.data(), VaeNet.SIDE));
    }

    @Override
    public List<Ability<Settings>> abilities() {
        Ability.Opener<Settings> decoder = (settings, state, device) -> {
            VaeNet net = net(settings);
            return LatentModels.decoder(settings.latent(), PICTURE, z -> square(net.picture(z)), state, device);
        };
        return List.of(
                new Ability.Infer<>(Ability.Task.DECODE, decoder),
                new Ability.Infer<>(Ability.Task.SAMPLE, decoder),
                new Ability.Infer<>(Ability.Task.ENCODE, (settings, state, device) -> {
                    VaeNet net = net(settings);
                    return LatentModels.encoder(
                            settings.latent(),
                            PICTURE,
                            pictures -> net.encode(pictures.reshape(pictures.size(0), VaeNet.PIXELS)),
                            state,
                            device);
                }));
    }

    private static final List<Long> PICTURE = List.of((long) VaeNet.SIDE, (long) VaeNet.SIDE);

    private static Tensor square(Tensor pixels) {
        return pixels.reshape(pixels.size(0), VaeNet.SIDE, VaeNet.SIDE);
    }

    private static VaeNet net(Settings settings) {
        return VaeNet.of(settings.net(), settings.hidden(), settings.latent());
    }

    // ---- the training

    /** The traced half of a step. */
    private record Model(VaeNet net, Examples examples, Epochs epochs, RunningMeans losses) {
        void trace(Program.Builder methods, CodePictures pictures) {
            epochs.trace(methods);
            losses.trace(methods);
            pictures.trace(methods);
            methods.method("step", this::step);
        }

        private void step(Trace t) {
            Tensor pixels = examples.inputs(t, Part.TRAINING, epochs.rows(t)); // [B, 784]
            Code code = net.encode(pixels);
            Tensor logits = net.decode(code.sample(t.random(t.integer("seed")))); // [B, 784]
            Tensor loss = VaeNet.reconstruction(pixels, logits)
                    .plus(code.divergence().times(t.number("beta")))
                    .mean();
            t.minimize(loss, net.parameters(), new Optimizer.Adam(), "adam", t.number("learningRate"));
            losses.add(t, List.of(loss));
        }
    }

    private static final class Coding extends ProgramTraining<Settings> {
        private final Model model;
        private final CodePictures pictures;
        private final long seed;

        Coding(Settings settings, Setting setting, LabelledImages images) {
            Examples examples = Examples.of(settings.data(), images, 0);
            Model traced = new Model(
                    net(settings),
                    examples,
                    new Epochs(examples.rows(Part.TRAINING), settings.batch(), setting.seed()),
                    new RunningMeans(List.of("trainLoss")));
            CodePictures seen = new CodePictures(traced.net(), examples, settings.latent(), setting.seed());
            Program program = Program.trace(Precision.FLOAT32, methods -> traced.trace(methods, seen));
            super(
                    settings,
                    new Executable(
                            program,
                            setting.device(),
                            setting.seed(),
                            examples.residents(setting.residents(), setting.device())));
            this.model = traced;
            this.pictures = seen;
            this.seed = setting.seed();
        }

        @Override
        public long steps() {
            return model.epochs().steps() * settings.epochs();
        }

        @Override
        public void begin(Consumer<Shown> show) {
            pictures.show(program, Map.of(), show);
        }

        @Override
        public void step(long step, Consumer<Shown> show) {
            model.epochs()
                    .at(step, program, program.call("step"))
                    .with("seed", Randomness.mix(seed, step))
                    .with("beta", settings.beta())
                    .with("learningRate", settings.learningRate())
                    .run();
            if (step % settings.pace().showEvery() == 0 || step == steps()) {
                pictures.show(program, model.losses().take(program), show);
            }
        }
    }
}
