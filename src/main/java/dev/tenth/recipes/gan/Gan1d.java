package dev.tenth.recipes.gan;

import static dev.tenth.recipe.Bound.atLeast;
import static dev.tenth.recipe.Bound.atMost;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Bound;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.ProgramTraining;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.recipes.gan.DensityPicture.Stage;
import dev.tenth.recipes.gan.TargetDistribution.Target;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Trace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The smallest generative adversarial network: a generator learns to turn uniform noise into samples of a distribution on a
 * line, a discriminator to tell them from real ones. Everything can be drawn, the theory's D* = p_data / (p_data + p_g) too.
 *
 * @see <a href="https://arxiv.org/abs/1406.2661">Goodfellow et al.: Generative Adversarial Nets, 2014, figure 1</a>
 */
public final class Gan1d implements Recipe<Gan1d.Settings> {
    /** Real and as many generated samples, on which D is trained before G starts. */
    private static final int PRETRAIN_SAMPLES = 12_800;

    /** What can be set. */
    public record Settings(
            TargetDistribution.Choice imitated,

            @Parameter(help = "Training steps of the generator", min = 1, max = 1_000_000, unit = "steps")
            int steps,

            @Parameter(help = "Samples in a batch, of each kind", min = 2, max = 8192, turnable = true, reshapes = true)
            int batch,

            Balance balance,

            @Parameter(help = "Epochs in which D learns before G starts", min = 0, max = 200, unit = "epochs")
            int pretrainEpochs,

            Pace pace)
            implements Parameters {}

    @Override
    public Card card() {
        return new Card(
                "gan-1d",
                "A GAN on a line",
                Chapter.GAN,
                "A generator turns noise into numbers, a discriminator tells them from real ones. Watch the four stages: the"
                        + " discriminator learns the theoretical D*, the generator follows its slope, the two distributions meet, and"
                        + " the discriminator can only guess: D = ½ everywhere.");
    }

    @Override
    public List<Preset<Settings>> presets() {
        TargetDistribution.Choice normal = new TargetDistribution.Choice(Target.NORMAL, 4, 2, "");
        TargetDistribution.Choice twoModes = new TargetDistribution.Choice(Target.MIXTURE, 4, 2, "");
        Settings author = new Settings(normal, 2000, 128, new Balance(10, 2e-4, 1e-4, .9), 20, new Pace(1, 200, 20));
        Balance bold = new Balance(10, 1e-3, 5e-4, .5);
        Settings quick = new Settings(normal, 800, 128, bold, 2, new Pace(1, 100, 5));
        Settings mixture = new Settings(twoModes, 3000, 128, bold, 2, new Pace(1, 200, 10));
        List<Bound> figures = List.of(
                atMost("deviationFromOptimal", .16, 0, "mean |D − D*| after the pre-training; measured .07–.14"),
                atLeast("sampleMean", 3.9, 2000, "μ 4; measured within .05 over 20 seeds"),
                atMost("sampleMean", 4.1, 2000, "μ 4; measured within .05 over 20 seeds"),
                atLeast("sampleStd", 1.88, 2000, "σ 2; measured within .07"),
                atMost("sampleStd", 2.12, 2000, "σ 2; measured within .07"),
                atMost("maxDeviationFromHalf", .08, 2000, "on μ ± 2σ; measured .05"),
                atMost("jsDivergence", .01, 2000, "in nats; measured .005"));
        return List.of(
                new Preset<>(
                        "quick",
                        "Larger steps: the whole story in seconds",
                        "the author's nets with D 1e-3, G 5e-4, β₁ .5",
                        quick),
                new Preset<>("author", "The set-up of the post", "the series' GAN post, 1-D example", author, figures),
                new Preset<>(
                        "mixture",
                        "Two modes: will the generator find both?",
                        "the quick preset on another target",
                        mixture));
    }

    @Override
    public long memoryBytes(Settings settings) {
        return (8 << 20) + 1024L * settings.batch();
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        return new Adversaries(settings, setting);
    }

    @Override
    public List<Ability<Settings>> abilities() {
        return List.of(LineGenerator.ability());
    }

    // ---- the model ----

    /** D: x [B, 1] to logits [B, 1]. G is beside it, in {@link LineGenerator}. */
    private static final LineNet D = LineNet.of("d", 1);

    /** The traced half. */
    private record Model(Settings settings, TargetDistribution target, DensityPicture picture) {
        void trace(Program.Builder methods) {
            methods.method("pretrain", t -> trainD(t, t.random(t.integer("seed")), labels(t)))
                    .method("step", this::step);
            picture.trace(methods, target::noise, this::generate, this::discriminate);
        }

