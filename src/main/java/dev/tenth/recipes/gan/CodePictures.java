package dev.tenth.recipes.gan;

import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Examples.Part;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Tiles;
import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** How good the codes of {@link Vae} are on the test part, and what is to be seen of them. */
final class CodePictures {
    /** So many test pictures are judged in one call. */
    private static final int CHUNK = 500;
    /** So many test pictures are shown with what becomes of them, in rows of so many. */
    private static final int PAIRS = 20;

    private static final int COLUMNS = 10;
    private static final int SAMPLES = 100;
    /** The plane of codes is seen at so many places along each side. */
    private static final int PLACES = 20;
    /** So many codes of each class are shown. */
    private static final int POINTS = 100;

    private final VaeNet net;
    private final Examples examples;
    private final int latent;
    private final long seed;
    private final int chunk;

    CodePictures(VaeNet net, Examples examples, int latent, long seed) {
        this.net = net;
        this.examples = examples;
        this.latent = latent;
        this.seed = seed;
        this.chunk = (int) Math.min(CHUNK, examples.rows(Part.TEST));
    }

    /** Adds what {@link #show} calls. */
    void trace(Program.Builder methods) {
        methods.method("judge", this::judge).method("pairs", this::pairs).method("draw", this::draw);
    }

    /** The two parts of −ELBO of some test pictures, with one code drawn for each. */
    private void judge(Trace t) {
        Tensor rows = t.range(chunk).plus(t.integer("first")); // [n]
        Tensor pixels = examples.inputs(t, Part.TEST, rows); // [n, 784]
        Code code = net.encode(pixels);
        Tensor logits = net.decode(code.sample(t.random(t.integer("seed"))));
        t.output("reconstruction", VaeNet.reconstruction(pixels, logits)); // [n]
        t.output("kl", code.divergence()); // [n]
        t.output("codes", code.mean()); // [n, Z]
        t.output("labels", examples.labels(t, Part.TEST, rows)); // [n]
    }

    /** The first test pictures and, drawn again from the mean of their codes, the same. */
    private void pairs(Trace t) {
        Tensor pixels = examples.inputs(t, Part.TEST, t.range(Math.min(PAIRS, chunk)));
        t.output("pixels", pixels);
        t.output("drawn", net.picture(net.encode(pixels).mean()));
        // A training picture's label, so that all data that is there is known to the program.
        t.output("label", examples.labels(t, Part.TRAINING, t.range(1)));
    }

    /** Pictures of codes: of two numbers, those that cut N(0, 1) into equal parts; of more, drawn ones. */
    private void draw(Trace t) {
        Random random = t.random(t.integer("seed"));
        Tensor z = latent == 2 ? plane(t) : random.normal(SAMPLES, latent);
        t.output("pictures", net.picture(z));
    }

    /** {@code [PLACES², 2]}: the first number grows to the right, the second upwards. */
    private static Tensor plane(Trace t) {
        Tensor shares = t.range(PLACES).cast(DType.FLOAT32).plus(.5).dividedBy(PLACES); // [P]
        Tensor places = shares.times(2).minus(1).erfinv().times(Math.sqrt(2));
        Tensor x = places.reshape(1, PLACES).expand(PLACES, PLACES);
        Tensor y = places.negate().reshape(PLACES, 1).expand(PLACES, PLACES);
        return Tensor.stack(2, List.of(x, y)).reshape(PLACES * PLACES, 2);
    }

    /**
     * Judges, and shows what is to be seen.
     *
     * @param known figures that are shown with the judgement's
     */
    void show(Executable program, Map<String, Double> known, Consumer<Shown> show) {
        Map<String, Double> metrics = new LinkedHashMap<>(known);
        Map<String, double[][]> codes = judge(program, metrics);
        show.accept(new Shown.Metrics(metrics));
        if (latent == 2) {
            show.accept(new Shown.Trail("codes", codes));
        }
        show.accept(reconstructions(program));
        float[] pictures = program.call("draw")
                .with("seed", Randomness.mix(seed, "samples"))
                .run()
                .get("pictures")
                .floats();
        show.accept(
                latent == 2
                        ? grey(
                                "manifold",
                                pictures,
                                PLACES,
                                "the digits of the plane of codes, from −2 to 2 and beyond")
                        : grey("samples", pictures, COLUMNS, "digits of random codes, the same each time"));
    }

    private static Shown.Image grey(String id, float[] pixels, int columns, String caption) {
        return Tiles.grey(id, pixels, VaeNet.SIDE, VaeNet.SIDE, columns, caption);
    }

    /** Puts the figures over all test pictures into {@code metrics}; the codes of some, by class. */
    private Map<String, double[][]> judge(Executable program, Map<String, Double> metrics) {
        int rows = Math.toIntExact(examples.rows(Part.TEST));
        double reconstruction = 0;
        double divergence = 0;
        Map<String, double[][]> codes = new LinkedHashMap<>();
        int[] found = new int[examples.classes().size()];
        double[][][] points = new double[found.length][POINTS][];
        for (int begin = 0; begin < rows; begin += chunk) {
            // The last chunk reaches back over rows that have been counted.
            int first = Math.min(begin, rows - chunk);
            Map<String, HostTensor> seen = program.call("judge")
                    .with("first", first)
                    .with("seed", Randomness.mix(Randomness.mix(seed, "judge"), first))
                    .run();
            float[] reconstructions = seen.get("reconstruction").floats();
            float[] divergences = seen.get("kl").floats();
            float[] means = seen.get("codes").floats();
            long[] labels = seen.get("labels").longs();
            for (int i = begin - first; i < chunk; i++) {
                reconstruction += reconstructions[i];
                divergence += divergences[i];
                int label = (int) labels[i];
                if (found[label] < POINTS && latent == 2) {
                    points[label][found[label]++] = new double[] {means[2 * i], means[2 * i + 1]};
                }
            }
        }
        for (int label = 0; label < found.length; label++) {
            codes.put(examples.classes().get(label), Arrays.copyOf(points[label], found[label]));
        }
        metrics.put("negativeElbo", (reconstruction + divergence) / rows);
        metrics.put("reconstruction", reconstruction / rows);
        metrics.put("kl", divergence / rows);
        return codes;
    }

    /** Rows of test pictures, and below each row what was drawn from its codes. */
    private Shown.Image reconstructions(Executable program) {
        Map<String, HostTensor> seen = program.call("pairs").run();
        float[] pixels = seen.get("pixels").floats();
        float[] drawn = seen.get("drawn").floats();
        float[] all = new float[pixels.length + drawn.length];
        int row = COLUMNS * VaeNet.PIXELS;
        for (int from = 0, to = 0; from < pixels.length; from += row, to += 2 * row) {
            int length = Math.min(row, pixels.length - from);
            System.arraycopy(pixels, from, all, to, length);
            System.arraycopy(drawn, from, all, to + length, length);
        }
        return grey("reconstructions", all, COLUMNS, "test digits, and below each what is drawn from its code");
    }
}
