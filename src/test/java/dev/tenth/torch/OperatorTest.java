package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each operator's value against Java's doubles, and its gradient against central finite differences. */
class OperatorTest {
    private static final double STEP = 1e-6;
    private static final double TOLERANCE = 1e-6;
    private static final List<Object> NO_STATISTICS = List.of(Instruction.NONE, Instruction.NONE);

    /** An operator over float64 inputs, with a reference for its value where Java has one at hand. */
    record Operator(
            String name,
            Function<List<Tensor>, Tensor> symbolic,
            Function<List<double[]>, double[]> reference,
            double low,
            double high,
            long[]... shapes) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Operator unary(String name, Function<Tensor, Tensor> symbolic, DoubleUnaryOperator reference) {
        return unary(name, symbolic, reference, -2, 2);
    }

    static Operator unary(
            String name, Function<Tensor, Tensor> symbolic, DoubleUnaryOperator reference, double low, double high) {
        return new Operator(
                name,
                in -> symbolic.apply(in.getFirst()),
                in -> Arrays.stream(in.getFirst()).map(reference).toArray(),
                low,
                high,
                new long[] {2, 3});
    }

    static Operator binary(String name, Function<List<Tensor>, Tensor> symbolic, DoubleBinaryOperator reference) {
        return new Operator(
                name,
                symbolic,
                in -> IntStream.range(0, 6)
                        .mapToDouble(i -> reference.applyAsDouble(in.get(0)[i], in.get(1)[i % 3]))
                        .toArray(),
                .5,
                2,
                new long[] {2, 3},
                new long[] {3});
    }

    /** An operator whose value is a sum, product or choice that is easily written out. */
    static Operator other(
            String name,
            Function<List<Tensor>, Tensor> symbolic,
            Function<List<double[]>, double[]> reference,
            long[]... shapes) {
        return new Operator(name, symbolic, reference, -2, 2, shapes);
    }

    static long[] shape(long... dimensions) {
        return dimensions;
    }

    /** By bisection of erf x = 2/√π · Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)). */
    private static double erfinv(double y) {
        double low = -3;
        double high = 3;
        while (high - low > 1e-12) {
            double x = (low + high) / 2;
            double sum = 0;
            double term = x;
            for (int n = 0; n < 60; n++) {
                sum += term / (2 * n + 1);
                term *= -x * x / (n + 1);
            }
            if (2 / Math.sqrt(Math.PI) * sum < y) {
                low = x;
            } else {
                high = x;
            }
        }
        return low;
    }

