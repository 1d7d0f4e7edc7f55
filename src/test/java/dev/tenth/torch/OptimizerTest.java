package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each optimizer in float32 against the same rule written in Java's doubles, over 100 steps of a small problem. */
class OptimizerTest {
    private static final int STEPS = 100;
    private static final double RELATIVE = 1e-5;
    /** The problem: f(x) = Σ cᵢ(xᵢ − aᵢ)²/2 + Σ sin xᵢ. */
    private static final double[] C = {.5, 1, 2, .7, 1.3};

    private static final double[] A = {1, -2, 3, .5, -1};
    private static final double[] START = {4, 3, -2, -3, 2.5};

    /** One number's update by a rule: it keeps its own slots. */
    interface Reference {
        double update(double x, double g, int t);
    }

    record Rule(Optimizer optimizer, double learningRate, Supplier<Reference> reference) {
        @Override
        public String toString() {
            return optimizer.toString();
        }
    }

    static Stream<Rule> rules() {
        return Stream.of(
                new Rule(new Optimizer.Sgd(), .1, () -> (x, g, t) -> x - .1 * g),
                new Rule(new Optimizer.Momentum(.9), .05, () -> new Reference() {
                    double v;

                    @Override
                    public double update(double x, double g, int t) {
                        v = .9 * v + g;
                        return x - .05 * v;
                    }
                }),
                new Rule(new Optimizer.Nesterov(.9), .05, () -> new Reference() {
                    double v;

                    @Override
                    public double update(double x, double g, int t) {
                        v = .9 * v + g;
                        return x - .05 * (g + .9 * v);
                    }
                }),
                new Rule(new Optimizer.AdaGrad(1e-8), .3, () -> new Reference() {
                    double s;

                    @Override
                    public double update(double x, double g, int t) {
                        s += g * g;
                        return x - .3 * g / (Math.sqrt(s) + 1e-8);
                    }
                }),
                new Rule(new Optimizer.AdaDelta(.95, 1e-6), 1, () -> new Reference() {
                    double s;
                    double u;

                    @Override
                    public double update(double x, double g, int t) {
                        s = .95 * s + .05 * g * g;
                        double d = g * Math.sqrt(u + 1e-6) / Math.sqrt(s + 1e-6);
                        u = .95 * u + .05 * d * d;
                        return x - d;
                    }
                }),
                new Rule(new Optimizer.RmsProp(.9, 1e-8), .01, () -> new Reference() {
                    double s;

                    @Override
                    public double update(double x, double g, int t) {
                        s = .9 * s + .1 * g * g;
                        return x - .01 * g / (Math.sqrt(s) + 1e-8);
                    }
                }),
                new Rule(new Optimizer.Adam(), .05, () -> adam(.05, 0)),
                new Rule(new Optimizer.AdamW(.9, .999, 1e-8, .1), .05, () -> adam(.05, .1)),
                new Rule(new Optimizer.Adamax(.9, .999, 1e-8), .05, () -> new Reference() {
                    double m;
                    double u;

                    @Override
                    public double update(double x, double g, int t) {
                        m = .9 * m + .1 * g;
                        u = Math.max(.999 * u, Math.abs(g) + 1e-8);
                        return x - .05 / (1 - Math.pow(.9, t)) * m / u;
                    }
                }));
    }

    private static Reference adam(double rate, double decay) {
        return new Reference() {
            double m;
            double s;

            @Override
            public double update(double x, double g, int t) {
                m = .9 * m + .1 * g;
                s = .999 * s + .001 * g * g;
                double corrected = m / (1 - Math.pow(.9, t));
                return x - rate * decay * x - rate * corrected / (Math.sqrt(s / (1 - Math.pow(.999, t))) + 1e-8);
            }
        };
    }

