package dev.tenth.recipes.gan;

import dev.tenth.data.DataException;
import dev.tenth.data.LabelledImages;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Tiles;
import dev.tenth.torch.Convolution;
import dev.tenth.torch.DType;
import dev.tenth.torch.Shape;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Variable;
import java.util.List;
import java.util.Map;

/**
 * How pictures lie in nets that double and halve their side: a power of two. Digits of 28 × 28 get a margin.
 *
 * @param side of the nets' pictures
 * @param margin of it, on each side, in which the data has nothing
 * @param channels 1 for grey, 3 for colours
 */
record Frame(int side, int margin, int channels) {
    /** The side of the smallest maps. */
    static final int COARSE = 4;

    /** Where a state keeps it: parameters do not tell how large the pictures of a data set are. */
    private static final String STATE = "frame";

    private static final int DIGITS = 28;
    private static final List<Integer> SIDES = List.of(32, 64);

    /** @throws DataException if the pictures are neither of 28 × 28 nor 32 × 32 nor 64 × 64 */
    static Frame of(String id, LabelledImages images) {
        LabelledImages.Part part = images.training();
        int side = part.height() == DIGITS ? 32 : part.height();
        if (part.width() != part.height() || !SIDES.contains(side)) {
            throw new DataException("data: \"%s\" has pictures of %d × %d; this net takes 28 × 28, 32 × 32 and 64 × 64"
                    .formatted(id, part.width(), part.height()));
        }
        return new Frame(side, (side - part.height()) / 2, part.channels());
    }

    /** The one of a saved state. */
    static Frame of(Map<String, TensorSource> state) {
        long[] saved = state.get(STATE).read().longs();
        return new Frame((int) saved[0], (int) saved[1], (int) saved[2]);
    }

    /** What a program of such pictures has to read, so that it is saved. */
    Variable state() {
        long[] values = {side, margin, channels};
        return new Variable(
                STATE, DType.INT64, Shape.of(values.length), (index, _) -> values[(int) index], Variable.Role.STATE);
    }

    /** From {@link #COARSE} to the side. */
    int doublings() {
        return Integer.numberOfTrailingZeros(side / COARSE);
    }

    /** The side of the data's pictures. */
    int inner() {
        return side - 2 * margin;
    }

    /** The shape of one of the data's pictures: {@code [S, S]} or {@code [S, S, 3]}. */
    List<Long> picture() {
        return channels == 1 ? List.of((long) inner(), (long) inner()) : List.of((long) inner(), (long) inner(), 3L);
    }

    /** The data's pictures {@code [N, S·S·C]} from 0 to 1, framed: {@code [N, C, S, S]} from −1 to 1. */
    Tensor framed(Tensor pixels) {
        Tensor planes = pixels.reshape(pixels.size(0), inner(), inner(), channels)
                .permute(0, 3, 1, 2)
                .times(2)
                .minus(1);
        return margin == 0 ? planes : Convolution.pad2d(planes, margin, -1);
    }

    /** The nets' pictures {@code [N, C, S, S]} from −1 to 1, without the frame: {@code [N, S·S·C]} from 0 to 1. */
    Tensor unframed(Tensor pictures) {
        return pictures.narrow(2, margin, inner())
                .narrow(3, margin, inner())
                .permute(0, 2, 3, 1)
                .reshape(pictures.size(0), (long) inner() * inner() * channels)
                .plus(1)
                .dividedBy(2);
    }

    /** The nets' pictures as the shape {@link #picture} has them: {@code [N, S, S]} or {@code [N, S, S, 3]} from 0 to 1. */
    Tensor pictures(Tensor pictures) {
        Tensor pixels = unframed(pictures);
        return channels == 1
                ? pixels.reshape(pixels.size(0), inner(), inner())
                : pixels.reshape(pixels.size(0), inner(), inner(), 3);
    }

    /** Pictures {@code [N, S·S·C]} from 0 to 1 side by side. */
    Shown.Image tiles(String id, float[] pixels, int columns, String caption) {
        return channels == 1
                ? Tiles.grey(id, pixels, inner(), inner(), columns, caption)
                : Tiles.colored(id, pixels, inner(), inner(), columns, caption);
    }
}
