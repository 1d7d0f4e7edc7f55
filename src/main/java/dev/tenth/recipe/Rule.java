package dev.tenth.recipe;

import dev.tenth.torch.Optimizer;

/** The optimizers among which most recipes let one choose, with their usual settings. */
public enum Rule {
    SGD,
    /** With α .95, as Karpathy's char-rnn has it. */
    RMSPROP,
    ADAM;

    public Optimizer optimizer() {
        return switch (this) {
            case SGD -> new Optimizer.Sgd();
            case RMSPROP -> new Optimizer.RmsProp(.95, 1e-8);
            case ADAM -> new Optimizer.Adam();
        };
    }
}
