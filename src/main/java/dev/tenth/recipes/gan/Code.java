package dev.tenth.recipes.gan;

import dev.tenth.torch.Random;
import dev.tenth.torch.Tensor;

/**
 * What an encoder writes down for pictures: q(z|x), a normal distribution of latent vectors for each.
 *
 * @param mean {@code [N, Z]}
 * @param logVariance {@code [N, Z]}
 */
record Code(Tensor mean, Tensor logVariance) {
    /** z = μ + σ·ε with ε from N(0, 1): so gradients reach μ and σ. */
    Tensor sample(Random random) {
        return mean.plus(deviation().times(random.normal(mean.shape().dimensions()))); // [N, Z]
    }

    Tensor deviation() {
        return logVariance.times(.5).exp(); // [N, Z]
    }

    /** KL(q(z|x) ‖ N(0, 1)) = ½ Σ (μ² + σ² − 1 − log σ²) in nats, {@code [N]}. */
    Tensor divergence() {
        return mean.square()
                .plus(logVariance.exp())
                .minus(logVariance)
                .minus(1)
                .sum(1)
                .times(.5);
    }
}
