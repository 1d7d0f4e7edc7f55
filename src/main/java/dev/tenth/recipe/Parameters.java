package dev.tenth.recipe;

import dev.tenth.torch.Precision;

/** What every recipe's parameter record has. */
public interface Parameters {
    Pace pace();

    /** The number format of the matrix products. */
    default Precision precision() {
        return Precision.FLOAT32;
    }
}
