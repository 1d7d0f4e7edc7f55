package dev.tenth.recipes.cnn;

import dev.tenth.data.LabelledImages;
import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Tiles;
import dev.tenth.torch.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Pictures of what a convolutional net has inside, and of what it gets wrong. */
final class FeatureMaps {
    private static final int COLUMNS = 10;
    /** So many misread pictures are shown. */
    private static final int MISREAD = 40;

    private FeatureMaps() {}

    /** The filters of a first layer, {@code [out, 1, k, k]}. */
    static Shown filters(HostTensor weight) {
        int size = (int) weight.shape()[2];
        return Tiles.signed(
                "filters",
                weight.floats(),
                size,
                size,
                COLUMNS,
                "the first layer's filters: red adds, blue takes away");
    }

    /** What a layer makes of one picture, {@code [1, C, h, w]}, or the picture itself, {@code [1, 784]}. */
    static Shown of(String id, HostTensor maps) {
        float[] values = maps.floats();
        if (maps.shape().length == 2) {
            return Tiles.grey(id, values, DigitNet.SIDE, DigitNet.SIDE, 1, "what the net looks at");
        }
        int height = (int) maps.shape()[2];
        int width = (int) maps.shape()[3];
        return Tiles.signed(
                id, values, height, width, COLUMNS, "%d maps of %d × %d".formatted(maps.shape()[1], height, width));
    }

    /** Test pictures that were taken for something else; the caption tells what each is and what it was taken for. */
    static Shown misread(LabelledImages images, Examples.Judgement test) {
        int[] wrong = IntStream.range(0, test.actual().length)
                .filter(i -> test.actual()[i] != test.predicted()[i])
                .limit(MISREAD)
                .toArray();
        LabelledImages.Part part = images.test();
        int size = part.height() * part.width();
        float[] pixels = new float[Math.max(1, wrong.length) * size];
        List<String> readings = new ArrayList<>();
        for (int i = 0; i < wrong.length; i++) {
            for (int j = 0; j < size; j++) {
                pixels[i * size + j] = (part.pixels()[wrong[i] * size + j] & 0xff) / 255f;
            }
            readings.add(images.classes().get(test.actual()[wrong[i]]) + "→"
                    + images.classes().get(test.predicted()[wrong[i]]));
        }
        return Tiles.grey("misread", pixels, part.height(), part.width(), COLUMNS, String.join(" ", readings));
    }
}
