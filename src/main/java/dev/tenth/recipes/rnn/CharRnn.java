package dev.tenth.recipes.rnn;

import static dev.tenth.recipe.Bound.atMost;

import dev.tenth.data.Dataset;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.ProgramTraining;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Rule;
import dev.tenth.recipe.RunningMeans;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Recurrent;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A recurrent network reads a text character by character and learns to guess the next one; then it writes.
 *
 * @see <a href="https://karpathy.github.io/2015/05/21/rnn-effectiveness/">Karpathy: The Unreasonable Effectiveness of
 *     Recurrent Neural Networks</a>
 */
public final class CharRnn implements Recipe<CharRnn.Settings> {
    /** The norm to which the gradients are clipped. */
    private static final double CLIP = 5;
    /** The different characters of a text before it is read: most have fewer. */
    private static final long USUAL_SYMBOLS = 128;

    /** What can be set. */
    public record Settings(
            @Parameter(help = "The text to learn", dataset = Dataset.Kind.TEXT)
            String corpus,

            Cells cells,

            @Parameter(help = "Share of each layer's outputs that is dropped in training", min = 0, max = .9)
            double dropout,

            @Parameter(help = "Characters through which gradients flow back", min = 1, max = 1000, unit = "characters")
            int sequence,

            @Parameter(help = "Stripes of the text that are read at the same time", min = 1, max = 1000)
            int batch,

            @Parameter(help = "Passes over the text", min = 1, max = 10_000, unit = "epochs")
            int epochs,

            @Parameter(help = "How gradients change the weights")
            Rule optimizer,

            @Parameter(help = "Learning rate, or its largest", min = 0, minExclusive = true, max = 1, turnable = true)
            double learningRate,

            @Parameter(help = "Its course: each epoch after ten shrinks it by 3 %, or one cycle over the run")
            Course schedule,

            @Parameter(help = "Number format of the matrix products")
            Precision precision,

            @Parameter(help = "Which part of the text is held out to judge by")
            Corpus.Split split,

            Pace pace)
            implements Parameters {}

    @Override
    public Card card() {
        return new Card(
                "char-rnn",
                "A network that writes",
                Chapter.RNN,
                "It reads Shakespeare character by character and guesses the next one. First come spaces and vowels, then words,"
                        + " names, verse. Let it write while it learns, and turn the temperature in mid-sentence.");
    }

    @Override
    public List<Preset<Settings>> presets() {
        String source = "the series' RNN post and Karpathy's char-rnn";
        return List.of(
                new Preset<>(
                        "quick",
                        "Words within a minute",
                        source + ", with Adam at a higher rate",
                        settings(Rule.ADAM, 4e-3, Course.LATE_DECAY, 0, 8, 24)),
                new Preset<>(
                        "author",
                        "The set-up of the post",
                        source,
                        settings(Rule.RMSPROP, 2e-3, Course.LATE_DECAY, 0, 30, 100),
                        atMost("validationLoss", 2.75, 200, "measured 2.50"),
                        atMost("bestValidationLoss", 1.5928, 18 * 144, "the best n-gram's; measured at epochs 15–16"),
                        atMost("bestValidationLoss", 1.58, 30 * 144, "measured 1.563, 1.564, 1.555")),
                new Preset<>(
                        "fixed",
                        "Adam in one cycle, and dropout: better than the original",
                        source + ", improved",
                        settings(Rule.ADAM, 4e-3, Course.ONE_CYCLE, .2, 50, 72),
                        atMost("bestValidationLoss", 1.545, 50 * 144, "measured 1.524")));
    }

    private static Settings settings(Rule rule, double rate, Course course, double dropout, int epochs, int showEvery) {
        Cells cells = new Cells(Recurrent.Cell.LSTM, 128, 2);
        Precision full = Precision.FLOAT32;
        Corpus.Split tail = Corpus.Split.TAIL;
        Pace pace = new Pace(1, 144, showEvery);
        return new Settings("shakespeare", cells, dropout, 50, 50, epochs, rule, rate, course, full, tail, pace);
    }

    @Override
    public long memoryBytes(Settings settings) {
        return memoryBytes(settings, USUAL_SYMBOLS);
    }

    /** With so many different characters; the factors are measured. */
    private static long memoryBytes(Settings settings, long symbols) {
        Cells cells = settings.cells();
        // Value, gradient, two slots; gradients packed for the optimizer, weights laid out for the cells and for
        // writing.
        long weights = 9 * cells.weights(symbols);
        // Of each character: the scores and their gradients, the gates and what they come from.
        long character = 16 * symbols + 12L * cells.layers() * cells.hidden();
        return Float.BYTES * (weights + character * settings.sequence() * settings.batch());
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        return new Reading(settings, setting);
    }

