package dev.tenth.recipes.gan;

import dev.tenth.recipe.Shown;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The picture and the figures of {@link Gan1d}: both densities, D beside D*, and the map from noise to the line. */
final class DensityPicture {
    /** Enough that the histogram's own noise adds less than .001 to the divergence. */
    static final int SAMPLES = 10_000;

    private static final int BINS = 64;
    private static final int DIAGONAL_POINTS = 41;
    /** How far the picture reaches from the mean: all that G can make. */
    private static final double REACH = 4;

    private final TargetDistribution target;
    private final double[] edges = new double[BINS + 1];
    private final float[] line = new float[BINS];
    private final float[] diagonal = new float[DIAGONAL_POINTS];
    private final double[] real;

    DensityPicture(TargetDistribution target) {
        this.target = target;
        double width = 2 * REACH * target.sigma() / BINS;
        for (int i = 0; i <= BINS; i++) {
            edges[i] = target.mu() - REACH * target.sigma() + i * width;
        }
        for (int i = 0; i < BINS; i++) {
            line[i] = (float) (edges[i] + width / 2);
        }
        for (int i = 0; i < DIAGONAL_POINTS; i++) {
            diagonal[i] = (float) (target.sigma() * (2.0 * i / (DIAGONAL_POINTS - 1) - 1));
        }
        real = target.shares(edges);
    }

    /** Where D is looked at: the middle of each bin. */
    float[] line() {
        return line;
    }

    /** Where G is looked at: equal coordinates of the noise. */
    float[] diagonal() {
        return diagonal;
    }

    List<Shown> of(float[] samples, float[] d, float[] map, Map<String, Double> losses) {
        double[] generated = Histogram.shares(samples, edges);
        double[] optimal = new double[BINS];
        for (int i = 0; i < BINS; i++) {
            // Where neither has been seen nothing can be said; ½ is what no evidence gives.
            optimal[i] = real[i] + generated[i] > 0 ? real[i] / (real[i] + generated[i]) : .5;
        }
        double[] x = doubles(line);
        double[] density = density(generated);
        return List.of(
                new Shown.Metrics(figures(samples, generated, d, optimal, losses)),
                new Shown.Histogram("density", edges, named("data", density(real), "generated", density)),
                new Shown.Curve("discriminator", x, named("D", doubles(d), "optimal", optimal)),
                new Shown.Curve("map", doubles(diagonal), Map.of("x", doubles(map))));
    }

    private Map<String, Double> figures(
            float[] samples, double[] generated, float[] d, double[] optimal, Map<String, Double> losses) {
        double mean = 0;
        double squares = 0;
        for (float sample : samples) {
            mean += sample / (double) samples.length;
            squares += (double) sample * sample / samples.length;
        }
        double deviation = 0;
        double weighted = 0;
        for (int i = 0; i < BINS; i++) {
            if (Math.abs(line[i] - target.mu()) <= 2 * target.sigma()) {
                deviation = Math.max(deviation, Math.abs(d[i] - .5));
            }
            weighted += (real[i] + generated[i]) / 2 * Math.abs(d[i] - optimal[i]);
        }
        Map<String, Double> figures = new LinkedHashMap<>(losses);
        figures.put("sampleMean", mean);
        figures.put("sampleStd", Math.sqrt(Math.max(0, squares - mean * mean)));
        figures.put("jsDivergence", Histogram.jensenShannon(real, generated));
        figures.put("maxDeviationFromHalf", deviation);
        figures.put("deviationFromOptimal", weighted);
        return figures;
    }

    private double[] density(double[] shares) {
        double width = edges[1] - edges[0];
        return Arrays.stream(shares).map(share -> share / width).toArray();
    }

    private static Map<String, double[]> named(String first, double[] a, String second, double[] b) {
        Map<String, double[]> series = new LinkedHashMap<>();
        series.put(first, a);
        series.put(second, b);
        return series;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
