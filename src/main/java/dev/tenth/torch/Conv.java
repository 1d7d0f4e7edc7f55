package dev.tenth.torch;

import dev.tenth.torch.Variable.Initial;
import java.util.List;
import java.util.function.UnaryOperator;

/** A convolutional layer, {@code [N, in, H, W]} to {@code [N, out, H', W']}: see {@link Convolution#conv2d}. */
public record Conv(Variable weight, Variable bias, int stride, int padding) {

    /**
     * First weights from U(±1/√(in·k²)), and biases as well: PyTorch's default.
     *
     * @param size k, of the square filters
     */
    public static Conv of(String name, int in, int out, int size, int stride, int padding) {
        Initial initial = Initial.uniform(1 / Math.sqrt((double) in * size * size));
        return of(name, in, out, size, stride, padding, initial, initial);
    }

    public static Conv of(
            String name, int in, int out, int size, int stride, int padding, Initial weights, Initial biases) {
        return new Conv(
                Variable.parameter(name + "/weight", weights, out, in, size, size),
                Variable.parameter(name + "/bias", biases, out),
                stride,
                padding);
    }

    public Tensor apply(Tensor input) {
        return Convolution.conv2d(
                input, input.trace().value(weight), input.trace().value(bias), stride, padding);
    }

    /** The same layer over other variables: frozen ones, say. */
    public Conv over(UnaryOperator<Variable> other) {
        return new Conv(other.apply(weight), other.apply(bias), stride, padding);
    }

    public List<Variable> parameters() {
        return List.of(weight, bias);
    }
}
