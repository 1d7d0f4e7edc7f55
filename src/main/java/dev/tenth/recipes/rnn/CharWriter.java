package dev.tenth.recipes.rnn;

import dev.tenth.recipe.Shown;
import dev.tenth.recipe.TextModel;
import dev.tenth.recipe.TextModel.Choice;
import dev.tenth.recipe.TextModel.Token;
import dev.tenth.recipe.TextModel.Writing;
import dev.tenth.torch.DType;
import dev.tenth.torch.Dense;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Recurrent;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes with a character model: several characters in one native call, the n-th drawn with a number that depends on the seed
 * and n alone, so that a text does not depend on how it was cut into calls.
 */
final class CharWriter {
    /** How many characters one call can read or write. */
    private static final int[] CHUNKS = {64, 16, 4, 1};

    private static final int SAMPLE = 300;
    private static final Choice SAMPLE_CHOICE = new Choice(.7, 0, 1);

    /** Keeps a number drawn from [0, 1) below 1 when it is multiplied with a sum in float32. */
    private static final double BELOW_ONE = 1 - 0x1p-22;

    /**
     * A character model: one-hot characters, recurrent layers, a dense layer to the scores of the next character.
     *
     * @param symbols in the vocabulary
     */
    record Net(Recurrent layers, Dense output, int symbols) {
        /** First weights are from U(±.08), as in the original. */
        private static final double FIRST_WEIGHTS = .08;

        static Net of(Cells cells, Vocabulary vocabulary) {
            int symbols = vocabulary.size();
            Variable.Initial uniform = Variable.Initial.uniform(FIRST_WEIGHTS);
            return new Net(
                    Recurrent.of("rnn", cells.cell(), symbols, cells.hidden(), cells.layers(), FIRST_WEIGHTS, 1),
                    Dense.of("output", cells.hidden(), symbols, uniform, Variable.Initial.zeros()),
                    symbols);
        }

        List<Variable> parameters() {
            return Stream.concat(layers.parameters().stream(), output.parameters().stream())
                    .toList();
        }

        /**
         * The scores of each next character, {@code [T, B, V]}, of one-hot characters {@code [T, B, V]}.
         *
         * @param carried what the net remembers: read, and left as it is at the end
         * @param training whether gradients will be asked for
         */
        Tensor read(Trace t, Tensor inputs, List<Variable> carried, UnaryOperator<Tensor> dropout, boolean training) {
            Recurrent.Outputs read =
                    layers.read(inputs, carried.stream().map(t::value).toList(), dropout, training); // [T, B, H]
            for (int i = 0; i < carried.size(); i++) {
                t.assign(carried.get(i), read.state().get(i).detach());
            }
            return output.apply(read.outputs());
        }

        /** Forgets. */
        static void reset(Trace t, List<Variable> carried) {
            carried.forEach(state -> t.assign(state, t.zeros(state.shape().dimensions())));
        }
    }

    private final Executable program;
    private final Vocabulary vocabulary;
    private final Net net;

    CharWriter(Executable program, Net net, Vocabulary vocabulary) {
        this.program = program;
        this.net = net;
        this.vocabulary = vocabulary;
    }

    /** A model that writes, over a state that was saved. */
    static TextModel open(
            Cells cells, Vocabulary vocabulary, Precision precision, Map<String, TensorSource> state, Device device) {
        Net net = Net.of(cells, vocabulary);
        Program traced = Program.trace(precision, methods -> {
            trace(methods, net);
            traceScored(methods, net);
        });
        Executable program = new Executable(traced, device, state);
        CharWriter writer = new CharWriter(program, net, vocabulary);
        try {
            writer.prepare();
        } catch (RuntimeException e) { // too little native memory, for instance
            program.close();
            throw e;
        }
        return new TextModel() {
            @Override
            public Writing start(String prefix, long seed) {
                return writer.start(prefix, seed);
            }

            @Override
            public List<String> nonFinite() {
                return program.nonFinite().stream().map(Variable::name).toList();
            }

            @Override
            public long bytes() {
                return program.bytes();
            }

            @Override
            public void close() {
                program.close();
            }
        };
    }