    static Stream<Operator> operators() {
        return Stream.of(
                binary("plus", in -> in.get(0).plus(in.get(1)), Double::sum),
                binary("minus", in -> in.get(0).minus(in.get(1)), (a, b) -> a - b),
                binary("times", in -> in.get(0).times(in.get(1)), (a, b) -> a * b),
                binary("dividedBy", in -> in.get(0).dividedBy(in.get(1)), (a, b) -> a / b),
                binary("maximum", in -> in.get(0).maximum(in.get(1)), Math::max),
                binary("minimum", in -> in.get(0).minimum(in.get(1)), Math::min),
                binary("choose", in -> in.get(0).greaterThan(1).choose(in.get(0), in.get(1)), (a, b) -> a > 1 ? a : b),
                unary("plus a number", x -> x.plus(3), x -> x + 3),
                unary("minus a number", x -> x.minus(3), x -> x - 3),
                unary("subtractedFrom", x -> x.subtractedFrom(3), x -> 3 - x),
                unary("times a number", x -> x.times(3), x -> x * 3),
                unary("dividedBy a number", x -> x.dividedBy(3), x -> x / 3),
                unary("negate", Tensor::negate, x -> -x),
                unary("abs", Tensor::abs, Math::abs),
                unary("square", Tensor::square, x -> x * x),
                unary("sqrt", Tensor::sqrt, Math::sqrt, .5, 2),
                unary("exp", Tensor::exp, Math::exp),
                unary("log", Tensor::log, Math::log, .5, 2),
                unary("sin", Tensor::sin, Math::sin),
                unary("cos", Tensor::cos, Math::cos),
                unary("erfinv", Tensor::erfinv, OperatorTest::erfinv, -.9, .9),
                unary("power", x -> x.power(1.7), x -> Math.pow(x, 1.7), .5, 2),
                unary("clamp", x -> x.clamp(-1, .7), x -> Math.clamp(x, -1, .7)),
                unary("tanh", Tensor::tanh, Math::tanh),
                unary("sigmoid", Tensor::sigmoid, x -> 1 / (1 + Math.exp(-x))),
                unary("relu", Tensor::relu, x -> Math.max(x, 0)),
                unary("leakyRelu", x -> x.leakyRelu(.2), x -> x > 0 ? x : .2 * x),
                unary("softplus", Tensor::softplus, x -> Math.log1p(Math.exp(x))),
                unary("masked", x -> x.masked(x.lessThan(0), 5), x -> x < 0 ? 5 : x),
                unary("reshape", x -> x.reshape(3, 2), x -> x),
                unary("unsqueeze", x -> x.unsqueeze(1), x -> x),
                other(
                        "softmax",
                        in -> in.getFirst().softmax(1),
                        in -> rows(in.getFirst(), 3, OperatorTest::softmax),
                        shape(2, 3)),
                other(
                        "logSoftmax",
                        in -> in.getFirst().logSoftmax(-1),
                        in -> Arrays.stream(rows(in.getFirst(), 3, OperatorTest::softmax))
                                .map(Math::log)
                                .toArray(),
                        shape(2, 3)),
                other(
                        "sum",
                        in -> in.getFirst().sum(),
                        in -> new double[] {Arrays.stream(in.getFirst()).sum()},
                        shape(2, 3)),
                other(
                        "sum of a dimension",
                        in -> in.getFirst().sum(1),
                        in -> rows(in.getFirst(), 3, row ->
                                new double[] {Arrays.stream(row).sum()}),
                        shape(2, 3)),
                other(
                        "mean",
                        in -> in.getFirst().mean(),
                        in -> new double[] {
                            Arrays.stream(in.getFirst()).average().orElseThrow()
                        },
                        shape(2, 3)),
                other(
                        "mean of a dimension",
                        in -> in.getFirst().mean(-1),
                        in -> rows(in.getFirst(), 3, row ->
                                new double[] {Arrays.stream(row).sum() / 3}),
                        shape(2, 3)),
                other(
                        "max",
                        in -> in.getFirst().max(1),
                        in -> rows(in.getFirst(), 3, row ->
                                new double[] {Arrays.stream(row).max().orElseThrow()}),
                        shape(2, 3)),
                other(
                        "min",
                        in -> in.getFirst().min(1),
                        in -> rows(in.getFirst(), 3, row ->
                                new double[] {Arrays.stream(row).min().orElseThrow()}),
                        shape(2, 3)),
                other(
                        "logSumExp",
                        in -> in.getFirst().logSumExp(1),
                        in -> rows(in.getFirst(), 3, row -> new double[] {
                            Math.log(Arrays.stream(row).map(Math::exp).sum())
                        }),
                        shape(2, 3)),
                other(
                        "norm",
                        in -> in.getFirst().norm(),
                        in -> new double[] {
                            Math.sqrt(
                                    Arrays.stream(in.getFirst()).map(x -> x * x).sum())
                        },
                        shape(2, 3)),
                other(
                        "cumulativeSum",
                        in -> in.getFirst().cumulativeSum(1),
                        in -> rows(in.getFirst(), 3, row ->
                                new double[] {row[0], row[0] + row[1], row[0] + row[1] + row[2]}),
                        shape(2, 3)),
                other(
                        "meanSquaredError",
                        in -> in.get(0).meanSquaredError(in.get(1)),
                        in -> new double[] {mean(6, i -> Math.pow(in.get(0)[i] - in.get(1)[i], 2))},
                        shape(2, 3),
                        shape(2, 3)),
                other(
                        "crossEntropy",
                        in -> in.getFirst().crossEntropy(in.getFirst().trace().range(2)),
                        in -> new double[] {
                            -(Math.log(softmax(Arrays.copyOfRange(in.getFirst(), 0, 3))[0])
                                            + Math.log(softmax(Arrays.copyOfRange(in.getFirst(), 3, 6))[1]))
                                    / 2
                        },
                        shape(2, 3)),
                other(
                        "binaryCrossEntropyWithLogits",
                        in -> in.get(0).binaryCrossEntropyWithLogits(in.get(1).sigmoid()),
                        in -> new double[] {
                            mean(3, i -> {
                                double p = 1 / (1 + Math.exp(-in.get(0)[i]));
                                double t = 1 / (1 + Math.exp(-in.get(1)[i]));
                                return -t * Math.log(p) - (1 - t) * Math.log(1 - p);
                            })
                        },
                        shape(3),
                        shape(3)),
                other(
                        "matmul",
                        in -> in.get(0).matmul(in.get(1)),
                        in -> product(in.get(0), in.get(1), 2, 3, 2),
                        shape(2, 3),
                        shape(3, 2)),
                other(
                        "linear",
                        in -> in.get(0).linear(in.get(1).transpose(0, 1), in.get(2)),
                        in -> {
                            double[] product = product(in.get(0), in.get(1), 2, 3, 2);
                            return IntStream.range(0, 4)
                                    .mapToDouble(i -> product[i] + in.get(2)[i % 2])
                                    .toArray();
                        },
                        shape(2, 3),
                        shape(3, 2),
                        shape(2)),
                other(
                        "transpose",
                        in -> in.getFirst().transpose(0, 1),
                        in -> pick(in.getFirst(), 0, 3, 1, 4, 2, 5),
                        shape(2, 3)),
                other(
                        "permute",
                        in -> in.getFirst().permute(2, 0, 1),
                        in -> pick(in.getFirst(), 0, 3, 1, 4, 2, 5),
                        shape(1, 2, 3)),
                other(
                        "expand",
                        in -> in.getFirst().expand(2, 3),
                        in -> pick(in.getFirst(), 0, 1, 2, 0, 1, 2),
                        shape(1, 3)),
                other("select", in -> in.getFirst().select(1, 2), in -> pick(in.getFirst(), 2, 5), shape(2, 3)),
                other(
                        "narrow",
                        in -> in.getFirst().narrow(1, 1, 2),
                        in -> pick(in.getFirst(), 1, 2, 4, 5),
                        shape(2, 3)),
                other(
                        "indexSelect",
                        in -> in.getFirst().indexSelect(0, in.getFirst().trace().range(2)),
                        in -> pick(in.getFirst(), 0, 1, 2, 3),
                        shape(3, 2)),
                other(
                        "gather",
                        in -> in.getFirst()
                                .gather(1, in.getFirst().trace().range(2).reshape(2, 1)),
                        in -> pick(in.getFirst(), 0, 4),
                        shape(2, 3)),
                other(
                        "embedding",
                        in -> in.getFirst().embedding(in.getFirst().trace().range(2)),
                        in -> pick(in.getFirst(), 0, 1, 2, 3),
                        shape(3, 2)),
                other(
                        "concatenate",
                        in -> Tensor.concatenate(1, in),
                        in -> {
                            double[] a = in.get(0);
                            double[] b = in.get(1);
                            return new double[] {a[0], a[1], b[0], a[2], a[3], b[1]};
                        },
                        shape(2, 2),
                        shape(2, 1)),
                other(
                        "stack",
                        in -> Tensor.stack(0, in),
                        in -> DoubleStream.concat(Arrays.stream(in.get(0)), Arrays.stream(in.get(1)))
                                .toArray(),
                        shape(3),
                        shape(3)),
                other(
                        "sortDescending",
                        in -> in.getFirst().sortDescending().getFirst(),
                        in -> {
                            double[] sorted = in.getFirst().clone();
                            Arrays.sort(sorted);
                            return IntStream.range(0, 4)
                                    .mapToDouble(i -> sorted[3 - i])
                                    .toArray();
                        },
                        shape(4)),
                other(
                        "conv2d",
                        in -> Convolution.conv2d(in.get(0), in.get(1), in.get(2), 1, 0),
                        in -> convolution(in.get(0), in.get(1), in.get(2)[0]),
                        shape(1, 1, 3, 3),
                        shape(1, 1, 2, 2),
                        shape(1)),
                other(
                        "convTranspose2d",
                        in -> Convolution.convTranspose2d(in.get(0), in.get(1), in.get(2), 1, 0),
                        in -> spread(in.get(0), in.get(1), in.get(2)[0]),
                        shape(1, 1, 2, 2),
                        shape(1, 1, 2, 2),
                        shape(1)),
                other(
                        "maxPool2d",
                        in -> Convolution.maxPool2d(in.getFirst(), 2),
                        in -> new double[] {Arrays.stream(in.getFirst()).max().orElseThrow()},
                        shape(1, 1, 2, 2)),
                other(
                        "averagePool2d",
                        in -> Convolution.averagePool2d(in.getFirst(), 2),
                        in -> new double[] {
                            Arrays.stream(in.getFirst()).average().orElseThrow()
                        },
                        shape(1, 1, 2, 2)),
                other(
                        "batchNorm of columns",
                        in -> BatchNorm.normalize(in.get(0), in.get(1), in.get(2), NO_STATISTICS, true, .1),
                        in -> normalized(in, 3, 1),
                        shape(4, 3),
                        shape(3),
                        shape(3)),
                other(
                        "batchNorm of maps",
                        in -> BatchNorm.normalize(in.get(0), in.get(1), in.get(2), NO_STATISTICS, true, .1),
                        in -> normalized(in, 2, 6),
                        shape(2, 2, 3, 2),
                        shape(2),
                        shape(2)),
                other(
                        "a gradient of a gradient",
                        in -> {
                            Tensor x = in.getFirst();
                            return x.trace()
                                    .gradient(x.power(3).sum(), List.of(x))
                                    .getFirst();
                        },
                        in -> Arrays.stream(in.getFirst()).map(x -> 3 * x * x).toArray(),
                        shape(3)),
                other(
                        "repeat",
                        in -> in.getFirst()
                                .trace()
                                .repeat(
                                        3,
                                        in,
                                        (_, carried) -> new Trace.Round(
                                                List.of(carried.getFirst().times(carried.getFirst())), List.of()))
                                .getFirst(),
                        in -> Arrays.stream(in.getFirst())
                                .map(x -> Math.pow(x, 8))
                                .toArray(),
                        shape(3)));
    }

