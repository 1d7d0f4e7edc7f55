package dev.tenth.recipes.gan;

import dev.tenth.data.Dataset;
import dev.tenth.data.Datasets;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Schema;
import dev.tenth.torch.DType;
import dev.tenth.torch.Random;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What {@link Gan1d} imitates.
 *
 * @param mu its mean
 * @param sigma its standard deviation (of the mixture: the distance of each mode from the mean)
 * @param data the samples of the user, if these are the target
 */
record TargetDistribution(Target kind, double mu, double sigma, Optional<float[]> data) {
    /** The mixture's modes are this much narrower than they are apart. */
    private static final double MODE_WIDTH = 1 / 3.0;

    /** The author's choice. */
    static final double MU = 4;

    static final double SIGMA = 2;

    /** What can be imitated; each but the user's own samples has mean μ and standard deviation about σ. */
    enum Target {
        NORMAL,
        MIXTURE,
        UNIFORM,
        SAMPLES
    }

    /** The choice among them. */
    record Choice(
            @Parameter(help = "Where the real samples come from")
            Target target,

            @Parameter(help = "Mean of the real samples", min = -1000, max = 1000)
            double mu,

            @Parameter(help = "Standard deviation of the real samples", min = 0, minExclusive = true, max = 1000)
            double sigma,

            @Parameter(help = "Your own samples, for the target \"samples\"", dataset = Dataset.Kind.NUMBERS)
            String samples) {
        Choice {
            if (target == Target.SAMPLES && samples.isEmpty()) {
                throw new Schema.InvalidParametersException(List.of(new Schema.Violation(
                        "samples", samples, "the id of a data set of kind numbers, for the target \"samples\"")));
            }
        }
    }

    static TargetDistribution of(Choice choice, Datasets datasets) {
        if (choice.target() != Target.SAMPLES) {
            return new TargetDistribution(choice.target(), choice.mu(), choice.sigma(), Optional.empty());
        }
        double[] samples = datasets.numbers(choice.samples());
        double mean = Arrays.stream(samples).average().orElseThrow();
        double variance = Arrays.stream(samples)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow();
        float[] values = new float[samples.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) samples[i];
        }
        return new TargetDistribution(choice.target(), mean, Math.max(Math.sqrt(variance), 1e-6), Optional.of(values));
    }

    /** Where the user's samples stay while the run trains. */
    Variable resident() {
        return Variable.data("samples", DType.FLOAT32, data.orElseThrow().length);
    }

    /** Real samples, {@code [batch, 1]}. */
    Tensor sample(Trace t, Random random, long batch) {
        return switch (kind) {
            case NORMAL -> random.normalAround(mu, sigma, batch, 1);
            case UNIFORM ->
                random.uniform(batch, 1)
                        .minus(.5)
                        .times(2 * Math.sqrt(3) * sigma)
                        .plus(mu);
            case MIXTURE -> {
                Tensor side = random.uniform(batch, 1).greaterThan(.5).choose(t.ones(batch, 1), t.full(-1, batch, 1));
                yield random.normal(batch, 1)
                        .times(sigma * MODE_WIDTH)
                        .plus(side.times(sigma))
                        .plus(mu);
            }
            case SAMPLES ->
                t.value(resident())
                        .indexSelect(0, random.integers(data.orElseThrow().length, batch))
                        .reshape(batch, 1);
        };
    }

    /**
     * Samples as D sees them. The author's nets are made for numbers near 4 ± 2: what is far away, or very wide, would drive them
     * into saturation. The user's own samples are moved there; the author's D sees its own as they are.
     *
     * @param x {@code [n, 1]}
     */
    Tensor seen(Tensor x) {
        return kind == Target.SAMPLES ? x.plus(-mu).times(SIGMA / sigma).plus(MU) : x;
    }

    /** How far the noise reaches: the author's σ, and not the samples', for the same reason. */
    double reach() {
        return reach(kind, sigma);
    }

    /** What samples are made of: U(−reach, reach), {@code [n, 20]}. */
    Tensor noise(Random random, long n) {
        return random.uniformBetween(-reach(), reach(), n, LineGenerator.NOISE);
    }

    static double reach(Target kind, double sigma) {
        return kind == Target.SAMPLES ? SIGMA : sigma;
    }

    /** The share of real samples in each bin, which lie between successive edges. */
    double[] shares(double[] edges) {
        double[] shares = new double[edges.length - 1];
        if (data.isPresent()) {
            return Histogram.shares(data.get(), edges);
        }
        for (int i = 0; i < shares.length; i++) {
            shares[i] = cumulative(edges[i + 1]) - cumulative(edges[i]);
        }
        return shares;
    }

    private double cumulative(double x) {
        return switch (kind) {
            case NORMAL -> normal((x - mu) / sigma);
            case UNIFORM -> Math.clamp((x - mu) / (2 * Math.sqrt(3) * sigma) + .5, 0, 1);
            case MIXTURE ->
                (normal((x - mu - sigma) / (sigma * MODE_WIDTH)) + normal((x - mu + sigma) / (sigma * MODE_WIDTH))) / 2;
            case SAMPLES -> throw new IllegalStateException("the samples themselves are counted");
        };
    }

    /** Φ, by the error function's expansion of Abramowitz and Stegun 7.1.26: |error| ≤ 1.5e-7. */
    private static double normal(double z) {
        double x = Math.abs(z) / Math.sqrt(2);
        double t = 1 / (1 + .3275911 * x);
        double tail = t
                * (.254829592 + t * (-.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
                * Math.exp(-x * x)
                / 2;
        return z > 0 ? 1 - tail : tail;
    }
}
