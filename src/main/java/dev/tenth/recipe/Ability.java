package dev.tenth.recipe;

import dev.tenth.torch.Device;
import dev.tenth.torch.TensorSource;
import java.util.Locale;
import java.util.Map;

/** Something that a trained model can do. It works on a copy of a state, so it never disturbs the training. */
public sealed interface Ability<P> {

    /** The name on the wire. */
    String name();

    /** Writes text, character by character. */
    non-sealed interface GenerateText<P> extends Ability<P> {
        /** A generator over a state that {@link Training#save} made; the caller closes it. */
        TextModel open(P parameters, Map<String, TensorSource> state, Device device);

        @Override
        default String name() {
            return "generate-text";
        }
    }

    /**
     * Makes tensors of tensors, row by row.
     *
     * @param task what it is good for
     * @param opener makes the model
     */
    record Infer<P>(Task task, Opener<P> opener) implements Ability<P> {
        @Override
        public String name() {
            return task.name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a model of tensors is good for. */
    enum Task {
        /** Rows of features or pixels become probabilities of classes. */
        CLASSIFY,
        /** Points become values. */
        PREDICT,
        /** Seeds or latent vectors become samples. */
        SAMPLE,
        /** Pictures become latent vectors. */
        ENCODE,
        /** Latent vectors become pictures. */
        DECODE,
        /** Pictures become others, with more or less of some attributes. */
        EDIT
    }

    /** Makes a model of tensors. */
    @FunctionalInterface
    interface Opener<P> {
        /** A model over a state that {@link Training#save} made; the caller closes it. */
        TensorModel open(P parameters, Map<String, TensorSource> state, Device device);
    }
}
