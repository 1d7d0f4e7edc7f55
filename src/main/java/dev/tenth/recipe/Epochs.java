package dev.tenth.recipe;

import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Program;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;

/**
 * Passes over examples in an order that is another one in each, batch by batch. Whole batches only: what is left over at the end
 * of a pass is others each time. The order follows from the run's seed and the epoch, so there is nothing to save.
 */
public final class Epochs {
    private final long examples;
    private final int batch;
    private final long seed;
    private final Variable order;
    /** The epoch whose order is in memory. */
    private long shuffled = -1;

    /**
     * Passes over {@code examples} rows.
     *
     * @param batch at most {@code examples}
     */
    public Epochs(long examples, int batch, long seed) {
        if (batch > examples) {
            throw new IllegalArgumentException("batch: " + batch + " is more than the " + examples + " examples");
        }
        this.examples = examples;
        this.batch = batch;
        this.seed = seed;
        this.order = Variable.data("order", DType.INT64, examples);
    }

    /** Adds the method that is called here. */
    public void trace(Program.Builder methods) {
        methods.method(
                "shuffle", t -> t.assign(order, t.random(t.integer("seed")).permutation(examples)));
    }

    /** The rows of a step's batch, {@code int64 [B]}, in a method whose call went through {@link #at}. */
    public Tensor rows(Trace t) {
        return t.value(order).narrow(0, t.integer("offset"), batch);
    }

    /** The steps of one epoch. */
    public long steps() {
        return examples / batch;
    }

    /** The epoch, from 0, to which a step (from 1) belongs. */
    public long epoch(long step) {
        return (step - 1) / steps();
    }

    /** Whether a step (from 1) is the last of its epoch. */
    public boolean endsWith(long step) {
        return step % steps() == 0;
    }

    /** Prepares a call for a step (from 1). */
    public Executable.Call at(long step, Executable program, Executable.Call call) {
        if (epoch(step) != shuffled) {
            shuffled = epoch(step);
            program.call("shuffle").with("seed", Randomness.mix(seed, shuffled)).run();
        }
        return call.with("offset", (step - 1) % steps() * batch);
    }
}
