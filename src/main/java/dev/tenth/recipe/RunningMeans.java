package dev.tenth.recipe;

import dev.tenth.torch.Executable;
import dev.tenth.torch.Program;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Means of a loss, a gradient norm … over the steps since they were last taken. They are a part of the state: a run that goes on
 * from a checkpoint shows the same figures. Nothing leaves the program before {@link #take}, so a step stays one call.
 */
public final class RunningMeans {
    /** The sums, and after them the steps in them. */
    private final Variable sums;

    private final List<String> names;

    /** Means of the numbers of these names, on the wire. */
    public RunningMeans(List<String> names) {
        this.names = List.copyOf(names);
        this.sums = Variable.state("loss/sums", names.size() + 1);
    }

    /** Adds the method that is called here. */
    public void trace(Program.Builder methods) {
        methods.method("restart", t -> t.assign(sums, t.zeros(sums.shape().dimensions())));
    }

    /** Counts a step in: a number of each name, in their order. */
    public void add(Trace t, List<Tensor> scalars) {
        List<Tensor> terms =
                new ArrayList<>(scalars.stream().map(Tensor::detach).toList());
        terms.add(t.ones());
        t.assign(sums, t.value(sums).plus(Tensor.stack(0, terms)));
    }

    /** The means by their names; the next steps begin anew. */
    public Map<String, Double> take(Executable program) {
        float[] taken = program.get(sums).floats();
        program.call("restart").run();
        Map<String, Double> means = new LinkedHashMap<>();
        for (String name : names) {
            means.put(name, (double) taken[means.size()] / taken[names.size()]);
        }
        return means;
    }
}
