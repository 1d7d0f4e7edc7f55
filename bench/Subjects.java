import dev.tenth.torch.BatchNorm;
import dev.tenth.torch.Conv;
import dev.tenth.torch.Convolution;
import dev.tenth.torch.DType;
import dev.tenth.torch.Dense;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Optimizer;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Recurrent;
import dev.tenth.torch.Shape;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.TransposedConv;
import dev.tenth.torch.Variable;
import dev.tenth.torch.Variable.Initial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** What is timed on our side: programs as recipes have them, with the same nets as {@code bench/peers/steps.py}. */
class Subjects {
    private static final int SYMBOLS = 63;
    private static final int SEQUENCE = 50;
    private static final int BATCH = 50;
    private static final int TOKENS = 64;

    private Subjects() {}

    /** What is timed: a method of a program, what it is given, the variables that the peer has to know. */
    record Subject(Program program, String prepare, String method, Map<String, HostTensor> data, Map<String, Double> numbers, String result) {
        /** The names of the tensors that it is given, in the order in which the method takes them. */
        List<String> inputs() {
            return List.copyOf(data.keySet());
        }
    }

    static Subject of(String system) {
        return switch (system) {
            case "gan-1d" -> gan();
            case "char-rnn-256" -> charRnn(256);
            case "char-rnn-512" -> charRnn(512);
            case "generation-512" -> generation(512);
            case "lenet" -> lenet();
            case "dcgan-64" -> dcgan();
            default -> throw new IllegalArgumentException("system: " + system + " is not one of gan-1d, char-rnn-256, char-rnn-512, generation-512, lenet, dcgan-64");
        };
    }

    /** Ten steps of D (real and generated samples), one of G: the author's step. */
    private static Subject gan() {
        List<Dense> d = List.of(Dense.glorot("d/1", 1, 6), Dense.glorot("d/2", 6, 6), Dense.glorot("d/3", 6, 1));
        List<Dense> g = List.of(Dense.glorot("g/1", 20, 6), Dense.glorot("g/2", 6, 6), Dense.glorot("g/3", 6, 1));
        Program program = Program.trace(Precision.FLOAT32, methods -> methods.method("step", t -> {
            Tensor real = t.input("real", DType.FLOAT32, 128, 1);
            Tensor z = t.input("z", DType.FLOAT32, 128, 20);
            Tensor labels = Tensor.concatenate(0, List.of(t.ones(128, 1), t.zeros(128, 1)));
            t.repeat(10, List.of(), (_, _) -> {
                Tensor both = Tensor.concatenate(0, List.of(real, generate(g, z).detach()));
                t.minimize(mlp(d, both).binaryCrossEntropyWithLogits(labels), parameters(d), new Optimizer.Adam(), "adam-d", t.number("rate"));
                return new Trace.Round(List.of(), List.of());
            });
            Tensor loss = mlp(d, generate(g, z)).binaryCrossEntropyWithLogits(t.ones(128, 1));
            t.minimize(loss, parameters(g), new Optimizer.Adam(), "adam-g", t.number("rate"));
            t.output("loss", loss);
        }));
        return new Subject(program, "", "step", inOrder("real", random(128, 1), "z", random(128, 20)), Map.of("rate", 1e-3), "loss");
    }

    private static Tensor mlp(List<Dense> layers, Tensor x) {
        return layers.get(2).apply(layers.get(1).apply(layers.get(0).apply(x).tanh()).tanh());
    }

    private static Tensor generate(List<Dense> g, Tensor z) {
        return mlp(g, z).tanh().times(8).plus(4);
    }

    private static List<Variable> parameters(List<Dense> layers) {
        return layers.stream().flatMap(layer -> layer.parameters().stream()).toList();
    }

    /** One step of a 2-layer LSTM over 50 × 50 characters: forward, backward, clip, Adam. */
    private static Subject charRnn(int hidden) {
        Recurrent net = Recurrent.of("rnn", Recurrent.Cell.LSTM, SYMBOLS, hidden, 2, .08, 1);
        Dense output = Dense.of("output", hidden, SYMBOLS);
        List<Variable> parameters = Stream.concat(net.parameters().stream(), output.parameters().stream()).toList();
        Program program = Program.trace(Precision.FLOAT32, methods -> methods.method("step", t -> {
            Tensor text = t.input("text", DType.INT64, SEQUENCE + 1, BATCH);
            Tensor read = net.read(text.narrow(0, 0, SEQUENCE).oneHot(SYMBOLS), net.initial(t, BATCH), x -> x, true).outputs();
            Tensor loss = output.apply(read).reshape(SEQUENCE * BATCH, SYMBOLS).crossEntropy(text.narrow(0, 1, SEQUENCE).reshape(SEQUENCE * BATCH));
            List<Tensor> gradients = t.gradient(loss, parameters.stream().map(t::value).toList());
            t.clipByGlobalNorm(gradients, 5);
            t.update(parameters, gradients, new Optimizer.Adam(), "adam", t.number("rate"));
            t.output("loss", loss);
        }));
        SplittableRandom random = new SplittableRandom(3);
        long[] text = random.longs((SEQUENCE + 1) * BATCH, 0, SYMBOLS).toArray();
        return new Subject(program, "", "step", Map.of("text", HostTensor.of(text, SEQUENCE + 1, BATCH)), Map.of("rate", 2e-3), "loss");
    }

