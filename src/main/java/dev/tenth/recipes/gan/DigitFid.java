package dev.tenth.recipes.gan;

import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Examples.Part;
import dev.tenth.recipes.cnn.DigitScorer;
import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Program;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Shape;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * How far a generator's digits are from real ones: the Fréchet distance between what {@link DigitScorer} makes of both. It is that
 * judge's own scale: a FID from elsewhere is another one.
 */
final class DigitFid {
    /** Of the pictures that the judge can read. */
    static final int SIDE = 28;

    /** Pictures that are generated for a judgement; twice as many real ones are read, once. */
    private static final int SAMPLES = 2000;

    private static final int CHUNK = 250;

    /** Of the real pictures: made when they are first needed, not saved. */
    private static final Variable MEAN = Variable.data("fid/mean", DType.FLOAT64, DigitScorer.FEATURES);

    private static final Variable COVARIANCE =
            Variable.data("fid/covariance", DType.FLOAT64, DigitScorer.FEATURES, DigitScorer.FEATURES);
    /** The first distance that was measured in the run. */
    private static final Variable FIRST =
            new Variable("fid/first", DType.FLOAT64, Shape.SCALAR, Variable.Initial.zeros(), Variable.Role.STATE);

    private final DigitScorer scorer;
    private boolean realRead;

    /** @param scorer whose weights the executable of the program needs */
    DigitFid(DigitScorer scorer) {
        this.scorer = scorer;
    }

    /**
     * Adds the methods that are called here.
     *
     * @param noise makes latent vectors {@code [n, Z]}
     * @param generate makes pictures {@code [n, 784]} from 0 to 1 of them
     */
    void trace(
            Program.Builder methods,
            Examples examples,
            BiFunction<Trace, Integer, Tensor> noise,
            Function<Tensor, Tensor> generate) {
        methods.method("readReal", t -> {
                    int rows = (int) Math.min(examples.rows(Part.TEST), 2 * SAMPLES) / CHUNK * CHUNK;
                    Moments real = Moments.of(features(t.range(rows), chunk -> examples.inputs(t, Part.TEST, chunk)));
                    t.assign(MEAN, real.mean());
                    t.assign(COVARIANCE, real.covariance());
                })
                .method("measure", t -> {
                    Moments made = Moments.of(features(noise.apply(t, SAMPLES), generate));
                    Tensor fid = made.distance(new Moments(t.value(MEAN), t.value(COVARIANCE)));
                    Tensor first = t.value(FIRST);
                    Tensor kept = first.greaterThan(0).choose(first, fid);
                    t.assign(FIRST, kept);
                    t.output("fid", fid);
                    t.output("fidRatio", kept.dividedBy(fid));
                });
    }

    /** The judge's features of what is made of rows: {@code [n, 128]}. A part at a time, or it would take much memory. */
    private Tensor features(Tensor rows, Function<Tensor, Tensor> pictures) {
        long[] shape = rows.shape().dimensions();
        long chunks = shape[0] / CHUNK;
        long[] parts = new long[shape.length + 1];
        parts[0] = chunks;
        parts[1] = CHUNK;
        System.arraycopy(shape, 1, parts, 2, shape.length - 1);
        Tensor inParts = rows.reshape(parts);
        return rows.trace()
                .repeat(
                        chunks,
                        List.of(),
                        (part, _) -> new Trace.Round(
                                List.of(),
                                List.of(scorer.read(pictures.apply(inParts.select(0, part)))
                                        .features()
                                        .detach())))
                .getFirst()
                .reshape(shape[0], DigitScorer.FEATURES);
    }

    /**
     * The distance, {@code fid}, and how many times smaller it is than the first of the run, {@code fidRatio}; NaN for nets that
     * are not finite.
     */
    Map<String, Double> measure(Executable program, long seed) {
        if (!program.nonFinite().isEmpty()) {
            return Map.of("fid", Double.NaN, "fidRatio", Double.NaN); // what is NaN has no eigenvalues
        }
        if (!realRead) {
            program.call("readReal").run();
            realRead = true;
        }
        Map<String, HostTensor> seen = program.call("measure")
                .with("seed", Randomness.mix(seed, "fid"))
                .run();
        Map<String, Double> metrics = new LinkedHashMap<>();
        seen.forEach((name, value) -> metrics.put(name, value.doubles()[0]));
        return metrics;
    }
}