    /** Adds the methods that {@link CharWriter} calls. */
    static void trace(Program.Builder methods, Net net) {
        Recurrent.Stepper stepper = net.layers().stepper(net.symbols());
        methods.method("prepare", stepper::prepare);
        methods.method("empty", t -> outputs(t, net.layers().initial(t, 1)));
        for (int chunk : CHUNKS) {
            methods.method("read" + chunk, t -> read(t, net, chunk));
            methods.method("write" + chunk, t -> write(t, net, stepper, chunk, false));
        }
    }

    /** Adds the methods that {@link Writing#tokens} calls. */
    static void traceScored(Program.Builder methods, Net net) {
        Recurrent.Stepper stepper = net.layers().stepper(net.symbols());
        for (int chunk : CHUNKS) {
            methods.method("score" + chunk, t -> write(t, net, stepper, chunk, true));
        }
    }

    private static void read(Trace t, Net net, int length) {
        Tensor symbols = t.input("symbols", DType.INT64, length);
        Tensor inputs = symbols.oneHot(net.symbols()).reshape(length, 1, net.symbols()); // [T, 1, V]
        outputs(
                t,
                net.layers()
                        .read(inputs, inputs(t, net), output -> output, false)
                        .state());
    }

    private static void write(Trace t, Net net, Recurrent.Stepper stepper, int length, boolean scored) {
        Tensor draws = t.input("draws", DType.FLOAT32, length);
        List<Tensor> carried = new ArrayList<>(List.of(t.input("symbol", DType.INT64, 1)));
        carried.addAll(inputs(t, net));
        List<Tensor> results = t.repeat(length, carried, (position, before) -> {
            Recurrent.Outputs outputs = stepper.step(before.getFirst(), before.subList(1, before.size()));
            Tensor scores = net.output().apply(outputs.outputs()); // [1, V]
            Tensor probabilities = scores.dividedBy(t.number("temperature")).softmax(1);
            Tensor next = draw(t, probabilities, draws.select(0, position)); // [1]
            List<Tensor> after = new ArrayList<>(List.of(next));
            after.addAll(outputs.state());
            return new Trace.Round(after, scored ? List.of(next, scores) : List.of(next));
        });
        outputs(t, results.subList(1, carried.size()));
        t.output("symbols", results.get(carried.size()));
        if (scored) {
            t.output("scores", results.getLast().cast(DType.FLOAT32)); // [T, 1, V]
        }
    }

    /** The first symbol at which the sum of the allowed probabilities, most probable first, exceeds the drawn share. */
    private static Tensor draw(Trace t, Tensor probabilities, Tensor drawn) {
        int symbols = Math.toIntExact(probabilities.size(1));
        List<Tensor> sorted = probabilities.sortDescending(); // [1, V] each
        Tensor better = sorted.getFirst().cumulativeSum(1).minus(sorted.getFirst());
        Tensor rank = t.range(symbols).cast(DType.FLOAT32).reshape(1, symbols);
        Tensor allowed =
                sorted.getFirst().masked(better.atLeast(t.number("topP")), 0).masked(rank.atLeast(t.number("topK")), 0);
        Tensor sums = allowed.cumulativeSum(1);
        Tensor share = sums.narrow(1, symbols - 1L, 1).times(drawn); // [1, 1]
        Tensor place =
                sums.narrow(1, 0, symbols - 1L).atMost(share).cast(DType.INT64).sum(1); // [1]
        return sorted.getLast().gather(1, place.reshape(1, 1)).reshape(1);
    }

    private static List<Tensor> inputs(Trace t, Net net) {
        int states = net.layers().initial(t, 1).size();
        return IntStream.range(0, states)
                .mapToObj(i ->
                        t.input("state" + i, DType.FLOAT32, 1, 1, net.layers().hidden()))
                .toList();
    }

    private static void outputs(Trace t, List<Tensor> state) {
        for (int i = 0; i < state.size(); i++) {
            t.output("state" + i, state.get(i));
        }
    }

    /** Takes over the weights as they are now. */
    void prepare() {
        program.call("prepare").run();
    }