    /** 64 characters, each drawn by a given number and fed back; a step is one call. */
    private static Subject generation(int hidden) {
        Recurrent net = Recurrent.of("rnn", Recurrent.Cell.LSTM, SYMBOLS, hidden, 2, .08, 1);
        Dense output = Dense.of("output", hidden, SYMBOLS);
        Recurrent.Stepper stepper = net.stepper(SYMBOLS);
        Variable last = new Variable("last", DType.INT64, Shape.of(1), Variable.Initial.zeros(), Variable.Role.STATE);
        List<Variable> states = net.stateVariables("state", 1);
        Program program = Program.trace(Precision.FLOAT32, methods -> methods.method("prepare", stepper::prepare).method("write", t -> {
            Tensor draws = t.input("draws", DType.FLOAT32, TOKENS);
            List<Tensor> carried = new ArrayList<>(List.of(t.value(last)));
            states.forEach(state -> carried.add(t.value(state)));
            List<Tensor> results = t.repeat(TOKENS, carried, (position, before) -> {
                Recurrent.Outputs outputs = stepper.step(before.getFirst(), before.subList(1, before.size()));
                Tensor sums = output.apply(outputs.outputs()).softmax(1).cumulativeSum(1);
                Tensor next = sums.narrow(1, 0, SYMBOLS - 1).atMost(draws.select(0, position).reshape(1, 1)).cast(DType.INT64).sum(1);
                List<Tensor> after = new ArrayList<>(List.of(next));
                after.addAll(outputs.state());
                return new Trace.Round(after, List.of(next));
            });
            t.assign(last, results.getFirst());
            for (int i = 0; i < states.size(); i++) {
                t.assign(states.get(i), results.get(1 + i));
            }
            t.output("symbols", results.getLast());
        }));
        float[] draws = new float[TOKENS];
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < TOKENS; i++) {
            draws[i] = (float) random.nextDouble();
        }
        return new Subject(program, "prepare", "write", Map.of("draws", HostTensor.of(draws, TOKENS)), Map.of(), "symbols");
    }

    /** One step of the author's LeNet: 500 grey pictures of 28 × 28, tanh, plain SGD. */
    private static Subject lenet() {
        int batch = 500;
        List<Conv> convolutions = List.of(Conv.of("conv1", 1, 20, 5, 1, 0), Conv.of("conv2", 20, 50, 5, 1, 0));
        List<Dense> dense = List.of(Dense.glorot("hidden", 50 * 4 * 4, 500), Dense.of("output", 500, 10, Initial.zeros(), Initial.zeros()));
        List<Variable> parameters = new ArrayList<>(parameters(dense));
        convolutions.forEach(layer -> parameters.addAll(layer.parameters()));
        Program program = Program.trace(Precision.FLOAT32, methods -> methods.method("step", t -> {
            Tensor x = t.input("pictures", DType.FLOAT32, batch, 1, 28, 28);
            for (Conv layer : convolutions) {
                x = Convolution.maxPool2d(layer.apply(x), 2).tanh();
            }
            Tensor logits = dense.get(1).apply(dense.get(0).apply(x.reshape(batch, 50 * 4 * 4)).tanh());
            Tensor loss = logits.crossEntropy(t.input("labels", DType.INT64, batch));
            t.minimize(loss, parameters, new Optimizer.Sgd(), "sgd", t.number("rate"));
            t.output("loss", loss);
        }));
        long[] labels = new SplittableRandom(5).longs(batch, 0, 10).toArray();
        Map<String, HostTensor> data = inOrder("pictures", uniform(0, 1, batch, 1, 28, 28), "labels", HostTensor.of(labels, batch));
        return new Subject(program, "", "step", data, Map.of("rate", .1), "loss");
    }

    /** One step of D and one of G at 64 × 64 in colour, as the recipe's faces have it. */
    private static Subject dcgan() {
        int batch = 64;
        int latent = 100;
        PictureWriter g = PictureWriter.of(latent, 32);
        PictureReader d = PictureReader.of(32);
        Optimizer adam = new Optimizer.Adam(.5, .999, 1e-8);
        Program program = Program.trace(Precision.FLOAT32, methods -> methods.method("step", t -> {
            Tensor real = t.input("real", DType.FLOAT32, batch, 3, 64, 64);
            Tensor fake = g.write(t.input("z", DType.FLOAT32, batch, latent));
            Tensor dLoss = d.read(real).binaryCrossEntropyWithLogits(t.ones(batch, 1))
                    .plus(d.read(fake.detach()).binaryCrossEntropyWithLogits(t.zeros(batch, 1)));
            t.minimize(dLoss, d.parameters(), adam, "adam-d", t.number("rate"));
            Tensor gLoss = d.read(fake).binaryCrossEntropyWithLogits(t.ones(batch, 1));
            t.minimize(gLoss, g.parameters(), adam, "adam-g", t.number("rate"));
            t.output("losses", Tensor.concatenate(0, List.of(dLoss.reshape(1), gLoss.reshape(1))));
        }));
        Map<String, HostTensor> data = inOrder("real", uniform(-1, 1, batch, 3, 64, 64), "z", random(batch, latent));
        return new Subject(program, "", "step", data, Map.of("rate", 2e-4), "losses");
    }

    /** The generator: the recipe's, which only its package sees. */
    private record PictureWriter(Dense project, List<TransposedConv> layers, List<BatchNorm> norms) {
        static PictureWriter of(int latent, int maps) {
            int[] widths = {8 * maps, 4 * maps, 2 * maps, maps, 3};
            List<TransposedConv> layers = new ArrayList<>();
            List<BatchNorm> norms = new ArrayList<>();
            for (int i = 0; i < widths.length - 1; i++) {
                norms.add(norm("g/norm" + i, widths[i]));
                layers.add(TransposedConv.of("g/" + (i + 1), widths[i], widths[i + 1], 4, 2, 1, Initial.normal(.02), Initial.zeros()));
            }
            return new PictureWriter(Dense.of("g/0", latent, widths[0] * 4 * 4, Initial.normal(.02), Initial.zeros()), layers, norms);
        }

        Tensor write(Tensor z) {
            Tensor x = project.apply(z).reshape(z.size(0), project.bias().shape().elements() / (4 * 4), 4, 4);
            for (int i = 0; i < layers.size(); i++) {
                x = layers.get(i).apply(norms.get(i).train(x).relu());
            }
            return x.tanh();
        }

        List<Variable> parameters() {
            List<Variable> parameters = new ArrayList<>(project.parameters());
            layers.forEach(layer -> parameters.addAll(layer.parameters()));
            norms.forEach(norm -> parameters.addAll(norm.parameters()));
            return parameters;
        }
    }

    /** The discriminator. */
    private record PictureReader(List<Conv> layers, List<BatchNorm> norms, Dense head) {
        static PictureReader of(int maps) {
            int[] widths = {3, maps, 2 * maps, 4 * maps, 8 * maps};
            List<Conv> layers = new ArrayList<>();
            List<BatchNorm> norms = new ArrayList<>();
            for (int i = 0; i < widths.length - 1; i++) {
                layers.add(Conv.of("d/" + i, widths[i], widths[i + 1], 4, 2, 1, Initial.normal(.02), Initial.zeros()));
                if (i > 0) {
                    norms.add(norm("d/norm" + i, widths[i + 1]));
                }
            }
            return new PictureReader(layers, norms, Dense.of("d/head", 8 * maps * 4 * 4, 1, Initial.normal(.02), Initial.zeros()));
        }

        Tensor read(Tensor pictures) {
            Tensor x = pictures;
            for (int i = 0; i < layers.size(); i++) {
                Tensor sums = layers.get(i).apply(x);
                x = (i == 0 ? sums : norms.get(i - 1).train(sums)).leakyRelu(.2);
            }
            return head.apply(x.reshape(x.size(0), x.shape().elements() / x.size(0)));
        }

        List<Variable> parameters() {
            List<Variable> parameters = new ArrayList<>(head.parameters());
            layers.forEach(layer -> parameters.addAll(layer.parameters()));
            norms.forEach(norm -> parameters.addAll(norm.parameters()));
            return parameters;
        }
    }

    private static BatchNorm norm(String name, int maps) {
        return BatchNorm.of(name, maps, (_, random) -> 1 + .02 * random.nextGaussian(), .1);
    }

    private static Map<String, HostTensor> inOrder(String first, HostTensor one, String second, HostTensor other) {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        tensors.put(first, one);
        tensors.put(second, other);
        return tensors;
    }

    private static HostTensor uniform(double least, double most, long... shape) {
        double[] values = new SplittableRandom(6).doubles(HostTensor.size(shape), least, most).toArray();
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return HostTensor.of(floats, shape);
    }

    private static HostTensor random(int rows, int columns) {
        SplittableRandom random = new SplittableRandom(rows + columns);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 2);
        }
        return HostTensor.of(values, rows, columns);
    }
}
