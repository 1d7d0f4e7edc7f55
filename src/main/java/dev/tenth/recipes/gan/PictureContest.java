package dev.tenth.recipes.gan;

import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Examples.Part;
import dev.tenth.recipe.ProgramTraining;
import dev.tenth.recipe.RunningMeans;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipes.cnn.DigitScorer;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Resident;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The training of {@link Dcgan}. */
final class PictureContest extends ProgramTraining<Dcgan.Settings> {
    /** The figures of a step, in the order in which the program adds them up. */
    private static final List<String> FIGURES = List.of("dLoss", "dReal", "dFake", "gLoss");

    private static final List<String> DIGITS =
            IntStream.range(0, 10).mapToObj(Integer::toString).toList();

    /** The traced half: what a step is, and what is looked at. */
    private record Model(
            Dcgan.Settings settings,
            Frame frame,
            PictureWriter generator,
            PictureReader discriminator,
            Examples examples,
            Optional<DigitFid> fid,
            Optional<VarietyWatch> watch,
            RunningMeans means) {
        void trace(Program.Builder methods) {
            means.trace(methods);
            methods.method("step", this::step).method("look", t -> {
                t.output("frame", t.value(frame.state()));
                t.output("samples", generate(noise(t, settings.grid() * settings.grid()))); // [n, S·S·C]
            });
            fid.ifPresent(judge -> judge.trace(methods, examples, this::noise, this::generate));
            watch.ifPresent(judge -> judge.trace(methods, (t, n) -> generate(noise(t, n))));
        }

        private Tensor noise(Trace t, int n) {
            return noise(t.random(t.integer("seed")), n);
        }

        /** {@code [n, Z]} from N(0, 1). */
        private Tensor noise(Random random, int n) {
            return random.normal(n, settings.latent());
        }

        private Tensor generate(Tensor z) {
            return frame.unframed(generator.write(z));
        }

        /** k steps of D, then one of G with the pictures that D saw last. */
        private void step(Trace t) {
            Random random = t.random(t.integer("seed"));
            t.repeat(t.integer("dStepsMore"), List.of(t.zeros()), (_, carried) -> {
                trainD(t, random, generator.train(noise(random, settings.batch())));
                return carried;
            });
            Tensor fake = generator.train(noise(random, settings.batch())); // [B, C, S, S]
            List<Tensor> d = trainD(t, random, fake);
            // −log D(G(z)): the form that does not saturate.
            Tensor gLoss = discriminator.train(fake).output().binaryCrossEntropyWithLogits(t.ones(settings.batch(), 1));
            t.minimize(gLoss, generator.parameters(), settings.balance().adam(), "adam-g", t.number("gLearningRate"));
            means.add(t, List.of(d.get(0), d.get(1), d.get(2), gLoss));
        }

        /**
         * One step of D: maximise log D(x) + log(1 − D(G(z))). Real and generated pictures are read apart, each normalised by their
         * own statistics.
         *
         * @return its loss, its mean for real and for generated ones
         */
        private List<Tensor> trainD(Trace t, Random random, Tensor fake) {
            int batch = settings.batch();
            Tensor rows = random.integers(examples.rows(Part.TRAINING), batch); // [B]
            Tensor real = frame.framed(examples.inputs(t, Part.TRAINING, rows)); // [B, C, S, S]
            Tensor onReal = discriminator.train(real).output(); // [B, 1]
            Tensor onFake = discriminator.train(fake.detach()).output(); // [B, 1]
            Tensor loss = onReal.binaryCrossEntropyWithLogits(t.ones(batch, 1))
                    .plus(onFake.binaryCrossEntropyWithLogits(t.zeros(batch, 1)));
            t.minimize(
                    loss, discriminator.parameters(), settings.balance().adam(), "adam-d", t.number("dLearningRate"));
            return List.of(
                    loss.detach(),
                    onReal.detach().sigmoid().mean(),
                    onFake.detach().sigmoid().mean());
        }
    }

    private final Model model;
    private final long seed;

    PictureContest(Dcgan.Settings settings, Setting setting, Examples examples, Frame frame) {
        boolean digits = frame.inner() == DigitFid.SIDE && examples.classes().equals(DIGITS);
        // One for both that judge by it: its weights are acquired once, and released once.
        Optional<DigitScorer> scorer = digits ? Optional.of(DigitScorer.load()) : Optional.empty();
        Model traced = new Model(
                settings,
                frame,
                Dcgan.generator(settings, frame),
                PictureReader.of("d", frame, settings.maps(), 1),
                examples,
                scorer.map(DigitFid::new),
                scorer.map(VarietyWatch::new),
                new RunningMeans(FIGURES));
        Program program = Program.trace(Precision.FLOAT32, traced::trace);
        Map<Variable, Resident> residents =
                new HashMap<>(examples.residents(Part.TRAINING, setting.residents(), setting.device()));
        scorer.ifPresent(judge -> {
            residents.putAll(examples.residents(Part.TEST, setting.residents(), setting.device()));
            residents.putAll(judge.residents(setting.residents(), setting.device()));
        });
        super(settings, new Executable(program, setting.device(), setting.seed(), residents));
        this.model = traced;
        this.seed = setting.seed();
    }

    @Override
    public long steps() {
        return settings.steps();
    }

    @Override
    public void begin(Consumer<Shown> show) {
        look(show);
        model.fid().ifPresent(fid -> show.accept(new Shown.Metrics(fid.measure(program, seed))));
    }

    @Override
    public void step(long step, Consumer<Shown> show) {
        program.call("step")
                .with("seed", Randomness.mix(seed, step))
                .with("dStepsMore", settings.balance().dSteps() - 1)
                .with("dLearningRate", settings.balance().dLearningRate())
                .with("gLearningRate", settings.balance().gLearningRate())
                .run();
        boolean last = step == settings.steps();
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (last || step % settings.pace().showEvery() == 0) {
            metrics.putAll(model.means().take(program));
            look(show);
        }
        if (last || step % settings.judgeEvery() == 0) {
            model.fid().ifPresent(fid -> metrics.putAll(fid.measure(program, seed)));
            model.watch().ifPresent(watch -> metrics.putAll(watch.look(program, seed, step, show)));
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
        show.accept(
                model.frame().tiles("samples", samples, settings.grid(), "what the generator makes of the same noise"));
    }

    @Override
    public Map<String, TensorSource> save() {
        Map<String, TensorSource> state = new LinkedHashMap<>(super.save());
        model.watch().ifPresent(watch -> watch.save(state));
        return state;
    }

    @Override
    public void load(Map<String, TensorSource> state) {
        super.load(state);
        model.watch().ifPresent(watch -> watch.load(state));
    }
}
