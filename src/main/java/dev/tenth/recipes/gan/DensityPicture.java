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
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The picture and the figures of {@link Gan1d}: both densities, D beside D*, and the map from noise to the line. */
final class DensityPicture {
    /** Enough that the histogram's own noise adds less than .001 to the divergence. */
    static final int SAMPLES = 10_000;

    private static final int BINS = 64;
    private static final int DIAGONAL_POINTS = 41;
    /** How far the picture reaches from the mean: all that G can make. */
    private static final double REACH = 4;

    private static final double MET_DIVERGENCE = .01;
    private static final double MET_DEVIATION = .08;

    /** What is to be seen, in order. The last comes when the figures say so, not at the end. */
    enum Stage {
        APART("stage 1: two distributions that have nothing in common, a discriminator that knows nothing"),
        TOLD_APART("stage 2: the discriminator has learned D*, the generator has not moved"),
        FOLLOWING("stage 3: the generator follows the slope of D"),
        MET("stage 4: the distributions have met; the best guess is D = ½");

        private final String text;

        Stage(String text) {
            this.text = text;
        }
    }

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
            diagonal[i] = (float) (target.reach() * (2.0 * i / (DIAGONAL_POINTS - 1) - 1));
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

    /** Looks at a program's nets, and tells the stage, the figures and the pictures. */
    void look(Executable program, long noise, Map<String, HostTensor> losses, Stage stage, Consumer<Shown> show) {
        Map<String, HostTensor> seen = program.call("look")
                .with("seed", noise)
                .with("x", HostTensor.of(line, BINS, 1))
                .with("z", HostTensor.of(diagonal, DIAGONAL_POINTS, 1))
                .run();
        float[] samples = seen.get("samples").floats();
        float[] d = seen.get("d").floats();
        double[] generated = Histogram.shares(samples, edges);
        double[] optimal = new double[BINS];
        for (int i = 0; i < BINS; i++) {
            // Where neither has been seen nothing can be said; ½ is what no evidence gives.
            optimal[i] = real[i] + generated[i] > 0 ? real[i] / (real[i] + generated[i]) : .5;
        }
        Map<String, Double> figures = figures(samples, generated, d, optimal);
        losses.forEach((name, loss) -> figures.put(name, (double) loss.floats()[0]));
        boolean met = stage == Stage.FOLLOWING && haveMet(figures);
        show.accept(new Shown.Text("stage", (met ? Stage.MET : stage).text));
        show.accept(new Shown.Metrics(figures));
        double[] density = density(generated);
        show.accept(new Shown.Histogram("density", edges, named("data", density(real), "generated", density)));
        show.accept(new Shown.Curve("discriminator", doubles(line), named("D", doubles(d), "optimal", optimal)));
        show.accept(new Shown.Curve(
                "map", doubles(diagonal), Map.of("x", doubles(seen.get("map").floats()))));
    }

    /** Whether the two distributions are as near to each other, and D to ½, as a whole run of the author's set-up brings them. */
    private static boolean haveMet(Map<String, Double> figures) {
        return figures.get("jsDivergence") <= MET_DIVERGENCE && figures.get("maxDeviationFromHalf") <= MET_DEVIATION;
    }

    private Map<String, Double> figures(float[] samples, double[] generated, float[] d, double[] optimal) {
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
        Map<String, Double> figures = new LinkedHashMap<>();
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
