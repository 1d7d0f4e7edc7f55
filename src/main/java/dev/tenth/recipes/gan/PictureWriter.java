package dev.tenth.recipes.gan;

import dev.tenth.torch.BatchNorm;
import dev.tenth.torch.Dense;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TransposedConv;
import dev.tenth.torch.Variable;
import dev.tenth.torch.Variable.Initial;
import java.util.ArrayList;
import java.util.List;

/**
 * Latent vectors to pictures: a dense layer to maps of 4 × 4, then layers that each double the side and halve the maps, with batch
 * normalisation and ReLU between them and tanh at the end.
 *
 * @param project to the maps of 4 × 4
 * @param norms after all layers but the last
 * @see <a href="https://arxiv.org/abs/1511.06434">Radford, Metz, Chintala: Unsupervised Representation Learning with Deep
 *     Convolutional Generative Adversarial Networks, 2016</a>
 */
record PictureWriter(Frame frame, Dense project, List<TransposedConv> layers, List<BatchNorm> norms) {
    /** The first weights of all layers. */
    static final Initial WEIGHTS = Initial.normal(.02);

    private static final double BATCHNORM_MOMENTUM = .1;

    /**
     * A net.
     *
     * @param name the first part of its variables' names
     * @param maps of the last layer but one: ngf; each one before has twice as many
     */
    static PictureWriter of(String name, Frame frame, int latent, int maps) {
        int doublings = frame.doublings();
        int widest = maps << (doublings - 1);
        List<BatchNorm> norms = new ArrayList<>(List.of(norm(name + "/0", widest)));
        List<TransposedConv> layers = new ArrayList<>();
        for (int i = 1; i <= doublings; i++) {
            int in = widest >> (i - 1);
            int out = i == doublings ? frame.channels() : in / 2;
            layers.add(TransposedConv.of(name + "/" + i, in, out, 4, 2, 1, WEIGHTS, Initial.zeros()));
            if (i < doublings) {
                norms.add(norm(name + "/" + i, out));
            }
        }
        Dense project = Dense.of(name + "/0", latent, widest * Frame.COARSE * Frame.COARSE, WEIGHTS, Initial.zeros());
        return new PictureWriter(frame, project, layers, norms);
    }

    /** A normalising layer with weights from N(1, .02). */
    static BatchNorm norm(String name, int maps) {
        return BatchNorm.of(name + "/norm", maps, (_, random) -> 1 + .02 * random.nextGaussian(), BATCHNORM_MOMENTUM);
    }

    /** Pictures {@code [N, C, S, S]} from −1 to 1 of vectors {@code [N, Z]}, as the net is used. */
    Tensor write(Tensor z) {
        return write(z, BatchNorm::apply).tanh();
    }

    /** The same by the batch's own statistics, as the net is trained. */
    Tensor train(Tensor z) {
        return trainLogits(z).tanh();
    }

    /** Before tanh, of which twice are the logits of a pixel's being white. */
    Tensor trainLogits(Tensor z) {
        return write(z, BatchNorm::train);
    }

    /** How a layer is normalised. */
    @FunctionalInterface
    interface Normalizing {
        Tensor apply(BatchNorm norm, Tensor maps);
    }

    private Tensor write(Tensor z, Normalizing normalizing) {
        long widest = project.bias().shape().elements() / (Frame.COARSE * Frame.COARSE);
        Tensor x = project.apply(z).reshape(z.size(0), widest, Frame.COARSE, Frame.COARSE); // [N, W, 4, 4]
        for (int i = 0; i < layers.size(); i++) {
            x = layers.get(i).apply(normalizing.apply(norms.get(i), x).relu()); // [N, W/2, 8, 8], …
        }
        return x; // [N, C, S, S]
    }

    List<Variable> parameters() {
        List<Variable> parameters = new ArrayList<>(project.parameters());
        layers.forEach(layer -> parameters.addAll(layer.parameters()));
        norms.forEach(norm -> parameters.addAll(norm.parameters()));
        return parameters;
    }
}
