package dev.tenth.torch;

import dev.tenth.torch.Variable.Initial;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Recurrent layers on top of each other. Training runs libtorch's fused layers over whole sequences; writing one symbol at a
 * time uses the {@linkplain Stepper cell written out}, since the fused layers repack their weights at every call.
 */
public record Recurrent(Cell cell, int hidden, List<Layer> layers) {

    /** The kinds of cells, with the number of gates whose weights lie one below the other. */
    public enum Cell {
        /** h ← tanh(Wx + b + Uh + d) (Elman, 1990). */
        RNN("rnn_tanh", 1),
        /** Reset, update and new gate (Cho et al., 2014). */
        GRU("gru", 3),
        /** Input, forget, cell and output gate (Hochreiter, Schmidhuber, 1997). */
        LSTM("lstm", 4);

        private final String operator;
        private final int gates;

        Cell(String operator, int gates) {
            this.operator = operator;
            this.gates = gates;
        }
    }

    /**
     * The parameters of one layer.
     *
     * @param input W, {@code [gates·H, in]}
     * @param recurrent U, {@code [gates·H, H]}
     * @param inputBias b, {@code [gates·H]}
     * @param recurrentBias d, {@code [gates·H]}
     */
    public record Layer(Variable input, Variable recurrent, Variable inputBias, Variable recurrentBias) {
        List<Variable> parameters() {
            return List.of(input, recurrent, inputBias, recurrentBias);
        }
    }

    /**
     * Declares the layers.
     *
     * @param bound first weights and biases are from U(±bound)
     * @param forgetBias the first bias of an LSTM's forget gate: 1 lets it remember from the start (Jozefowicz et al., 2015)
     */
    public static Recurrent of(
            String name, Cell cell, int inputs, int hidden, int layers, double bound, double forgetBias) {
        Initial uniform = Initial.uniform(bound);
        Initial biases = (index, random) ->
                cell == Cell.LSTM && index >= hidden && index < 2L * hidden ? forgetBias : uniform.at(index, random);
        List<Layer> stack = IntStream.range(0, layers)
                .mapToObj(i -> {
                    String layer = name + "/" + i;
                    int rows = cell.gates * hidden;
                    return new Layer(
                            Variable.parameter(layer + "/input", uniform, rows, i == 0 ? inputs : hidden),
                            Variable.parameter(layer + "/recurrent", uniform, rows, hidden),
                            Variable.parameter(layer + "/input_bias", biases, rows),
                            Variable.parameter(layer + "/recurrent_bias", Initial.zeros(), rows));
                })
                .toList();
        return new Recurrent(cell, hidden, stack);
    }

    public List<Variable> parameters() {
        return layers.stream().flatMap(layer -> layer.parameters().stream()).toList();
    }

    /** Variables for a state that is carried from one sequence to the next: see {@link #initial}. */
    public List<Variable> stateVariables(String name, int batch) {
        return IntStream.range(0, states())
                .mapToObj(i -> Variable.state(name + "/" + i, 1, batch, hidden))
                .toList();
    }

    /** The state before anything was read: h of each layer, and of an LSTM then c of each layer, {@code [1, batch, H]}. */
    public List<Tensor> initial(Trace t, int batch) {
        return IntStream.range(0, states())
                .mapToObj(_ -> t.zeros(1, batch, hidden))
                .toList();
    }

    private int states() {
        return cell == Cell.LSTM ? 2 * layers.size() : layers.size();
    }

    /**
     * What the layers make of a sequence.
     *
     * @param outputs of the last layer, {@code [T, B, H]}
     * @param state after the last element
     */
    public record Outputs(Tensor outputs, List<Tensor> state) {}