    @ParameterizedTest
    @MethodSource("rules")
    void followsItsFormulaForAHundredSteps(Rule rule) {
        // Two parameters of different shapes, so that slots cannot be mixed up.
        Variable first = Variable.parameter("first", (i, random) -> START[(int) i], 3);
        Variable second = Variable.parameter("second", (i, random) -> START[3 + (int) i], 2, 1);
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method("step", t -> {
                    Tensor x = Tensor.concatenate(
                            0, List.of(t.value(first), t.value(second).reshape(2)));
                    Tensor distance = x.minus(t.input("a", DType.FLOAT32, 5));
                    Tensor loss = distance.square()
                            .times(t.input("c", DType.FLOAT32, 5))
                            .sum()
                            .times(.5)
                            .plus(x.sin().sum());
                    t.minimize(loss, List.of(first, second), rule.optimizer(), "optimizer", t.number("learningRate"));
                }));
        double[] x = START.clone();
        Reference[] references =
                Stream.generate(rule.reference()).limit(x.length).toArray(Reference[]::new);
        try (Executable executable = new Executable(program, Device.CPU, 0)) {
            Executable.Call step = executable
                    .call("step")
                    .with("a", HostTensor.of(floats(A), 5))
                    .with("c", HostTensor.of(floats(C), 5))
                    .with("learningRate", rule.learningRate());
            for (int t = 1; t <= STEPS; t++) {
                step.run();
                for (int i = 0; i < x.length; i++) {
                    x[i] = references[i].update(x[i], C[i] * (x[i] - A[i]) + Math.cos(x[i]), t);
                }
            }
            for (int i = 0; i < x.length; i++) {
                double reached = i < 3
                        ? executable.get(first).floats()[i]
                        : executable.get(second).floats()[i - 3];
                assertThat(reached).as("x[%d]", i).isEqualTo(x[i], within(RELATIVE * (1 + Math.abs(x[i]))));
            }
        }
    }

    /** The gradient of what was filled up with zeros is a view with gaps. */
    @ParameterizedTest
    @MethodSource("rules")
    void itIsAllTheSameHowAGradientLiesInMemory(Rule rule) {
        Variable alone = Variable.parameter("alone", Variable.Initial.constant(1), 2, 3);
        Variable filled = Variable.parameter("filled", Variable.Initial.constant(1), 2, 3);
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method("step", t -> {
                    Tensor wide = Tensor.concatenate(1, List.of(t.value(filled), t.zeros(2, 4)));
                    Tensor slopes = t.range(14).cast(DType.FLOAT32).plus(1).reshape(2, 7);
                    t.minimize(
                            t.value(alone)
                                    .times(slopes.narrow(1, 0, 3))
                                    .square()
                                    .sum(),
                            List.of(alone),
                            rule.optimizer(),
                            "first",
                            t.number("rate"));
                    t.minimize(
                            wide.times(slopes).square().sum(),
                            List.of(filled),
                            rule.optimizer(),
                            "second",
                            t.number("rate"));
                }));
        try (Executable executable = new Executable(program, Device.CPU, 0)) {
            for (int i = 0; i < 2; i++) {
                executable.call("step").with("rate", .001).run();
            }
            assertThat(executable.get(filled)).isEqualTo(executable.get(alone));
        }
    }

    @Test
    void clippingScalesAllGradientsByTheSameFactor() {
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method("clip", t -> {
                    List<Tensor> gradients = List.of(t.full(3, 1), t.full(4, 2, 2));
                    t.output("norm", t.clipByGlobalNorm(gradients, 1));
                    t.output("first", gradients.getFirst());
                    t.output("second", gradients.getLast());
                }));
        try (Executable executable = new Executable(program, Device.CPU, 0)) {
            Map<String, HostTensor> clipped = executable.call("clip").run();
            double norm = Math.sqrt(9 + 4 * 16);
            assertThat(clipped.get("norm").floats()[0]).isEqualTo((float) norm, within(1e-5f));
            assertThat(clipped.get("first").floats()[0]).isEqualTo((float) (3 / norm), within(1e-5f));
            assertThat(clipped.get("second").floats())
                    .containsOnly(clipped.get("second").floats()[0]);
            assertThat(clipped.get("second").floats()[3]).isEqualTo((float) (4 / norm), within(1e-5f));
        }
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
