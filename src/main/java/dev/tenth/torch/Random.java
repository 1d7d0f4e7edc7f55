package dev.tenth.torch;

/** Random tensors of one call of a method; each draw continues the sequence that the seed began. */
public final class Random {
    private final Trace trace;
    private final Instruction.Symbol generator;

    Random(Trace trace, Instruction.Symbol generator) {
        this.trace = trace;
        this.generator = generator;
    }

    /** Standard normal numbers. */
    public Tensor normal(long... shape) {
        return normalAround(0, 1, shape);
    }

    /** Numbers from N(mean, deviation²). */
    public Tensor normalAround(double mean, double deviation, long... shape) {
        return filled("normal_", Shape.of(shape), Scalar.of(mean), Scalar.of(deviation));
    }

    /** Numbers from U[0, 1). */
    public Tensor uniform(long... shape) {
        return uniformBetween(0, 1, shape);
    }

    /** Numbers from U[low, high). */
    public Tensor uniformBetween(double low, double high, long... shape) {
        return filled("uniform_", Shape.of(shape), Scalar.of(low), Scalar.of(high));
    }

    /**
     * Dropout in training: elements are zeroed with a probability and the rest scaled, so that the mean stays.
     *
     * @see <a href="https://jmlr.org/papers/v15/srivastava14a.html">Srivastava et al., 2014</a>
     */
    public Tensor dropout(Tensor input, double probability) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("probability: " + probability + " is not from 0 to below 1");
        }
        if (probability == 0) {
            return input;
        }
        Tensor kept = filled("bernoulli_", input.shape(), Scalar.of(1 - probability));
        return input.times(kept.dividedBy(1 - probability));
    }

    /**
     * The same with a probability that is known when the program runs.
     *
     * @param kept the probability that an element stays, above 0: one minus the one that it is dropped
     */
    public Tensor dropout(Tensor input, Scalar kept) {
        return input.times(filled("bernoulli_", input.shape(), kept)).dividedBy(kept);
    }

    /** One class for each row of probabilities (or weights) {@code [n, classes]}: {@code int64 [n]}. */
    public Tensor choice(Tensor weights) {
        return drawn(trace.call(
                        "multinomial",
                        DType.INT64,
                        Shape.of(weights.size(0), 1),
                        moved(weights, Program.DRAWS),
                        Scalar.of(1L),
                        true,
                        Tensor.named("generator", generator)))
                .reshape(weights.size(0));
    }

    /** The numbers 0 … size−1 in random order, {@code int64}. */
    public Tensor permutation(long size) {
        return drawn(trace.call(
                "randperm",
                DType.INT64,
                Shape.of(size),
                Scalar.of(size),
                Tensor.named("generator", generator),
                Tensor.named("dtype", DType.INT64),
                Tensor.named("device", Program.DRAWS)));
    }

    /** Integers from 0 to below {@code bound}, {@code int64}. */
    public Tensor integers(long bound, long... shape) {
        return drawn(trace.call(
                "randint",
                DType.INT64,
                Shape.of(shape),
                Scalar.of(bound),
                shape,
                Tensor.named("generator", generator),
                Tensor.named("dtype", DType.INT64),
                Tensor.named("device", Program.DRAWS)));
    }

    private Tensor filled(String operator, Shape shape, Scalar... arguments) {
        Tensor empty = trace.call(
                "empty",
                DType.FLOAT32,
                shape,
                shape.dimensions(),
                Tensor.named("dtype", DType.FLOAT32),
                Tensor.named("device", Program.DRAWS));
        Object[] all = new Object[arguments.length + 2];
        all[0] = empty;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[all.length - 1] = Tensor.named("generator", generator);
        return drawn(trace.call(operator, DType.FLOAT32, shape, all));
    }

    /** What was drawn, where the program computes. */
    private Tensor drawn(Tensor numbers) {
        return moved(numbers, Program.DEVICE);
    }

    private Tensor moved(Tensor tensor, Object place) {
        Tensor made = trace.tensor(tensor.type(), tensor.shape());
        trace.add(new Instruction.Move(tensor, place, made));
        return made;
    }
}
