package dev.tenth.recipes.gan;

import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Examples.Part;
import dev.tenth.recipe.ProgramTraining;
import dev.tenth.recipe.RunningMeans;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Tiles;
import dev.tenth.recipes.cnn.DigitScorer;
import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Resident;
import dev.tenth.torch.Scalar;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The training of {@link GanDigits}. */
final class DigitContest extends ProgramTraining<GanDigits.Settings> {
    /** Real and as many generated pictures, on which D is trained before G starts. */
    private static final int PRETRAIN_PICTURES = 1000;
    /** The figures of a step, in the order in which the program adds them up. */
    private static final List<String> FIGURES = List.of("dLoss", "dReal", "dFake", "dAccuracy", "gLoss", "gAccuracy");

    private static final int D_FIGURES = 4;

    /** The traced half: what a step is, and what is looked at. */
    private record Model(
            GanDigits.Settings settings, DigitGanNets nets, Examples examples, VarietyWatch watch, RunningMeans means) {
        void trace(Program.Builder methods) {
            means.trace(methods);
            methods.method("pretrain", t -> trainD(t, t.random(t.integer("seed"))))
                    .method("step", this::step)
                    .method("look", t -> {
                        int n = settings.grid() * settings.grid();
                        t.output("samples", nets.generate(nets.noise(t.random(t.integer("seed")), n))); // [n, 784]
                    });
            watch.trace(methods, (t, n) -> nets.generate(nets.noise(t.random(t.integer("seed")), n)));
        }

        /** k steps of D, then one of G. */
        private void step(Trace t) {
            Random random = t.random(t.integer("seed"));
            List<Tensor> d = t.repeat(
                    t.integer("dSteps"),
                    IntStream.range(0, D_FIGURES).mapToObj(_ -> t.zeros()).toList(),
                    (_, _) -> trainD(t, random));
            means.add(t, Stream.concat(d.stream(), trainG(t, random).stream()).toList());
        }

        /**
         * One step of D on as many real as generated pictures: maximise log D(x) + log(1 − D(G(z))).
         *
         * @return its loss, its mean for real and for generated ones, and the share that it told right: each before the step
         */
        private List<Tensor> trainD(Trace t, Random random) {
            int batch = settings.batch();
            Tensor rows = random.integers(examples.rows(Part.TRAINING), batch); // [B]
            Tensor real = examples.inputs(t, Part.TRAINING, rows); // [B, 784]
            Tensor fake = nets.train(nets.noise(random, batch)).detach(); // [B, 784]
            Scalar kept = t.number("kept");
            Tensor logits = nets.discriminate(
                    Tensor.concatenate(0, List.of(real, fake)), x -> random.dropout(x, kept)); // [2B, 1]
            Tensor labels = Tensor.concatenate(0, List.of(t.ones(batch, 1), t.zeros(batch, 1)));
            Tensor loss = logits.binaryCrossEntropyWithLogits(labels);
            t.minimize(loss, nets.discriminator(), settings.balance().adam(), "adam-d", t.number("dLearningRate"));
            Tensor belief = logits.detach().sigmoid();
            return List.of(
                    loss.detach(),
                    belief.narrow(0, 0, batch).mean(),
                    belief.narrow(0, batch, batch).mean(),
                    belief.minus(labels).abs().lessThan(.5).cast(DType.FLOAT32).mean());
        }

        /**
         * One step of G: maximise log D(G(z)), the form that does not saturate.
         *
         * @return its loss, and the share of its pictures that D takes for real
         */
        private List<Tensor> trainG(Trace t, Random random) {
            Scalar kept = t.number("kept");
            Tensor fake = random.dropout(nets.train(nets.noise(random, settings.batch())), t.number("outputKept"));
            Tensor logits = nets.discriminate(fake, x -> random.dropout(x, kept)); // [B, 1]
            Tensor loss = logits.binaryCrossEntropyWithLogits(t.ones(settings.batch(), 1));
            t.minimize(loss, nets.generator(), settings.balance().adam(), "adam-g", t.number("gLearningRate"));
            return List.of(
                    loss, logits.detach().greaterThan(0).cast(DType.FLOAT32).mean());
        }
    }

    private final Model model;
    private final long seed;
    private final Setting.Progress progress;

    DigitContest(GanDigits.Settings settings, Setting setting, Examples examples) {
        DigitScorer scorer = DigitScorer.load();
        Model model = new Model(
                settings,
                DigitGanNets.of(settings.nets()),
                examples,
                new VarietyWatch(scorer),
                new RunningMeans(FIGURES));
        Program traced = Program.trace(Precision.FLOAT32, model::trace);
        Map<Variable, Resident> residents =
                new HashMap<>(examples.residents(Part.TRAINING, setting.residents(), setting.device()));
        residents.putAll(scorer.residents(setting.residents(), setting.device()));
        super(settings, new Executable(traced, setting.device(), setting.seed(), residents));
        this.model = model;
        this.seed = setting.seed();
        this.progress = setting.progress();
    }

    @Override
    public long steps() {
        return settings.steps();
    }

    @Override
    public void begin(Consumer<Shown> show) {
        look(show);
        int batches = PRETRAIN_PICTURES / settings.batch() * settings.pretrainEpochs();
        for (int i = 0; i < batches; i++) {
            // Negative counters, so that no step of the training draws the same noise.
            dCall("pretrain", Randomness.mix(seed, -1L - i)).run();
            progress.at("the discriminator learns", (double) i / batches);
        }
    }

    /** A call with what training D takes. */
    private Executable.Call dCall(String method, long seed) {
        return program.call(method)
                .with("seed", seed)
                .with("kept", 1 - settings.dropout())
                .with("dLearningRate", settings.balance().dLearningRate());
    }

    @Override
    public void step(long step, Consumer<Shown> show) {
        dCall("step", Randomness.mix(seed, step))
                .with("dSteps", settings.balance().dSteps())
                .with("outputKept", 1 - settings.outputDropout())
                .with("gLearningRate", settings.balance().gLearningRate())
                .run();
        boolean last = step == settings.steps();
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (last || step % settings.pace().showEvery() == 0) {
            metrics.putAll(model.means().take(program));
            look(show);
        }
        if (last || step % settings.judgeEvery() == 0) {
            metrics.putAll(model.watch().look(program, seed, step, show));
        }
        if (!metrics.isEmpty()) {
            show.accept(new Shown.Metrics(metrics));
        }
    }

    /** What G makes of noise that is always the same. */
    private void look(Consumer<Shown> show) {
        float[] samples = program.call("look")
                .with("seed", Randomness.mix(seed, "look"))
                .run()
                .get("samples")
                .floats();
        show.accept(Tiles.grey(
                "samples",
                samples,
                DigitGanNets.SIDE,
                DigitGanNets.SIDE,
                settings.grid(),
                "what the generator makes of the same noise"));
    }

    @Override
    public Map<String, TensorSource> save() {
        Map<String, TensorSource> state = new LinkedHashMap<>(super.save());
        model.watch().save(state);
        return state;
    }

    @Override
    public void load(Map<String, TensorSource> state) {
        super.load(state);
        model.watch().load(state);
    }
}
