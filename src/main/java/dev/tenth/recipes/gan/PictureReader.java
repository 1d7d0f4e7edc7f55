package dev.tenth.recipes.gan;

import dev.tenth.recipes.gan.PictureWriter.Normalizing;
import dev.tenth.torch.BatchNorm;
import dev.tenth.torch.Conv;
import dev.tenth.torch.Dense;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Variable;
import dev.tenth.torch.Variable.Initial;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures to numbers, the mirror image of {@link PictureWriter}: layers that each halve the side and double the maps, down to 4 × 4,
 * with leaky ReLU, and batch normalisation after all but the first; then a dense layer, or several beside each other.
 *
 * @param norms after all layers but the first
 * @param heads what is made of the maps of 4 × 4
 */
record PictureReader(List<Conv> layers, List<BatchNorm> norms, List<Dense> heads) {
    private static final double SLOPE = .2;

    /**
     * A net.
     *
     * @param maps of the first layer: ndf; each one after has twice as many
     * @param outputs the numbers of each head
     */
    static PictureReader of(String name, Frame frame, int maps, int... outputs) {
        List<Conv> layers = new ArrayList<>();
        List<BatchNorm> norms = new ArrayList<>();
        for (int i = 0; i < frame.doublings(); i++) {
            int in = i == 0 ? frame.channels() : maps << (i - 1);
            layers.add(Conv.of(name + "/" + i, in, maps << i, 4, 2, 1, PictureWriter.WEIGHTS, Initial.zeros()));
            if (i > 0) {
                norms.add(PictureWriter.norm(name + "/" + i, maps << i));
            }
        }
        int flat = (maps << (frame.doublings() - 1)) * Frame.COARSE * Frame.COARSE;
        List<Dense> heads = new ArrayList<>();
        for (int i = 0; i < outputs.length; i++) {
            heads.add(Dense.of(name + "/head" + i, flat, outputs[i], PictureWriter.WEIGHTS, Initial.zeros()));
        }
        return new PictureReader(layers, norms, heads);
    }

    /**
     * What it makes of pictures.
     *
     * @param maps after each layer, {@code [N, M, S/2, S/2]}, …
     * @param outputs of the heads, {@code [N, …]} each
     */
    record Reading(List<Tensor> maps, List<Tensor> outputs) {
        /** Of the only head. */
        Tensor output() {
            return outputs.getFirst();
        }
    }

    /** Reads pictures {@code [N, C, S, S]} from −1 to 1, as the net is used. */
    Reading read(Tensor pictures) {
        return read(pictures, BatchNorm::apply);
    }

    /** The same by the batch's own statistics, as the net is trained. */
    Reading train(Tensor pictures) {
        return read(pictures, BatchNorm::train);
    }

    private Reading read(Tensor pictures, Normalizing normalizing) {
        List<Tensor> maps = new ArrayList<>();
        Tensor x = pictures;
        for (int i = 0; i < layers.size(); i++) {
            Tensor sums = layers.get(i).apply(x);
            x = (i == 0 ? sums : normalizing.apply(norms.get(i - 1), sums)).leakyRelu(SLOPE);
            maps.add(x); // [N, M, S/2, S/2], [N, 2M, S/4, S/4], …
        }
        Tensor flat = x.reshape(x.size(0), x.shape().elements() / x.size(0));
        return new Reading(maps, heads.stream().map(head -> head.apply(flat)).toList());
    }

    List<Variable> parameters() {
        List<Variable> parameters = new ArrayList<>();
        layers.forEach(layer -> parameters.addAll(layer.parameters()));
        norms.forEach(norm -> parameters.addAll(norm.parameters()));
        heads.forEach(head -> parameters.addAll(head.parameters()));
        return parameters;
    }
}
