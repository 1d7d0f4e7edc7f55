package dev.tenth.recipes.gan;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Prior;
import dev.tenth.recipe.RowModel;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.recipe.TensorModel.Signature;
import dev.tenth.torch.BatchNorm;
import dev.tenth.torch.DType;
import dev.tenth.torch.Dense;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Variable;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The nets of {@link GanDigits}, all dense: G makes pictures of noise, D tells them from real ones. */
record DigitGanNets(Choices kind, List<Dense> g, List<BatchNorm> norms, List<Dense> d) {
    static final int LATENT = 100;
    static final int SIDE = 28;
    static final int PIXELS = SIDE * SIDE;

    private static final int[] G_WIDTHS = {LATENT, 128, 256, 512, PIXELS};
    private static final int[] D_WIDTHS = {PIXELS, 512, 256, 128, 1};
    private static final double SLOPE = .2;

    /** What can be chosen of them: where the first MNIST GANs and today's differ. */
    public record Choices(
            @Parameter(help = "Between the layers: tanh, from Glorot's first weights, or leaky ReLU, from PyTorch's")
            Activation activation,

            @Parameter(help = "Whether the generator normalises its layers over the batch")
            boolean batchNorm,

            @Parameter(help = "Whether the discriminator sees pixels from −1 to 1 (2x − 1) instead of 0 to 1")
            boolean centred,

            @Parameter(help = "Where the noise comes from: N(0, 1) or U(−1, 1)")
            Noise noise) {}

    /** What comes between the layers. */
    public enum Activation {
        TANH,
        LEAKY_RELU
    }

    /** The distributions of the noise. */
    public enum Noise {
        NORMAL,
        UNIFORM
    }

    static DigitGanNets of(Choices kind) {
        return new DigitGanNets(
                kind,
                layers("g", G_WIDTHS, kind.activation()),
                kind.batchNorm()
                        ? IntStream.range(1, G_WIDTHS.length - 1)
                                .mapToObj(i -> BatchNorm.of("g/norm" + i, G_WIDTHS[i]))
                                .toList()
                        : List.of(),
                layers("d", D_WIDTHS, kind.activation()));
    }

    private static List<Dense> layers(String name, int[] widths, Activation activation) {
        return IntStream.range(1, widths.length)
                .mapToObj(i -> switch (activation) {
                    case TANH -> Dense.glorot(name + "/" + i, widths[i - 1], widths[i]);
                    case LEAKY_RELU -> Dense.of(name + "/" + i, widths[i - 1], widths[i]);
                })
                .toList();
    }

    /** Noise, {@code [n, 100]}: from N(0, 1) or U(−1, 1). */
    Tensor noise(Random random, long n) {
        return switch (kind.noise()) {
            case NORMAL -> random.normal(n, LATENT);
            case UNIFORM -> random.uniformBetween(-1, 1, n, LATENT);
        };
    }

    /** Pictures {@code [N, 784]} from 0 to 1 of noise {@code [N, 100]}, in training: by the batch's own statistics. */
    Tensor train(Tensor z) {
        return generate(z, BatchNorm::train);
    }

    /** The same in use. */
    Tensor generate(Tensor z) {
        return generate(z, BatchNorm::apply);
    }

    private Tensor generate(Tensor z, Normalisation normalisation) {
        Tensor x = z;
        for (int i = 0; i < g.size() - 1; i++) {
            x = g.get(i).apply(x); // [N, 128], [N, 256], [N, 512]
            x = activate(norms.isEmpty() ? x : normalisation.of(norms.get(i), x));
        }
        return g.getLast().apply(x).sigmoid(); // [N, 784]
    }

    @FunctionalInterface
    private interface Normalisation {
        Tensor of(BatchNorm layer, Tensor x);
    }

    /**
     * How much D takes pictures for real, as logits {@code [N, 1]}.
     *
     * @param pixels {@code [N, 784]} from 0 to 1
     * @param dropout applied to the outputs of each hidden layer
     */
    Tensor discriminate(Tensor pixels, UnaryOperator<Tensor> dropout) {
        Tensor x = kind.centred() ? pixels.times(2).plus(-1.0) : pixels; // [N, 784]
        for (int i = 0; i < d.size() - 1; i++) {
            x = dropout.apply(activate(d.get(i).apply(x))); // [N, 512], [N, 256], [N, 128]
        }
        return d.getLast().apply(x); // [N, 1]
    }

    private Tensor activate(Tensor x) {
        return switch (kind.activation()) {
            case TANH -> x.tanh();
            case LEAKY_RELU -> x.leakyRelu(SLOPE);
        };
    }

    List<Variable> generator() {
        return Stream.concat(
                        g.stream().flatMap(layer -> layer.parameters().stream()),
                        norms.stream().flatMap(layer -> layer.parameters().stream()))
                .toList();
    }

    List<Variable> discriminator() {
        return d.stream().flatMap(layer -> layer.parameters().stream()).toList();
    }

    // ---- its use

    /** Pictures of noise. */
    static Ability<GanDigits.Settings> ability() {
        return new Ability.Infer<>(Ability.Task.SAMPLE, DigitGanNets::open);
    }

    private static TensorModel open(GanDigits.Settings settings, Map<String, TensorSource> state, Device device) {
        DigitGanNets nets = of(settings.nets());
        Prior prior =
                switch (settings.nets().noise()) {
                    case NORMAL -> new Prior.Normal();
                    case UNIFORM -> new Prior.Uniform(1);
                };
        Signature signature = new Signature(
                List.of(Port.latent(LATENT, prior)),
                List.of(new Port("image", DType.FLOAT32, List.of((long) SIDE, (long) SIDE), "grey, from 0 to 1")),
                List.of());
        Program traced = Program.trace(
                Precision.FLOAT32,
                methods -> RowModel.trace(methods, signature, inputs -> {
                    Tensor z = inputs.get("z");
                    return Map.of("image", nets.generate(z).reshape(z.size(0), SIDE, SIDE));
                }));
        return new RowModel(signature, new Executable(traced, device, state));
    }
}