    @Override
    public List<Ability<Settings>> abilities() {
        return List.of((Ability.GenerateText<Settings>) (settings, state, device) -> {
            Vocabulary vocabulary = Vocabulary.load(state.get(Vocabulary.SAVED));
            return CharWriter.open(settings.cells(), vocabulary, settings.precision(), state, device);
        });
    }

    // ---- the training ----

    /** The traced half: how a step reads the text on and learns from it. */
    private record Model(
            Settings settings, Corpus corpus, CharWriter.Net net, HeldOut heldOut, RunningMeans lossAndNorm) {

        void trace(Program.Builder methods) {
            heldOut.trace(methods);
            lossAndNorm.trace(methods);
            CharWriter.trace(methods, net);
            methods.method("step", this::step)
                    .method("reset", t -> CharWriter.Net.reset(t, carried()))
                    .method("state", t -> t.value(corpus.vocabulary().variable()));
        }

        private List<Variable> carried() {
            return net.layers().stateVariables("carried", settings.batch());
        }

        private void step(Trace t) {
            int sequence = settings.sequence();
            int batch = settings.batch();
            Tensor symbols = corpus.read(t, t.integer("offset"), sequence + 1L); // [T+1, B]
            Tensor inputs = symbols.narrow(0, 0, sequence).oneHot(net.symbols()); // [T, B, V]
            Tensor targets = symbols.narrow(0, 1, sequence).reshape((long) sequence * batch); // [T·B]
            Random random = t.random(t.integer("seed"));
            Tensor scores =
                    net.read(t, inputs, carried(), x -> random.dropout(x, settings.dropout()), true); // [T, B, V]
            Tensor loss = scores.reshape((long) sequence * batch, net.symbols()).crossEntropy(targets);
            List<Variable> parameters = net.parameters();
            List<Tensor> gradients =
                    t.gradient(loss, parameters.stream().map(t::value).toList());
            Tensor norm = t.clipByGlobalNorm(gradients, CLIP);
            t.update(parameters, gradients, settings.optimizer().optimizer(), "optimizer", t.number("learningRate"));
            lossAndNorm.add(t, List.of(loss, norm));
        }
    }

    private static final class Reading extends ProgramTraining<Settings> {
        private final Model model;
        private final CharWriter writer;
        private final long seed;

        Reading(Settings settings, Setting setting) {
            Corpus corpus = Corpus.of(setting.data().text(settings.corpus()), settings.batch(), settings.sequence());
            int symbols = corpus.vocabulary().size();
            setting.requireMemory(memoryBytes(settings, symbols), "corpus: its " + symbols + " different characters");
            CharWriter.Net net = CharWriter.Net.of(settings.cells(), corpus.vocabulary());
            Model traced = new Model(
                    settings,
                    corpus,
                    net,
                    new HeldOut(corpus, net),
                    new RunningMeans(List.of("trainLoss", "gradientNorm")));
            Program program = Program.trace(settings.precision(), traced::trace);
            super(settings, new Executable(program, setting.device(), setting.seed()));
            this.model = traced;
            this.seed = setting.seed();
            this.writer = new CharWriter(this.program, net, corpus.vocabulary());
            fill(corpus::fill);
            fill(traced.heldOut()::fill);
        }

        private long stepsPerEpoch() {
            return (model.corpus().length() - 1) / settings.sequence();
        }

        @Override
        public long steps() {
            return stepsPerEpoch() * settings.epochs();
        }

        @Override
        public void begin(Consumer<Shown> show) {
            show.accept(writer.sample(Randomness.mix(seed, "sample " + 0)));
        }

        @Override
        public void step(long step, Consumer<Shown> show) {
            long epoch = (step - 1) / stepsPerEpoch();
            long place = (step - 1) % stepsPerEpoch();
            if (place == 0) {
                program.call("reset").run();
            }
            double learningRate = settings.schedule().at(step, steps(), epoch, settings.learningRate());
            program.call("step")
                    .with("offset", place * settings.sequence())
                    .with("seed", Randomness.mix(seed, step))
                    .with("learningRate", learningRate)
                    .run();
            boolean epochEnds = place == stepsPerEpoch() - 1;
            boolean pictured = step % settings.pace().showEvery() == 0;
            if (pictured || epochEnds) {
                Map<String, Double> metrics = model.lossAndNorm().take(program);
                metrics.put("epoch", (double) step / stepsPerEpoch());
                metrics.put("learningRate", learningRate);
                metrics.put("validationLoss", model.heldOut().loss(program));
                if (epochEnds) {
                    metrics.put("bestValidationLoss", model.heldOut().best(program, metrics.get("validationLoss")));
                }
                show.accept(new Shown.Metrics(metrics));
            }
            if (pictured) {
                show.accept(writer.sample(Randomness.mix(seed, "sample " + step)));
            }
        }
    }
}
