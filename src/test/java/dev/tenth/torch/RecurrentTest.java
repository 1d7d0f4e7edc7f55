package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The recurrent layers against their formulas in Java's doubles, and the written-out cell against the layers. */
class RecurrentTest {
    private static final int SYMBOLS = 5;
    private static final int HIDDEN = 4;
    private static final long[] TEXT = {0, 3, 1, 4, 4, 2, 0};

    private static Program program(Recurrent net, Precision precision) {
        Recurrent.Stepper stepper = net.stepper(SYMBOLS);
        return Program.trace(precision, methods -> methods.method("prepare", stepper::prepare)
                .method("layers", t -> {
                    Tensor inputs = t.input("text", DType.INT64, TEXT.length)
                            .oneHot(SYMBOLS)
                            .reshape(TEXT.length, 1, SYMBOLS);
                    t.output(
                            "h",
                            net.read(inputs, net.initial(t, 1), x -> x, true)
                                    .outputs()
                                    .select(0, TEXT.length - 1L));
                })
                .method("cells", t -> {
                    Tensor text = t.input("text", DType.INT64, TEXT.length);
                    List<Tensor> carried = new ArrayList<>(List.of(t.zeros(1, HIDDEN)));
                    carried.addAll(net.initial(t, 1));
                    List<Tensor> last = t.repeat(TEXT.length, carried, (position, before) -> {
                        Recurrent.Outputs outputs =
                                stepper.step(text.narrow(0, position, 1), before.subList(1, before.size()));
                        List<Tensor> after = new ArrayList<>(List.of(outputs.outputs()));
                        after.addAll(outputs.state());
                        return new Trace.Round(after, List.of());
                    });
                    t.output("h", last.getFirst());
                }));
    }

    @ParameterizedTest
    @EnumSource
    void layersAndCellsBothFollowTheFormulas(Recurrent.Cell cell) {
        Recurrent net = Recurrent.of("rnn", cell, SYMBOLS, HIDDEN, 2, .8, 1);
        try (Executable executable = new Executable(program(net, Precision.FLOAT32), Device.CPU, 5)) {
            executable.call("prepare").run();
            double[] expected = reference(net, executable.save());
            for (String method : List.of("layers", "cells")) {
                float[] h = executable
                        .call(method)
                        .with("text", HostTensor.of(TEXT, TEXT.length))
                        .run()
                        .get("h")
                        .floats();
                for (int i = 0; i < HIDDEN; i++) {
                    assertThat((double) h[i]).as("%s h[%d]", method, i).isEqualTo(expected[i], within(1e-6));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void bfloat16StaysCloseToFloat32(Recurrent.Cell cell) {
        Recurrent net = Recurrent.of("rnn", cell, SYMBOLS, HIDDEN, 2, .8, 1);
        try (Executable exact = new Executable(program(net, Precision.FLOAT32), Device.CPU, 5);
                Executable coarse = new Executable(program(net, Precision.BFLOAT16), Device.CPU, 5)) {
            float[] h = exact.call("layers")
                    .with("text", HostTensor.of(TEXT, TEXT.length))
                    .run()
                    .get("h")
                    .floats();
            float[] rounded = coarse.call("layers")
                    .with("text", HostTensor.of(TEXT, TEXT.length))
                    .run()
                    .get("h")
                    .floats();
            assertThat(rounded).isNotEqualTo(h);
            for (int i = 0; i < HIDDEN; i++) {
                assertThat(rounded[i]).isEqualTo(h[i], within(.03f));
            }
        }
    }

    private static double[] reference(Recurrent net, Map<String, TensorSource> weights) {
        int depth = net.layers().size();
        double[][] h = new double[depth][HIDDEN];
        double[][] c = new double[depth][HIDDEN];
        for (long symbol : TEXT) {
            double[] x = new double[SYMBOLS];
            x[(int) symbol] = 1;
            for (int i = 0; i < depth; i++) {
                Recurrent.Layer layer = net.layers().get(i);
                double[] a = product(
                        weights.get(layer.input().name()).read(),
                        x,
                        weights.get(layer.inputBias().name()).read());
                double[] b = product(
                        weights.get(layer.recurrent().name()).read(),
                        h[i],
                        weights.get(layer.recurrentBias().name()).read());
                h[i] = cell(net.cell(), a, b, h[i], c[i]);
                x = h[i];
            }
        }
        return h[depth - 1];
    }

    private static double[] cell(Recurrent.Cell cell, double[] a, double[] b, double[] h, double[] c) {
        double[] next = new double[HIDDEN];
        for (int j = 0; j < HIDDEN; j++) {
            int second = HIDDEN + j;
            int third = 2 * HIDDEN + j;
            next[j] = switch (cell) {
                case RNN -> Math.tanh(a[j] + b[j]);
                case GRU -> {
                    double update = sigmoid(a[second] + b[second]);
                    double fresh = Math.tanh(a[third] + sigmoid(a[j] + b[j]) * b[third]);
                    yield (1 - update) * fresh + update * h[j];
                }
                case LSTM -> {
                    int fourth = 3 * HIDDEN + j;
                    c[j] = sigmoid(a[second] + b[second]) * c[j]
                            + sigmoid(a[j] + b[j]) * Math.tanh(a[third] + b[third]);
                    yield sigmoid(a[fourth] + b[fourth]) * Math.tanh(c[j]);
                }
            };
        }
        return next;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double[] product(HostTensor matrix, double[] x, HostTensor bias) {
        double[] y = new double[bias.floats().length];
        for (int i = 0; i < y.length; i++) {
            y[i] = bias.floats()[i];
            for (int j = 0; j < x.length; j++) {
                y[i] += (double) matrix.floats()[i * x.length + j] * x[j];
            }
        }
        return y;
    }
}