        private Tensor generate(Tensor z) {
            return LineGenerator.generate(z, target.mu(), target.sigma()); // [B, 1]
        }

        private Tensor discriminate(Tensor x) {
            return D.apply(target.seen(x)); // [B, 1]
        }

        /** One step of D on as many real as generated samples: maximise log D(x) + log(1 − D(G(z))). */
        private Tensor trainD(Trace t, Random random, Tensor labels) {
            long batch = labels.size(0) / 2;
            Tensor real = target.sample(t, random, batch); // [B, 1]
            Tensor generated = generate(target.noise(random, batch)).detach(); // [B, 1]
            Tensor logits = discriminate(Tensor.concatenate(0, List.of(real, generated))); // [2B, 1]
            Tensor loss = logits.binaryCrossEntropyWithLogits(labels);
            t.minimize(loss, D.parameters(), settings.balance().adam(), "adam-d", t.number("dLearningRate"));
            return loss;
        }

        /** 1 for real, 0 for generated, {@code [2B, 1]}. */
        private Tensor labels(Trace t) {
            return Tensor.concatenate(0, List.of(t.ones(settings.batch(), 1), t.zeros(settings.batch(), 1)));
        }

        /** k steps of D, then one of G, which maximises log D(G(z)): the form that does not saturate. */
        private void step(Trace t) {
            int batch = settings.batch();
            Random random = t.random(t.integer("seed"));
            Tensor labels = labels(t);
            Tensor dLoss = t.repeat(
                            t.integer("dSteps"), List.of(t.zeros()), (_, _) -> List.of(trainD(t, random, labels)))
                    .getFirst();
            Tensor logits = discriminate(generate(target.noise(random, batch)));
            Tensor gLoss = logits.binaryCrossEntropyWithLogits(t.ones(batch, 1));
            t.minimize(
                    gLoss,
                    LineGenerator.G.parameters(),
                    settings.balance().adam(),
                    "adam-g",
                    t.number("gLearningRate"));
            t.output("dLoss", dLoss);
            t.output("gLoss", gLoss);
        }
    }

    // ---- the training ----

    private static final class Adversaries extends ProgramTraining<Settings> {
        private final TargetDistribution target;
        private final long seed;
        private final Setting.Progress progress;
        private final DensityPicture picture;

        Adversaries(Settings settings, Setting setting) {
            TargetDistribution target = TargetDistribution.of(settings.imitated(), setting.data());
            DensityPicture picture = new DensityPicture(target);
            Program traced = Program.trace(Precision.FLOAT32, new Model(settings, target, picture)::trace);
            super(settings, new Executable(traced, setting.device(), setting.seed()));
            this.target = target;
            this.picture = picture;
            this.seed = setting.seed();
            this.progress = setting.progress();
            target.data()
                    .ifPresent(samples ->
                            fill(filled -> filled.set(target.resident(), HostTensor.of(samples, samples.length))));
        }

        @Override
        public long steps() {
            return settings.steps();
        }

        @Override
        public void begin(Consumer<Shown> show) {
            look(0, Map.of(), Stage.APART, show);
            int batches = PRETRAIN_SAMPLES / settings.batch() * settings.pretrainEpochs();
            Executable.Call pretrain = program.call("pretrain")
                    .with("dLearningRate", settings.balance().dLearningRate());
            for (int i = 0; i < batches; i++) {
                // Negative counters, so that no step of the training draws the same noise.
                pretrain.with("seed", Randomness.mix(seed, -1L - i)).run();
                progress.at("the discriminator learns", (double) i / batches);
            }
            if (batches > 0) {
                look(0, Map.of(), Stage.TOLD_APART, show);
            }
        }

        @Override
        public void step(long step, Consumer<Shown> show) {
            Map<String, HostTensor> losses = program.call("step")
                    .with("seed", Randomness.mix(seed, step))
                    .with("dSteps", settings.balance().dSteps())
                    .with("dLearningRate", settings.balance().dLearningRate())
                    .with("gLearningRate", settings.balance().gLearningRate())
                    .run();
            if (step % settings.pace().showEvery() == 0 || step == settings.steps()) {
                look(step, losses, Stage.FOLLOWING, show);
            }
        }

        private void look(long step, Map<String, HostTensor> losses, Stage stage, Consumer<Shown> show) {
            picture.look(program, Randomness.mix(seed, "look " + step), losses, stage, show);
        }

        @Override
        public Map<String, TensorSource> save() {
            Map<String, TensorSource> state = new LinkedHashMap<>(super.save());
            state.putAll(LineGenerator.saved(target));
            return state;
        }
    }
}