    @ParameterizedTest
    @MethodSource("operators")
    void hasTheValueThatJavaComputes(Operator operator) {
        try (Evaluation evaluation = new Evaluation(operator)) {
            double[] expected = operator.reference().apply(evaluation.inputs);
            assertThat(evaluation.value()).hasSameSizeAs(expected);
            assertThat(evaluation.value()).containsExactly(expected, within(1e-12));
        }
    }

    @ParameterizedTest
    @MethodSource("operators")
    void hasTheGradientOfItsFiniteDifferences(Operator operator) {
        try (Evaluation evaluation = new Evaluation(operator)) {
            for (int input = 0; input < evaluation.inputs.size(); input++) {
                double[] gradient = evaluation.gradient(input);
                for (int i = 0; i < gradient.length; i++) {
                    assertThat(gradient[i])
                            .as("d/dx%d[%d]", input, i)
                            .isEqualTo(
                                    evaluation.difference(input, i), within(TOLERANCE * (1 + Math.abs(gradient[i]))));
                }
            }
        }
    }

    /** The operator's output and the gradient of Σ wᵢ·outputᵢ with weights wᵢ = 1 + i/10. */
    private static final class Evaluation implements AutoCloseable {
        final List<double[]> inputs = new ArrayList<>();
        private final Operator operator;
        private final Executable executable;

