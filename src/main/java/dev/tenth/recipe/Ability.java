package dev.tenth.recipe;

import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import java.util.Map;

/** Something that a trained model can do. It works on a copy of a state, so it never disturbs the training. */
public sealed interface Ability<P> {

    /** Writes text, character by character. */
    non-sealed interface GenerateText<P> extends Ability<P> {
        /** A generator over a state that {@link Training#save} made; the caller closes it. */
        TextModel open(P parameters, Map<String, HostTensor> state, Device device);
    }
}
