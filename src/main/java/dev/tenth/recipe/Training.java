package dev.tenth.recipe;

import dev.tenth.torch.TensorSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A model in training. Its whole state is the named tensors of {@link #save}, the parameters and the number of the last
 * step: a training that {@link #load}s them goes on bit for bit. One thread uses it.
 */
public interface Training<P> extends AutoCloseable {
    /** The number of the last step. */
    long steps();

    /**
     * Makes the state from which step 1 starts (first weights, pre-training) and shows it. Not called when the run goes
     * on from a checkpoint.
     */
    void begin(Consumer<Shown> show);

    /** Trains step {@code step} (from 1) and shows what is to be seen of it. */
    void step(long step, Consumer<Shown> show);

    /** The names of the tensors of its state in which a value is infinite or NaN, in the order of the model. */
    List<String> nonFinite();

    /** Goes on with other values of the turnable parameters, from the next step. */
    void turn(P parameters);

    /**
     * The state, tensor by tensor: each is read when it is asked for, as it is then. Nothing of it can be read after the next
     * step, or after {@link #close}.
     */
    Map<String, TensorSource> save();

    /**
     * Takes over a state that {@link #save} made, of a run with the same model.
     *
     * @throws IllegalArgumentException if a tensor is missing or has another shape or type
     * @throws java.io.UncheckedIOException if one cannot be read
     */
    void load(Map<String, TensorSource> state);

    @Override
    void close();
}
