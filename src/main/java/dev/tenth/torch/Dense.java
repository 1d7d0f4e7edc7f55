package dev.tenth.torch;

import dev.tenth.torch.Variable.Initial;
import java.util.List;
import java.util.function.UnaryOperator;

/** A fully connected layer, {@code x·Wᵀ + b}: {@code […, in]} to {@code […, out]}. */
public record Dense(Variable weight, Variable bias) {

    /** First weights from U(±1/√in), and biases as well: PyTorch's default. */
    public static Dense of(String name, int in, int out) {
        Initial initial = Initial.uniform(1 / Math.sqrt(in));
        return of(name, in, out, initial, initial);
    }

    /**
     * First weights from U(±√(6/(in+out))), biases 0: Keras's default.
     *
     * @see <a href="https://proceedings.mlr.press/v9/glorot10a.html">Glorot, Bengio, 2010</a>
     */
    public static Dense glorot(String name, int in, int out) {
        return of(name, in, out, Initial.uniform(Math.sqrt(6.0 / (in + out))), Initial.zeros());
    }

    public static Dense of(String name, int in, int out, Initial weights, Initial biases) {
        return new Dense(
                Variable.parameter(name + "/weight", weights, out, in),
                Variable.parameter(name + "/bias", biases, out));
    }

    public Tensor apply(Tensor input) {
        return input.linear(input.trace().value(weight), input.trace().value(bias));
    }

    /** The same layer of another lane: see {@link Variable#in}. */
    public Dense in(String lane) {
        return new Dense(weight.in(lane), bias.in(lane));
    }

    /** The same layer over other variables: frozen ones, say. */
    public Dense over(UnaryOperator<Variable> other) {
        return new Dense(other.apply(weight), other.apply(bias));
    }

    public List<Variable> parameters() {
        return List.of(weight, bias);
    }
}
