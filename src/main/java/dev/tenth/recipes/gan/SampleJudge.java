package dev.tenth.recipes.gan;

import dev.tenth.recipes.cnn.DigitScorer;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Program;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Says how varied the pictures of a generator are: which digits the frozen net sees in 1 000 of them, and how near each is to its
 * nearest twin.
 */
final class SampleJudge {
    static final int SAMPLES = 1000;
    /** So many of them look for their nearest among each other: with more, real digits would have nearer ones as well. */
    static final int TWINS = 256;
    /** So many are read at once: more would only take memory. */
    private static final int CHUNK = 250;
    /** From this share of the samples on a class counts as covered. */
    private static final double COVERED = .01;
    /** Farther than any two pictures. */
    private static final double FAR = 1e9;

    private final DigitScorer scorer;

    /** @param scorer whose weights the executable of the program needs */
    SampleJudge(DigitScorer scorer) {
        this.scorer = scorer;
    }

    /**
     * What was seen.
     *
     * @param counts of each digit; NaN where the net's scores are
     * @param confidence the mean probability of the digit that the net sees: no sign of health, collapse raises it
     * @param twinDistance the median of the distances (L2, of pixels from 0 to 1) to the nearest other one; 6.3 for real digits
     */
    record Judgement(double[] counts, double confidence, double twinDistance) {
        /** The classes with at least a hundredth of the samples. */
        int classesCovered() {
            double least = COVERED * Arrays.stream(counts).sum();
            return (int) Arrays.stream(counts).filter(count -> count >= least).count();
        }

        /** Whether the pictures could be read: those of nets that are not finite cannot. */
        boolean isFinite() {
            return Double.isFinite(confidence);
        }

        /** Of the shares of the classes, in nats: ln 10 = 2.30 where all are alike. */
        double entropy() {
            double all = Arrays.stream(counts).sum();
            return Arrays.stream(counts)
                    .filter(count -> count != 0)
                    .map(count -> -count / all * Math.log(count / all))
                    .sum();
        }

        /** The share of the two most frequent classes. */
        double top2Share() {
            double[] sorted = counts.clone();
            Arrays.sort(sorted);
            return (sorted[sorted.length - 1] + sorted[sorted.length - 2])
                    / Arrays.stream(counts).sum();
        }

        /** All of it by the names on the wire. */
        Map<String, Double> metrics() {
            Map<String, Double> metrics = new LinkedHashMap<>();
            metrics.put("classesCovered", isFinite() ? classesCovered() : Double.NaN);
            metrics.put("classEntropy", entropy());
            metrics.put("confidence", confidence);
            metrics.put("twinDistance", twinDistance);
            metrics.put("top2Share", top2Share());
            return metrics;
        }
    }

    /**
     * Adds the method that is called here.
     *
     * @param samples makes so many pictures, {@code [n, 784]} from 0 to 1
     */
    void trace(Program.Builder methods, BiFunction<Trace, Integer, Tensor> samples) {
        methods.method("judgeSamples", t -> {
            Tensor pixels = samples.apply(t, SAMPLES); // [1000, 784]
            Tensor probabilities = probabilities(pixels); // [1000, 10]
            t.output(
                    "counts",
                    probabilities.argmax(1).oneHot(DigitScorer.CLASSES).sum(0));
            t.output("confidence", probabilities.max(1).mean());
            t.output("nearest", nearest(pixels.narrow(0, 0, TWINS)));
        });
    }

    private Tensor probabilities(Tensor pixels) {
        Tensor chunks = pixels.reshape(SAMPLES / CHUNK, CHUNK, pixels.size(1));
        return pixels.trace()
                .repeat(
                        SAMPLES / CHUNK,
                        List.of(),
                        (chunk, _) -> new Trace.Round(
                                List.of(),
                                List.of(scorer.read(chunks.select(0, chunk))
                                        .logits()
                                        .softmax(1))))
                .getFirst()
                .reshape(SAMPLES, DigitScorer.CLASSES);
    }

    /** The distance of each row to the nearest other one, {@code [N]}: |a − b|² = |a|² + |b|² − 2·a·b. */
    private static Tensor nearest(Tensor pixels) {
        Trace t = pixels.trace();
        Tensor squares = pixels.square().sum(1); // [N]
        Tensor distances = squares.unsqueeze(1)
                .plus(squares.unsqueeze(0))
                .minus(pixels.matmul(pixels.transpose(0, 1)).times(2)); // [N, N]
        Tensor places = t.range(pixels.size(0));
        Tensor itself = places.unsqueeze(1).equalTo(places.unsqueeze(0));
        return distances.masked(itself, FAR).min(1).clamp(0, FAR).sqrt();
    }

    /**
     * Looks at samples.
     *
     * @param call of the method, with all that making samples takes
     */
    static Judgement judge(Executable.Call call) {
        Map<String, HostTensor> seen = call.run();
        float[] counts = seen.get("counts").floats();
        double[] classes = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            classes[i] = counts[i];
        }
        float confidence = seen.get("confidence").floats()[0];
        if (Float.isNaN(confidence)) {
            Arrays.fill(classes, Double.NaN);
        }
        float[] nearest = seen.get("nearest").floats();
        Arrays.sort(nearest);
        double median = (nearest[TWINS / 2 - 1] + nearest[TWINS / 2]) / 2.0;
        return new Judgement(classes, confidence, median);
    }
}