        Evaluation(Operator operator) {
            this.operator = operator;
            SplittableRandom random = new SplittableRandom(7);
            for (long[] shape : operator.shapes()) {
                inputs.add(random.doubles(HostTensor.size(shape), operator.low(), operator.high())
                        .toArray());
            }
            executable = new Executable(
                    Program.trace(Precision.FLOAT32, program -> program.method("forward", this::trace)), Device.CPU, 0);
        }

        private void trace(Trace trace) {
            List<Tensor> leaves = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                leaves.add(trace.input("x" + i, DType.FLOAT64, operator.shapes()[i])
                        .leaf());
            }
            Tensor output = operator.symbolic().apply(leaves);
            Tensor weights = trace.range(output.shape().elements())
                    .cast(DType.FLOAT64)
                    .times(.1)
                    .plus(1);
            Tensor sum =
                    output.reshape(output.shape().elements()).times(weights).sum();
            List<Tensor> gradients = trace.gradient(sum, leaves);
            trace.output("output", output);
            trace.output("sum", sum);
            for (int i = 0; i < gradients.size(); i++) {
                trace.output("gradient" + i, gradients.get(i));
            }
        }

        private Map<String, HostTensor> run() {
            Executable.Call call = executable.call("forward");
            for (int i = 0; i < inputs.size(); i++) {
                call.with("x" + i, HostTensor.of(inputs.get(i), operator.shapes()[i]));
            }
            return call.run();
        }

