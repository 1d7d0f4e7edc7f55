package dev.tenth.recipes.preparation;

import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Shown;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.List;
import java.util.function.Consumer;

/** The model of one lane of a race. */
public interface Classifier {
    List<Variable> parameters();

    /** The scores of each class as the model is used: {@code [n, width]} to {@code [n, classes]}. */
    Tensor logits(Tensor inputs);

    /**
     * The mean of −log p(class) over a batch, as the model is trained.
     *
     * @param labels the class of each row, {@code int64 [B]}
     * @param random the same in each lane
     */
    Tensor loss(Tensor inputs, Tensor labels, Random random);

    /** The gradients of the loss with respect to the parameters: by automatic differentiation, unless a model knows better. */
    default List<Tensor> gradients(Tensor inputs, Tensor labels, Tensor loss) {
        Trace t = loss.trace();
        return t.gradient(loss, parameters().stream().map(t::value).toList());
    }

    /** Adds what {@link #show} calls. */
    default void trace(Program.Builder methods, Examples examples) {}

    /** Shows what is to be seen of the model, when it leads. */
    void show(Executable program, Consumer<Shown> show);
}
