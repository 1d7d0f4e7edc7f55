package dev.tenth.recipes.gan;

import dev.tenth.recipe.Shown;
import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

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
    /** Where D is looked at: the middle of each bin. */
    private final float[] line = new float[BINS];
    /** Where G is looked at: equal coordinates of the noise. */
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

    /**
     * Adds the method that is called here: samples of G, D over the line, G along the diagonal of the noise cube.
     *
     * @param noise draws so many z, {@code [n, 20]}
     * @param g makes {@code [n, 1]} of z
     * @param d makes logits of x, {@code [n, 1]}
     */
    void trace(
            Program.Builder methods,
            BiFunction<Random, Long, Tensor> noise,
            UnaryOperator<Tensor> g,
            UnaryOperator<Tensor> d) {
        methods.method("look", t -> {
            Tensor z = noise.apply(t.random(t.integer("seed")), (long) SAMPLES);
            t.output("samples", g.apply(z).reshape(SAMPLES));
            t.output(
                    "d", d.apply(t.input("x", DType.FLOAT32, BINS, 1)).sigmoid().reshape(BINS));
            Tensor equal = t.input("z", DType.FLOAT32, DIAGONAL_POINTS, 1).expand(DIAGONAL_POINTS, z.size(1));
            t.output("map", g.apply(equal).reshape(DIAGONAL_POINTS));
        });
    }

    /** Looks at a program's nets. */
    List<Shown> look(Executable program, long noise, Map<String, HostTensor> losses) {
        Map<String, Double> figures = new LinkedHashMap<>();
        losses.forEach((name, loss) -> figures.put(name, (double) loss.floats()[0]));
        Map<String, HostTensor> seen = program.call("look")
                .with("seed", noise)
                .with("x", HostTensor.of(line, BINS, 1))
                .with("z", HostTensor.of(diagonal, DIAGONAL_POINTS, 1))
                .run();
        return of(
                seen.get("samples").floats(),
                seen.get("d").floats(),
                seen.get("map").floats(),
                figures);
    }

    private List<Shown> of(float[] samples, float[] d, float[] map, Map<String, Double> losses) {
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
