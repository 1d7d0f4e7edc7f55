package dev.tenth.torch;

import dev.tenth.torch.Variable.Initial;
import java.util.List;

/**
 * Batch normalisation, {@code (x − mean) / √(variance + ε) · weight + bias} for each channel: of {@code [N, C]} a column, of
 * {@code [N, C, H, W]} a map. In training mean and variance are the batch's, and running ones follow them; in use they are the
 * running ones, so that rows have nothing to do with each other.
 *
 * @param weight {@code [C]}, first 1
 * @param bias {@code [C]}, first 0
 * @param mean the running one, {@code [C]}, saved but not learned
 * @param variance the running one, {@code [C]}
 * @param momentum the share of a new batch in the running ones
 * @see <a href="https://arxiv.org/abs/1502.03167">Ioffe, Szegedy: Batch Normalization, 2015</a>
 */
public record BatchNorm(Variable weight, Variable bias, Variable mean, Variable variance, double momentum) {
    /** Keeps the root away from 0. */
    private static final double EPSILON = 1e-5;

    /** With PyTorch's momentum, .1. */
    public static BatchNorm of(String name, int channels) {
        return of(name, channels, Initial.constant(1), .1);
    }

    /**
     * The same with other choices.
     *
     * @param weights the first ones
     */
    public static BatchNorm of(String name, int channels, Initial weights, double momentum) {
        return new BatchNorm(
                Variable.parameter(name + "/weight", weights, channels),
                Variable.parameter(name + "/bias", Initial.zeros(), channels),
                Variable.state(name + "/mean", channels),
                new Variable(
                        name + "/variance",
                        DType.FLOAT32,
                        Shape.of(channels),
                        Initial.constant(1),
                        Variable.Role.STATE),
                momentum);
    }

    /** By the batch's mean and variance, which move the running ones at once. At least two numbers a channel are needed. */
    public Tensor train(Tensor input) {
        Trace t = input.trace();
        return normalize(
                input, t.value(weight), t.value(bias), List.of(t.view(mean), t.view(variance)), true, momentum);
    }

    /** By the running mean and variance. */
    public Tensor apply(Tensor input) {
        Trace t = input.trace();
        return normalize(
                input, t.value(weight), t.value(bias), List.of(t.value(mean), t.value(variance)), false, momentum);
    }

    /**
     * The operator.
     *
     * @param statistics running mean and variance, or {@link Instruction#NONE} twice in training
     */
    static Tensor normalize(
            Tensor input, Tensor weight, Tensor bias, List<?> statistics, boolean training, double momentum) {
        Shape channels = input.shape().rank() < 2 ? Shape.SCALAR : Shape.of(input.size(1));
        if (!weight.shape().equals(channels) || !bias.shape().equals(channels)) {
            throw new ShapeException("batchNorm: input %s, weight %s and bias %s are not [N, C, …], [C] and [C]"
                    .formatted(input.shape(), weight.shape(), bias.shape()));
        }
        if (training && input.shape().elements() / input.size(1) < 2) {
            throw new ShapeException("batchNorm: " + input.shape() + " has one number a channel: that has no variance");
        }
        return input.call(
                "batch_norm",
                input.type(),
                input.shape(),
                input,
                weight,
                bias,
                statistics.getFirst(),
                statistics.getLast(),
                training,
                Scalar.of(momentum),
                Scalar.of(EPSILON),
                false);
    }

    /** The same layer of another lane: see {@link Variable#in}. */
    public BatchNorm in(String lane) {
        return new BatchNorm(weight.in(lane), bias.in(lane), mean.in(lane), variance.in(lane), momentum);
    }

    /** What is learned: weight and bias. */
    public List<Variable> parameters() {
        return List.of(weight, bias);
    }
}
