package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What batch normalisation keeps between calls; its values and gradients are in {@link OperatorTest}. */
class BatchNormTest {
    private static final int BATCH = 8;
    private static final int CHANNELS = 3;
    private static final BatchNorm LAYER = BatchNorm.of("norm", CHANNELS);

    private static Executable executable(Consumer<Trace> train) {
        Program program = Program.trace(Precision.FLOAT32, methods -> methods.method("train", train)
                .method("use", t -> t.output("y", LAYER.apply(t.input("x", DType.FLOAT32, BATCH, CHANNELS)))));
        return new Executable(program, Device.CPU, 1);
    }

    private static HostTensor batch(long seed) {
        float[] values = new float[BATCH * CHANNELS];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian(3, 2);
        }
        return HostTensor.of(values, BATCH, CHANNELS);
    }

    private static double[] column(HostTensor batch, int channel) {
        double[] column = new double[BATCH];
        for (int i = 0; i < BATCH; i++) {
            column[i] = batch.floats()[i * CHANNELS + channel];
        }
        return column;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** Of a sample: over n − 1. */
    private static double variance(double[] values) {
        return Arrays.stream(values).map(x -> Math.pow(x - mean(values), 2)).sum() / (values.length - 1);
    }

    /** Two batches, in two calls. */
    @Test
    void theRunningStatisticsFollowTheBatches() {
        try (Executable program =
                executable(t -> t.output("y", LAYER.train(t.input("x", DType.FLOAT32, BATCH, CHANNELS))))) {
            program.call("train").with("x", batch(1)).run();
            program.call("train").with("x", batch(2)).run();
            for (int c = 0; c < CHANNELS; c++) {
                double[] first = column(batch(1), c);
                double[] second = column(batch(2), c);
                assertThat((double) program.get(LAYER.mean()).floats()[c])
                        .isEqualTo(.09 * mean(first) + .1 * mean(second), within(1e-5));
                assertThat((double) program.get(LAYER.variance()).floats()[c])
                        .isEqualTo(.81 + .09 * variance(first) + .1 * variance(second), within(1e-5));
            }
            float[] used =
                    program.call("use").with("x", batch(3)).run().get("y").floats();
            for (int i = 0; i < used.length; i++) {
                int c = i % CHANNELS;
                double expected =
                        (batch(3).floats()[i] - program.get(LAYER.mean()).floats()[c])
                                / Math.sqrt(program.get(LAYER.variance()).floats()[c] + 1e-5);
                assertThat((double) used[i]).isEqualTo(expected, within(1e-5));
            }
        }
    }

    /** The same batch in a loop of one call: each round moves them, and what is used afterwards sees it. */
    @Test
    void eachRoundOfALoopMovesThem() {
        try (Executable program = executable(t -> {
            Tensor x = t.input("x", DType.FLOAT32, BATCH, CHANNELS);
            Tensor before = LAYER.apply(x);
            Tensor last = t.repeat(
                            5,
                            List.of(t.zeros(BATCH, CHANNELS)),
                            (_, _) -> new Trace.Round(List.of(LAYER.train(x)), List.of()))
                    .getFirst();
            t.output("before", before);
            t.output("last", last);
            t.output("after", LAYER.apply(x));
        })) {
            var seen = program.call("train").with("x", batch(1)).run();
            for (int c = 0; c < CHANNELS; c++) {
                assertThat((double) program.get(LAYER.mean()).floats()[c])
                        .isEqualTo((1 - Math.pow(.9, 5)) * mean(column(batch(1), c)), within(1e-5));
            }
            assertThat(seen.get("before").floats()[0])
                    .isEqualTo((float) (batch(1).floats()[0] / Math.sqrt(1 + 1e-5)), within(1e-6f));
            assertThat(seen.get("after").floats())
                    .containsExactly(program.call("use")
                            .with("x", batch(1))
                            .run()
                            .get("y")
                            .floats());
        }
    }

    /** To give back what it got it has to learn the deviation and the mean that it took away. */
    @Test
    void learnsItsWeightAndBias() {
        try (Executable program = executable(t -> {
            Tensor x = t.input("x", DType.FLOAT32, BATCH, CHANNELS);
            t.minimize(
                    LAYER.train(x).meanSquaredError(x), LAYER.parameters(), new Optimizer.Sgd(), "sgd", Scalar.of(.1));
        })) {
            for (int i = 0; i < 300; i++) {
                program.call("train").with("x", batch(1)).run();
            }
            for (int c = 0; c < CHANNELS; c++) {
                double[] column = column(batch(1), c);
                double deviation = Math.sqrt(variance(column) * (BATCH - 1) / BATCH);
                assertThat((double) program.get(LAYER.weight()).floats()[c]).isEqualTo(deviation, within(1e-3));
                assertThat((double) program.get(LAYER.bias()).floats()[c]).isEqualTo(mean(column), within(1e-3));
            }
        }
    }

    @Test
    void oneNumberAChannelIsRefused() {
        assertThatThrownBy(() -> executable(t -> t.output("y", LAYER.train(t.input("x", DType.FLOAT32, 1, CHANNELS)))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[1, 3] has one number a channel");
        assertThatThrownBy(() -> executable(t -> t.output("y", LAYER.train(t.input("x", DType.FLOAT32, BATCH, 4)))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[8, 4]");
    }
}
