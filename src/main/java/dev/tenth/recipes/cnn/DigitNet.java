package dev.tenth.recipes.cnn;

import dev.tenth.torch.Conv;
import dev.tenth.torch.Convolution;
import dev.tenth.torch.Dense;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A convolutional net for pictures of 28 × 28: blocks of convolution, activation and perhaps pooling, then dense layers.
 *
 * @param layers the convolutions
 * @param pooled whether 2 × 2 pooling follows each
 */
record DigitNet(Kind kind, List<Conv> layers, List<Boolean> pooled, List<Dense> hidden, Dense output) {
    static final int SIDE = 28;

    /** The nets to choose from. */
    enum Kind {
        /** 20 and 50 maps of 5 × 5, tanh, 500 units: LeCun's net as the post has it. */
        LENET,
        /** 16 and 32 maps of 5 × 5 with a margin, ReLU, 128 units: small, and better. */
        MODERN,
        /** Five convolutions, ReLU, two dense layers: AlexNet's plan for small pictures (Krizhevsky et al., 2012). */
        ALEXNET_MINI
    }

    static DigitNet of(Kind kind, int classes) {
        return switch (kind) {
            case LENET ->
                new DigitNet(
                        kind,
                        List.of(Conv.of("conv1", 1, 20, 5, 1, 0), Conv.of("conv2", 20, 50, 5, 1, 0)),
                        List.of(true, true),
                        List.of(Dense.glorot("hidden", 50 * 4 * 4, 500)),
                        // The post begins with zeros here.
                        Dense.of("output", 500, classes, Variable.Initial.zeros(), Variable.Initial.zeros()));
            case MODERN ->
                new DigitNet(
                        kind,
                        List.of(Conv.of("conv1", 1, 16, 5, 1, 2), Conv.of("conv2", 16, 32, 5, 1, 2)),
                        List.of(true, true),
                        List.of(Dense.of("hidden", 32 * 7 * 7, 128)),
                        Dense.of("output", 128, classes));
            case ALEXNET_MINI ->
                new DigitNet(
                        kind,
                        List.of(
                                Conv.of("conv1", 1, 32, 5, 1, 2),
                                Conv.of("conv2", 32, 48, 3, 1, 1),
                                Conv.of("conv3", 48, 64, 3, 1, 1),
                                Conv.of("conv4", 64, 64, 3, 1, 1),
                                Conv.of("conv5", 64, 48, 3, 1, 1)),
                        List.of(true, true, false, false, true),
                        List.of(Dense.of("hidden1", 48 * 3 * 3, 256), Dense.of("hidden2", 256, 256)),
                        Dense.of("output", 256, classes));
        };
    }

    /** The same net over other variables. */
    DigitNet over(UnaryOperator<Variable> other) {
        return new DigitNet(
                kind,
                layers.stream().map(layer -> layer.over(other)).toList(),
                pooled,
                hidden.stream().map(layer -> layer.over(other)).toList(),
                output.over(other));
    }

    /**
     * What the net makes of pictures.
     *
     * @param maps after each convolution's activation and pooling, {@code [N, C, h, w]}
     * @param features before the last layer, {@code [N, F]}
     * @param logits {@code [N, classes]}
     */
    record Activations(List<Tensor> maps, Tensor features, Tensor logits) {}

    /**
     * Reads pictures.
     *
     * @param pixels {@code [N, 784]} from 0 to 1
     * @param dropout applied to the outputs of each hidden dense layer: nothing where the net is used
     */
    Activations apply(Tensor pixels, UnaryOperator<Tensor> dropout) {
        long n = pixels.size(0);
        Tensor x = pixels.reshape(n, 1, SIDE, SIDE); // [N, 1, 28, 28]
        List<Tensor> maps = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            // Pooling before the activation is the same, since both are monotone, and a quarter of the work.
            Tensor sums = layers.get(i).apply(x);
            x = activate(pooled.get(i) ? Convolution.maxPool2d(sums, 2) : sums); // [N, C, h, w]
            maps.add(x);
        }
        Tensor features = x.reshape(n, x.shape().elements() / n);
        for (Dense layer : hidden) {
            features = dropout.apply(activate(layer.apply(features))); // [N, F]
        }
        return new Activations(maps, features, output.apply(features));
    }

    /** The logits of pictures {@code [N, 784]}, without dropout. */
    Tensor logits(Tensor pixels) {
        return apply(pixels, x -> x).logits();
    }

    private Tensor activate(Tensor x) {
        return kind == Kind.LENET ? x.tanh() : x.relu();
    }

    List<Variable> parameters() {
        return Stream.of(
                        layers.stream().flatMap(layer -> layer.parameters().stream()),
                        hidden.stream().flatMap(layer -> layer.parameters().stream()),
                        output.parameters().stream())
                .flatMap(parameters -> parameters)
                .toList();
    }
}
