package dev.tenth.torch;

import dev.tenth.torch.Variable.Initial;
import java.util.List;

/** A layer that enlarges, {@code [N, in, H, W]} to {@code [N, out, H', W']}: see {@link Convolution#convTranspose2d}. */
public record TransposedConv(Variable weight, Variable bias, int stride, int padding) {

    /**
     * First weights from U(±1/√(out·k²)), and biases as well: PyTorch's default.
     *
     * @param size k, of the square filters
     */
    public static TransposedConv of(String name, int in, int out, int size, int stride, int padding) {
        Initial initial = Initial.uniform(1 / Math.sqrt((double) out * size * size));
        return of(name, in, out, size, stride, padding, initial, initial);
    }

    public static TransposedConv of(
            String name, int in, int out, int size, int stride, int padding, Initial weights, Initial biases) {
        return new TransposedConv(
                Variable.parameter(name + "/weight", weights, in, out, size, size),
                Variable.parameter(name + "/bias", biases, out),
                stride,
                padding);
    }

    public Tensor apply(Tensor input) {
        return Convolution.convTranspose2d(
                input, input.trace().value(weight), input.trace().value(bias), stride, padding);
    }

    public List<Variable> parameters() {
        return List.of(weight, bias);
    }
}