    /** What a training shows: a text by the weights as they are now. */
    Shown sample(long seed) {
        prepare();
        return new Shown.Text("sample", start("", seed).next(SAMPLE, SAMPLE_CHOICE));
    }

    /** See {@link dev.tenth.recipe.TextModel#start}. An empty prefix reads as a new line. */
    Writing start(String prefix, long seed) {
        long[] read = vocabulary.encode(prefix.isEmpty() ? vocabulary.newLine() : prefix);
        Map<String, HostTensor> state = Map.copyOf(program.call("empty").run());
        int position = 0;
        // The last character is read by the first call that writes.
        while (position < read.length - 1) {
            int chunk = chunk(read.length - 1 - position);
            long[] symbols = Arrays.copyOfRange(read, position, position + chunk);
            Executable.Call call = program.call("read" + chunk).with("symbols", HostTensor.of(symbols, chunk));
            state.forEach(call::with);
            state = Map.copyOf(call.run());
            position += chunk;
        }
        return new Text(seed, state, read[read.length - 1]);
    }

    private static int chunk(int wanted) {
        for (int chunk : CHUNKS) {
            if (chunk <= wanted) {
                return chunk;
            }
        }
        throw new IllegalArgumentException("count: " + wanted + " is not at least 1");
    }

    private final class Text implements Writing {
        private final long seed;
        private Map<String, HostTensor> state;
        private long symbol;
        private long written;

        Text(long seed, Map<String, HostTensor> state, long symbol) {
            this.seed = seed;
            this.state = state;
            this.symbol = symbol;
        }

        @Override
        public String next(int count, Choice choice) {
            StringBuilder text = new StringBuilder();
            for (int left = count; left > 0; ) {
                int chunk = chunk(left);
                text.append(vocabulary.decode(
                        write("write", chunk, choice).get("symbols").longs()));
                left -= chunk;
            }
            return text.toString();
        }

        @Override
        public List<Token> tokens(int count, Choice choice, int likeliest) {
            List<Token> tokens = new ArrayList<>(count);
            for (int left = count; left > 0; ) {
                int chunk = chunk(left);
                Map<String, HostTensor> results = write("score", chunk, choice);
                long[] symbols = results.get("symbols").longs();
                float[] scores = results.get("scores").floats();
                for (int i = 0; i < chunk; i++) {
                    tokens.add(token(symbols[i], scores, i * net.symbols(), likeliest));
                }
                left -= chunk;
            }
            return tokens;
        }

        private Token token(long drawn, float[] scores, int from, int likeliest) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < net.symbols(); i++) {
                largest = Math.max(largest, scores[from + i]);
            }
            double sum = 0;
            for (int i = 0; i < net.symbols(); i++) {
                sum += Math.exp(scores[from + i] - largest);
            }
            double norm = largest + Math.log(sum);
            Map<String, Double> best = new LinkedHashMap<>();
            IntStream.range(0, net.symbols())
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -scores[from + i]))
                    .limit(likeliest)
                    .forEach(i -> best.put(vocabulary.decode(new long[] {i}), scores[from + i] - norm));
            return new Token(
                    (int) drawn, vocabulary.decode(new long[] {drawn}), scores[from + (int) drawn] - norm, best);
        }

        /** Writes on, and keeps where it is. */
        private Map<String, HostTensor> write(String method, int chunk, Choice choice) {
            float[] draws = new float[chunk];
            for (int i = 0; i < chunk; i++) {
                draws[i] = (float) ((Randomness.mix(seed, written + i) >>> 39) * 0x1p-24 * BELOW_ONE);
            }
            Executable.Call call = program.call(method + chunk)
                    .with("draws", HostTensor.of(draws, chunk))
                    .with("symbol", HostTensor.of(new long[] {symbol}, 1))
                    .with("temperature", choice.temperature())
                    .with("topP", choice.topP())
                    .with("topK", choice.topK() == 0 ? (double) net.symbols() : choice.topK());
            state.forEach(call::with);
            Map<String, HostTensor> results = call.run();
            state = new LinkedHashMap<>(results);
            state.keySet().removeAll(Set.of("symbols", "scores"));
            symbol = results.get("symbols").longs()[chunk - 1];
            written += chunk;
            return results;
        }
    }
}
