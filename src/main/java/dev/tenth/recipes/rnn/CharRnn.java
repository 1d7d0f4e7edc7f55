package dev.tenth.recipes.rnn;

import static dev.tenth.recipe.Bound.atMost;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.ProgramTraining;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.RunningMeans;
import dev.tenth.recipe.Schedule;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.TextModel;
import dev.tenth.recipe.Training;
import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Optimizer;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Recurrent;
import dev.tenth.torch.Shape;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
    /** The learning rate stays for this many epochs, then shrinks with each. */
    private static final int STEADY_EPOCHS = 10;

    private static final double DECAY = .97;
    /** The norm to which the gradients are clipped. */
    private static final double CLIP = 5;

    private static final int SAMPLE = 300;
    private static final TextModel.Choice SAMPLE_CHOICE = new TextModel.Choice(.7, 0, 1);

    /** What can be set. */
    public record Settings(
            @Parameter(help = "The text to learn", dataset = "text")
            String corpus,

            @Parameter(help = "Which cell remembers") Recurrent.Cell cell,

            @Parameter(help = "Units of each layer", min = 1, max = 4096)
            int hidden,

            @Parameter(help = "Recurrent layers", min = 1, max = 8)
            int layers,

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

            @Parameter(
                    help = "Learning rate, or a cycle's largest",
                    min = 0,
                    minExclusive = true,
                    max = 1,
                    turnable = true)
            double learningRate,

            @Parameter(help = "Its course: each epoch after ten shrinks it by 3 %, or one cycle over the run")
            Course schedule,

            @Parameter(help = "Number format of the matrix products")
            Precision precision,

            @Parameter(help = "Which part of the text is held out to judge by")
            Split split,

            Pace pace)
            implements Parameters {
        CharWriter.Net net(Vocabulary vocabulary) {
            return CharWriter.Net.of(cell, hidden, layers, vocabulary);
        }
    }

    /** The optimizers to choose from. */
    public enum Rule {
        RMSPROP,
        ADAM;

        private Optimizer optimizer() {
            return switch (this) {
                case RMSPROP -> new Optimizer.RmsProp(.95, 1e-8);
                case ADAM -> new Optimizer.Adam();
            };
        }
    }

    /** The courses of the learning rate. */
    public enum Course {
        LATE_DECAY,
        ONE_CYCLE;

        private double at(long step, long steps, long epoch, double rate) {
            return switch (this) {
                case LATE_DECAY -> rate * Math.pow(DECAY, Math.max(0, epoch + 1 - STEADY_EPOCHS));
                case ONE_CYCLE -> Schedule.ONE_CYCLE.at(step, steps, rate);
            };
        }
    }

    /** The parts to hold out. */
    public enum Split {
        /** The last tenth of the text. */
        TAIL;

        @Override
        public String toString() {
            return "tail-10%";
        }
    }

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
        Recurrent.Cell lstm = Recurrent.Cell.LSTM;
        Precision full = Precision.FLOAT32;
        Pace pace = new Pace(1, 144, showEvery);
        return new Settings(
                "shakespeare", lstm, 128, 2, dropout, 50, 50, epochs, rule, rate, course, full, Split.TAIL, pace);
    }

    @Override
    public long memoryBytes(Settings settings) {
        // As if the text had as many different characters as are allowed at all; 4 for value, gradient and two slots.
        long width = 4L * settings.hidden();
        long weights = width * (Corpus.MAX_SYMBOLS + settings.hidden() * (2L * settings.layers() - 1))
                + (long) settings.hidden() * Corpus.MAX_SYMBOLS;
        long activations = (long) settings.sequence() * settings.batch() * settings.layers() * width;
        return Float.BYTES * (4 * weights + 2 * activations);
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        return new Reading(settings, setting);
    }

    @Override
    public List<Ability<Settings>> abilities() {
        return List.of((Ability.GenerateText<Settings>) (settings, state, device) -> {
            Vocabulary vocabulary = Vocabulary.load(state.get("vocabulary"));
            return CharWriter.open(settings.net(vocabulary), vocabulary, settings.precision(), state, device);
        });
    }

    // ---- the training
    // ------------------------------------------------------------------------------------------------

    /** The traced half: how a step reads the text on and learns from it. */
    private record Model(
            Settings settings, Corpus corpus, CharWriter.Net net, HeldOut heldOut, RunningMeans lossAndNorm) {

        void trace(Program.Builder methods) {
            heldOut.trace(methods);
            lossAndNorm.trace(methods);
            CharWriter.trace(methods, net);
            methods.method("step", this::step)
                    .method("reset", t -> carried()
                            .forEach(state ->
                                    t.assign(state, t.zeros(state.shape().dimensions()))))
                    .method("state", t -> t.value(vocabulary()));
        }

        private Variable text() {
            return Variable.data("text", DType.INT64, settings.batch(), corpus.length());
        }

        private Variable vocabulary() {
            return new Variable(
                    "vocabulary", DType.INT64, Shape.of(net.symbols()), Variable.Initial.zeros(), Variable.Role.STATE);
        }

        private List<Variable> carried() {
            return net.layers().stateVariables("carried", settings.batch());
        }

        private void step(Trace t) {
            int sequence = settings.sequence();
            int batch = settings.batch();
            Tensor symbols = t.value(text())
                    .narrow(1, t.integer("offset"), sequence + 1L)
                    .transpose(0, 1); // [T+1, B]
            Tensor inputs = symbols.narrow(0, 0, sequence).oneHot(net.symbols()); // [T, B, V]
            Tensor targets = symbols.narrow(0, 1, sequence).reshape((long) sequence * batch); // [T·B]
            Random random = t.random(t.integer("seed"));
            List<Tensor> before = carried().stream().map(t::value).toList();
            Recurrent.Outputs read = net.layers()
                    .read(inputs, before, outputs -> random.dropout(outputs, settings.dropout()), true); // [T, B, H]
            Tensor scores = net.output().apply(read.outputs()).reshape((long) sequence * batch, net.symbols());
            Tensor loss = scores.crossEntropy(targets);
            List<Variable> parameters = new ArrayList<>(net.layers().parameters());
            parameters.addAll(net.output().parameters());
            List<Tensor> gradients =
                    t.gradient(loss, parameters.stream().map(t::value).toList());
            Tensor norm = t.clipByGlobalNorm(gradients, CLIP);
            t.update(parameters, gradients, settings.optimizer().optimizer(), "optimizer", t.number("learningRate"));
            for (int i = 0; i < before.size(); i++) {
                t.assign(carried().get(i), read.state().get(i).detach());
            }
            lossAndNorm.add(t, List.of(loss, norm));
        }
    }

    private static final class Reading extends ProgramTraining<Settings> {
        private final Model model;
        private final CharWriter writer;
        private final long seed;

        Reading(Settings settings, Setting setting) {
            Corpus corpus = Corpus.of(setting.data().text(settings.corpus()), settings.batch(), settings.sequence());
            CharWriter.Net net = settings.net(corpus.vocabulary());
            Model traced = new Model(settings, corpus, net, new HeldOut(corpus, net), new RunningMeans(2));
            Program program = Program.trace(settings.precision(), traced::trace);
            super(settings, new Executable(program, setting.device(), setting.seed()));
            this.model = traced;
            this.seed = setting.seed();
            this.writer = new CharWriter(this.program, net, corpus.vocabulary());
            this.program.set(traced.text(), HostTensor.of(corpus.training(), settings.batch(), corpus.length()));
            this.program.set(traced.vocabulary(), corpus.vocabulary().save());
            traced.heldOut().fill(this.program);
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
            sample(0, show);
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
                Map<String, Double> metrics = new LinkedHashMap<>();
                double[] means = model.lossAndNorm().take(program);
                metrics.put("trainLoss", means[0]);
                metrics.put("gradientNorm", means[1]);
                metrics.put("epoch", (double) step / stepsPerEpoch());
                metrics.put("learningRate", learningRate);
                metrics.put("validationLoss", model.heldOut().loss(program));
                if (epochEnds) {
                    metrics.put("bestValidationLoss", model.heldOut().best(program, metrics.get("validationLoss")));
                }
                show.accept(new Shown.Metrics(metrics));
            }
            if (pictured) {
                sample(step, show);
            }
        }

        private void sample(long step, Consumer<Shown> show) {
            writer.prepare();
            String text =
                    writer.start("", Randomness.mix(seed, "sample " + step)).next(SAMPLE, SAMPLE_CHOICE);
            show.accept(new Shown.Text("sample", text));
        }
    }
}
