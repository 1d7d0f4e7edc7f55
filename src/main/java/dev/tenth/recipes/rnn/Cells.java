package dev.tenth.recipes.rnn;

import dev.tenth.recipe.Parameter;
import dev.tenth.torch.Recurrent;

/** The size of a recurrent net. */
record Cells(
        @Parameter(help = "Which cell remembers") Recurrent.Cell cell,

        @Parameter(help = "Units of each layer", min = 1, max = 4096)
        int hidden,

        @Parameter(help = "Recurrent layers", min = 1, max = 8)
        int layers) {

    /** The weights of a net that reads and foretells so many different symbols. */
    long weights(long symbols) {
        long gates = 4L * hidden;
        return gates * (symbols + hidden * (2L * layers - 1)) + hidden * symbols;
    }
}