    /**
     * Reads a sequence.
     *
     * @param inputs {@code [T, B, in]}
     * @param between applied to the outputs of each layer: dropout, or nothing
     * @param training whether gradients will be asked for
     */
    public Outputs read(Tensor inputs, List<Tensor> state, UnaryOperator<Tensor> between, boolean training) {
        Tensor sequence = inputs;
        int depth = layers.size();
        List<Tensor> hiddens = new ArrayList<>();
        List<Tensor> cells = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            List<Tensor> before =
                    cell == Cell.LSTM ? List.of(state.get(i), state.get(depth + i)) : List.of(state.get(i));
            List<Tensor> results = layer(layers.get(i), sequence, before, training);
            sequence = between.apply(results.getFirst());
            hiddens.add(results.get(1));
            if (cell == Cell.LSTM) {
                cells.add(results.get(2));
            }
        }
        return new Outputs(
                sequence, Stream.concat(hiddens.stream(), cells.stream()).toList());
    }

    private List<Tensor> layer(Layer layer, Tensor sequence, List<Tensor> state, boolean training) {
        Trace t = sequence.trace();
        if (sequence.shape().rank() != 3
                || sequence.size(2) != layer.input().shape().size(1)) {
            throw new ShapeException(cell.operator + ": input " + sequence.shape() + " and weights "
                    + layer.input().shape() + " are not [T, B, in] and [gates·H, in]");
        }
        List<Tensor> inputs = new ArrayList<>(List.of(sequence));
        inputs.addAll(state);
        layer.parameters().forEach(parameter -> inputs.add(t.value(parameter)));
        List<Tensor> lowered = t.lower(inputs);
        List<Tensor> states = lowered.subList(1, 1 + state.size());
        DType type = lowered.getFirst().type();
        List<Tensor> results =
                new ArrayList<>(List.of(t.tensor(type, sequence.shape().with(2, hidden))));
        states.forEach(s -> results.add(t.tensor(type, s.shape())));
        t.add(new Instruction.Call(
                cell.operator,
                List.of(
                        lowered.getFirst(),
                        cell == Cell.LSTM ? states : states.getFirst(),
                        lowered.subList(1 + state.size(), lowered.size()),
                        true, // has biases
                        Scalar.of(1L), // layers
                        Scalar.of(0.0), // dropout: libtorch's would draw from the process-wide generator
                        training,
                        false, // bidirectional
                        false), // batch first
                results));
        return results.stream().map(result -> result.cast(sequence.type())).toList();
    }

    /** The cells written out for one sequence, one symbol at a time. Its transposed weights have to be prepared first. */
    public Stepper stepper(int symbols) {
        return new Stepper(this, symbols);
    }

    /** Reads one symbol (of a fixed number of them) at a time, at batch 1. */
    public static final class Stepper {
        private final Recurrent net;
        private final List<Variable> inputs;
        private final List<Variable> recurrents;

        private Stepper(Recurrent net, int symbols) {
            this.net = net;
            int columns = net.cell.gates * net.hidden;
            this.inputs = IntStream.range(0, net.layers.size())
                    .mapToObj(i -> Variable.data(
                            "step/" + i + "/input", DType.FLOAT32, i == 0 ? symbols : net.hidden, columns))
                    .toList();
            this.recurrents = IntStream.range(0, net.layers.size())
                    .mapToObj(i -> Variable.data("step/" + i + "/recurrent", DType.FLOAT32, net.hidden, columns))
                    .toList();
        }

        /** Transposes the weights as they are now: to be called when they have changed. */
        public void prepare(Trace t) {
            for (int i = 0; i < inputs.size(); i++) {
                Layer layer = net.layers.get(i);
                t.assign(inputs.get(i), t.value(layer.input()).transpose(0, 1));
                t.assign(recurrents.get(i), t.value(layer.recurrent()).transpose(0, 1));
            }
        }

        /**
         * One step.
         *
         * @param symbol {@code int64 [1]}
         * @param state as of {@link Recurrent#initial} with batch 1
         */
        public Outputs step(Tensor symbol, List<Tensor> state) {
            Trace t = symbol.trace();
            int depth = inputs.size();
            List<Tensor> hiddens = new ArrayList<>();
            List<Tensor> cells = new ArrayList<>();
            Tensor x = null;
            for (int i = 0; i < depth; i++) {
                Layer layer = net.layers.get(i);
                Tensor h = state.get(i).reshape(1, net.hidden);
                // The product of a one-hot row with the weights is a row of the weights.
                Tensor product = i == 0 ? t.value(inputs.get(i)).embedding(symbol) : x.matmul(t.value(inputs.get(i)));
                Tensor fromInput = product.plus(t.value(layer.inputBias())); // [1, gates·H]
                Tensor fromState = h.matmul(t.value(recurrents.get(i))).plus(t.value(layer.recurrentBias()));
                switch (net.cell) {
                    case RNN -> x = fromInput.plus(fromState).tanh();
                    case GRU -> x = gru(fromInput, fromState, h);
                    case LSTM -> {
                        Tensor c = lstmCell(
                                fromInput.plus(fromState), state.get(depth + i).reshape(1, net.hidden));
                        x = gate(fromInput.plus(fromState), 3).sigmoid().times(c.tanh());
                        cells.add(c.reshape(1, 1, net.hidden));
                    }
                }
                hiddens.add(x.reshape(1, 1, net.hidden));
            }
            return new Outputs(
                    x, Stream.concat(hiddens.stream(), cells.stream()).toList());
        }

        private Tensor lstmCell(Tensor gates, Tensor c) {
            Tensor kept = gate(gates, 1).sigmoid().times(c);
            return kept.plus(gate(gates, 0).sigmoid().times(gate(gates, 2).tanh()));
        }

        private Tensor gru(Tensor fromInput, Tensor fromState, Tensor h) {
            Tensor reset = gate(fromInput, 0).plus(gate(fromState, 0)).sigmoid();
            Tensor update = gate(fromInput, 1).plus(gate(fromState, 1)).sigmoid();
            Tensor fresh =
                    gate(fromInput, 2).plus(reset.times(gate(fromState, 2))).tanh();
            return fresh.plus(update.times(h.minus(fresh)));
        }

        private Tensor gate(Tensor gates, int index) {
            return gates.narrow(1, (long) index * net.hidden, net.hidden);
        }
    }
}
