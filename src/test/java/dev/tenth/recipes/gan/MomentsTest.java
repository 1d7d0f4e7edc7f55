package dev.tenth.recipes.gan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import org.junit.jupiter.api.Test;

class MomentsTest {
    /** Columns of ±1 that are orthogonal, so that the covariances are diagonal: (μ₁−μ₂)² + (σ₁−σ₂)² in each dimension. */
    @Test
    void theDistanceOfIndependentFeaturesIsThatOfTheirMeansAndDeviations() {
        double[] means = {1, -2, .5};
        double[] deviations = {.3, 4, 1};
        double[] otherMeans = {0, -2, 3};
        double[] otherDeviations = {2, 3.5, 1};
        double expected = 0;
        for (int j = 0; j < 3; j++) {
            expected += Math.pow(means[j] - otherMeans[j], 2) + Math.pow(deviations[j] - otherDeviations[j], 2);
        }
        assertThat(distance(orthogonal(means, deviations), orthogonal(otherMeans, otherDeviations), 3))
                .isCloseTo(expected, within(1e-5));
    }

    /** 8 rows; the mean of column j is {@code means[j]}, its deviation (by n − 1) {@code deviations[j]}. */
    private static float[] orthogonal(double[] means, double[] deviations) {
        float[] rows = new float[8 * 3];
        for (int i = 0; i < 8; i++) {
            for (int j = 0; j < 3; j++) {
                int sign = (i >> j & 1) == 0 ? 1 : -1;
                rows[3 * i + j] = (float) (means[j] + sign * deviations[j] * Math.sqrt(7 / 8.0));
            }
        }
        return rows;
    }

    /** The figure is numpy 2.4.6's, with the eigenvalues of the product of the two covariances, which is not symmetric. */
    @Test
    void theDistanceOfFeaturesThatHangTogetherIsNumpys() {
        float[] one = new float[40 * 6];
        for (int i = 0; i < 40; i++) {
            for (int j = 0; j < 6; j++) {
                one[6 * i + j] = (float) (Math.sin(1.7 * i * (j + 1) + j) + .1 * j);
            }
        }
        float[] other = new float[50 * 6];
        for (int i = 0; i < 50; i++) {
            for (int j = 0; j < 6; j++) {
                other[6 * i + j] = (float) (Math.cos(2.3 * i + i * j * j) * (1 + .3 * j) + .2 * j);
            }
        }
        assertThat(distance(one, other, 6)).isCloseTo(5.901376269393108, within(1e-5));
    }

    /** With fewer rows than features the covariances have no inverse. */
    @Test
    void featuresAreNowhereFromThemselvesEvenIfThereAreFewOfThem() {
        float[] rows = {1, 2, 3, 4, 0, 1, 0, 1, 5, 5, 2, 0};
        assertThat(distance(rows, rows, 4)).isCloseTo(0, within(1e-6));
    }

    private static double distance(float[] one, float[] other, int features) {
        int rows = one.length / features;
        int otherRows = other.length / features;
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method(
                        "measure",
                        t -> t.output(
                                "distance",
                                Moments.of(t.input("one", DType.FLOAT32, rows, features))
                                        .distance(Moments.of(t.input("other", DType.FLOAT32, otherRows, features))))));
        try (Executable executable = new Executable(program, Device.CPU, 1)) {
            return executable
                    .call("measure")
                    .with("one", HostTensor.of(one, rows, features))
                    .with("other", HostTensor.of(other, otherRows, features))
                    .run()
                    .get("distance")
                    .doubles()[0];
        }
    }
}