        double[] value() {
            return run().get("output").doubles();
        }

        double[] gradient(int input) {
            return run().get("gradient" + input).doubles();
        }

        double difference(int input, int element) {
            double[] values = inputs.get(input);
            double x = values[element];
            values[element] = x + STEP;
            double above = run().get("sum").doubles()[0];
            values[element] = x - STEP;
            double below = run().get("sum").doubles()[0];
            values[element] = x;
            return (above - below) / (2 * STEP);
        }

        @Override
        public void close() {
            executable.close();
        }
    }

    private static double[] rows(double[] values, int width, Function<double[], double[]> row) {
        return IntStream.range(0, values.length / width)
                .mapToObj(i -> row.apply(Arrays.copyOfRange(values, i * width, (i + 1) * width)))
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    private static double[] softmax(double[] row) {
        double sum = Arrays.stream(row).map(Math::exp).sum();
        return Arrays.stream(row).map(x -> Math.exp(x) / sum).toArray();
    }

    private static double mean(int n, java.util.function.IntToDoubleFunction term) {
        return IntStream.range(0, n).mapToDouble(term).sum() / n;
    }

    private static double[] product(double[] a, double[] b, int n, int k, int m) {
        double[] c = new double[n * m];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                for (int l = 0; l < k; l++) {
                    c[i * m + j] += a[i * k + l] * b[l * m + j];
                }
            }
        }
        return c;
    }

    private static double[] pick(double[] values, int... places) {
        return Arrays.stream(places).mapToDouble(i -> values[i]).toArray();
    }

    /** x [N, C, size], weight [C], bias [C]. */
    private static double[] normalized(List<double[]> in, int channels, int size) {
        double[] y = in.get(0).clone();
        for (int c = 0; c < channels; c++) {
            int channel = c;
            int[] places = IntStream.range(0, y.length)
                    .filter(i -> i / size % channels == channel)
                    .toArray();
            double mean = Arrays.stream(places).mapToDouble(i -> y[i]).average().orElseThrow();
            double variance = Arrays.stream(places)
                    .mapToDouble(i -> Math.pow(y[i] - mean, 2))
                    .average()
                    .orElseThrow();
            for (int i : places) {
                y[i] = (y[i] - mean) / Math.sqrt(variance + 1e-5) * in.get(1)[c] + in.get(2)[c];
            }
        }
        return y;
    }

    /** 3×3 with a 2×2 kernel. */
    private static double[] convolution(double[] x, double[] w, double bias) {
        double[] y = new double[4];
        for (int i = 0; i < 4; i++) {
            int at = i / 2 * 3 + i % 2;
            y[i] = bias + x[at] * w[0] + x[at + 1] * w[1] + x[at + 3] * w[2] + x[at + 4] * w[3];
        }
        return y;
    }

    /** 2×2 spread by a 2×2 kernel over 3×3. */
    private static double[] spread(double[] x, double[] w, double bias) {
        double[] y = new double[9];
        Arrays.fill(y, bias);
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                y[(i / 2 + j / 2) * 3 + i % 2 + j % 2] += x[i] * w[j];
            }
        }
        return y;
    }
}
