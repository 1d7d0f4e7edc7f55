package dev.tenth.recipes.gan;

import dev.tenth.torch.Conv;
import dev.tenth.torch.Dense;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TransposedConv;
import dev.tenth.torch.Variable;
import java.util.List;
import java.util.stream.Stream;

/**
 * The two nets of {@link Vae} for pictures of 28 × 28: q(z|x), which tells for a picture a normal distribution of codes, and p(x|z),
 * which tells for a code how probably each pixel is white.
 *
 * @param down convolutions, where the net has some
 * @param hidden dense, below the code
 * @param mean of q(z|x)
 * @param logVariance of q(z|x)
 * @param back dense, above the code
 * @param up what enlarges again, where the net has some
 */
record VaeNet(List<Conv> down, Dense hidden, Dense mean, Dense logVariance, List<Dense> back, List<TransposedConv> up) {
    static final int SIDE = 28;
    static final int PIXELS = SIDE * SIDE;

    private static final int MAPS = 32;
    /** The side of the smallest maps. */
    private static final int COARSE = 7;

    /** The nets to choose from. */
    enum Kind {
        /** One hidden layer on either side. */
        DENSE,
        /** Two convolutions that halve, and two that double. */
        CONV
    }

    static VaeNet of(Kind kind, int hidden, int latent) {
        int flat = kind == Kind.DENSE ? PIXELS : MAPS * COARSE * COARSE;
        return new VaeNet(
                kind == Kind.DENSE
                        ? List.of()
                        : List.of(Conv.of("encoder/1", 1, 16, 4, 2, 1), Conv.of("encoder/2", 16, MAPS, 4, 2, 1)),
                Dense.of("encoder/hidden", flat, hidden),
                Dense.of("encoder/mean", hidden, latent),
                Dense.of("encoder/logVariance", hidden, latent),
                List.of(Dense.of("decoder/hidden", latent, hidden), Dense.of("decoder/output", hidden, flat)),
                kind == Kind.DENSE
                        ? List.of()
                        : List.of(
                                TransposedConv.of("decoder/1", MAPS, 16, 4, 2, 1),
                                TransposedConv.of("decoder/2", 16, 1, 4, 2, 1)));
    }

    /** The codes of pictures {@code [N, 784]} from 0 to 1. */
    Code encode(Tensor pixels) {
        long n = pixels.size(0);
        Tensor x = down.isEmpty() ? pixels : pixels.reshape(n, 1, SIDE, SIDE);
        for (Conv layer : down) {
            x = layer.apply(x).relu(); // [N, 16, 14, 14], [N, 32, 7, 7]
        }
        Tensor h = hidden.apply(x.reshape(n, x.shape().elements() / n)).relu(); // [N, H]
        return new Code(mean.apply(h), logVariance.apply(h));
    }

    /** The logits of the pixels of codes {@code [N, Z]}: {@code [N, 784]}. */
    Tensor decode(Tensor z) {
        Tensor x = back.getLast().apply(back.getFirst().apply(z).relu()); // [N, 784] or [N, 1568]
        if (!up.isEmpty()) {
            x = x.relu().reshape(z.size(0), MAPS, COARSE, COARSE); // [N, 32, 7, 7]
            x = up.getLast().apply(up.getFirst().apply(x).relu()); // [N, 16, 14, 14], [N, 1, 28, 28]
        }
        return x.reshape(z.size(0), PIXELS);
    }

    /** The pictures of codes {@code [N, Z]}, {@code [N, 784]} from 0 to 1. */
    Tensor picture(Tensor z) {
        return decode(z).sigmoid();
    }

    /**
     * −log p(x|z) = −Σ x log p + (1 − x) log(1 − p) in nats: grey pixels count as the probability of white.
     *
     * @param pixels {@code [N, 784]}
     * @param logits {@code [N, 784]}
     * @return {@code [N]}
     */
    static Tensor reconstruction(Tensor pixels, Tensor logits) {
        return logits.softplus().minus(pixels.times(logits)).sum(1);
    }

    List<Variable> parameters() {
        return Stream.of(
                        down.stream().flatMap(layer -> layer.parameters().stream()),
                        Stream.concat(Stream.of(hidden, mean, logVariance), back.stream())
                                .flatMap(layer -> layer.parameters().stream()),
                        up.stream().flatMap(layer -> layer.parameters().stream()))
                .flatMap(parameters -> parameters)
                .toList();
    }
}
