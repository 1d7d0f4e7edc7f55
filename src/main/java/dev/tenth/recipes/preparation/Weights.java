package dev.tenth.recipes.preparation;

import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Tiles;
import dev.tenth.torch.HostTensor;
import java.util.List;
import java.util.stream.IntStream;

/** What a weighted sum looks for: its weights as pictures, or as a table. */
final class Weights {
    /** Of a table's features, at most so many are shown. */
    private static final int SHOWN_FEATURES = 100;

    private static final int COLUMNS = 5;

    private Weights() {}

    /** One picture a class, of weights {@code [classes, side · side]}. */
    static Shown pictures(String lane, List<String> classes, HostTensor weights) {
        String caption = "ink here speaks for the class (red) or against it (blue), says %s: %s"
                .formatted(lane, String.join(" ", classes));
        int side = (int) Math.sqrt(weights.shape()[1]);
        return Tiles.signed("weights", weights.floats(), side, side, COLUMNS, caption);
    }

    /** The weights of the first features, of {@code [classes, features]}. */
    static Shown table(List<String> classes, HostTensor weights) {
        int width = (int) weights.shape()[1];
        int shown = Math.min(width, SHOWN_FEATURES);
        float[] values = weights.floats();
        double[][] table = new double[classes.size()][shown];
        for (int i = 0; i < classes.size(); i++) {
            for (int j = 0; j < shown; j++) {
                table[i][j] = values[i * width + j];
            }
        }
        List<String> features =
                IntStream.rangeClosed(1, shown).mapToObj(Integer::toString).toList();
        return new Shown.Matrix("coefficients", classes, features, table);
    }
}
