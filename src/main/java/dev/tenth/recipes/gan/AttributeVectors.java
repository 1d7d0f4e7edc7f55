package dev.tenth.recipes.gan;

import dev.tenth.data.LabelledImages;
import dev.tenth.recipe.Names;
import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.List;
import java.util.Map;

/**
 * What tells pictures with an attribute from pictures without, in latent space: the mean of the codes of the ones minus that of the
 * others. Where a data set has no attributes, its classes are.
 *
 * @param names of the attributes
 * @param known which of the first pictures has which, {@code [n, A]}: data
 * @param vectors {@code [A, Z]}: a part of the state, so that a checkpoint alone can edit
 */
record AttributeVectors(List<String> names, Variable known, Variable vectors) {
    /** So many pictures are looked at. */
    private static final int PICTURES = 2000;

    private static final String NAMES = "attributes/names";
    private static final String VECTORS = "attributes/vectors";

    static AttributeVectors of(LabelledImages images, int latent) {
        List<String> named = images.attributes().names();
        List<String> names = named.isEmpty() ? images.classes() : named;
        int n = Math.min(PICTURES, images.training().count());
        return new AttributeVectors(
                names,
                Variable.data("attributes/known", DType.FLOAT32, n, names.size()),
                Variable.state(VECTORS, names.size(), latent));
    }

    /** The names in a saved state. */
    static List<String> names(Map<String, TensorSource> state) {
        return Names.of(state.get(NAMES));
    }

    /** The vectors of a saved state, in a program that loads it. */
    static Variable vectors(Map<String, TensorSource> state) {
        return Variable.state(VECTORS, state.get(VECTORS).shape());
    }

    /** Gives a program what is known of the pictures. */
    void set(Executable program, LabelledImages images) {
        int n = (int) known.shape().size(0);
        byte[] labels = images.training().labels();
        byte[] attributes = images.attributes().values();
        float[] values = new float[n * names.size()];
        for (int i = 0; i < values.length; i++) {
            boolean has =
                    attributes.length > 0 ? attributes[i] == 1 : (labels[i / names.size()] & 0xff) == i % names.size();
            values[i] = has ? 1 : 0;
        }
        program.set(known, HostTensor.of(values, n, names.size()));
    }

    /** How many pictures are looked at: the first ones of the training part. */
    int pictures() {
        return (int) known.shape().size(0);
    }

    /**
     * Learns the vectors.
     *
     * @param codes of the first pictures, {@code [n, Z]}
     */
    void learn(Trace t, Tensor codes) {
        t.output("names", t.value(Names.variable(NAMES, names)));
        Tensor with = t.value(known); // [n, A]
        t.assign(vectors, mean(codes, with).minus(mean(codes, with.subtractedFrom(1))));
    }

    /** The mean code of the pictures that have each attribute, {@code [A, Z]}; 0 where none has. */
    private static Tensor mean(Tensor codes, Tensor with) {
        Tensor counts = with.sum(0).clamp(1, PICTURES).unsqueeze(1); // [A, 1]
        return with.transpose(0, 1).matmul(codes).dividedBy(counts);
    }
}
