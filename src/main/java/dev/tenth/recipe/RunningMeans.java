package dev.tenth.recipe;

import dev.tenth.torch.Executable;
import dev.tenth.torch.Program;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * Means of a loss, a gradient norm … over the steps since they were last taken. They are a part of the state: a run that goes on
 * from a checkpoint shows the same figures. Nothing leaves the program before {@link #take}, so a step stays one call.
 */
public final class RunningMeans {
    /** The sums, and after them the steps in them. */
    private final Variable sums;

    /** Means of so many numbers. */
    public RunningMeans(int count) {
        this.sums = Variable.state("loss/sums", count + 1);
    }

    /** Adds the method that is called here. */
    public void trace(Program.Builder methods) {
        methods.method("restart", t -> t.assign(sums, t.zeros(sums.shape().dimensions())));
    }

    /** Counts a step in. */
    public void add(Trace t, List<Tensor> scalars) {
        List<Tensor> terms =
                new ArrayList<>(scalars.stream().map(Tensor::detach).toList());
        terms.add(t.ones());
        t.assign(sums, t.value(sums).plus(Tensor.stack(0, terms)));
    }

    /** The means, in the order in which they were added; the next steps begin anew. */
    public double[] take(Executable program) {
        float[] taken = program.get(sums).floats();
        program.call("restart").run();
        double[] means = new double[taken.length - 1];
        for (int i = 0; i < means.length; i++) {
            means[i] = (double) taken[i] / taken[means.length];
        }
        return means;
    }
}
