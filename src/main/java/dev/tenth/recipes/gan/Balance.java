package dev.tenth.recipes.gan;

import dev.tenth.recipe.Parameter;
import dev.tenth.torch.Optimizer;

/** How the two nets of a GAN learn beside each other, so that neither gets too far ahead. */
record Balance(
        @Parameter(help = "Discriminator steps for each generator step", min = 1, max = 100, turnable = true)
        int dSteps,

        @Parameter(help = "Learning rate of the discriminator", min = 0, minExclusive = true, max = 1, turnable = true)
        double dLearningRate,

        @Parameter(help = "Learning rate of the generator", min = 0, minExclusive = true, max = 1, turnable = true)
        double gLearningRate,

        @Parameter(help = "Adam's decay of the mean gradient", min = 0, max = .999)
        double beta1) {

    /** The rule by which both learn. */
    Optimizer adam() {
        return new Optimizer.Adam(beta1, .999, 1e-8);
    }
}
