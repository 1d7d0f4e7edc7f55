package dev.tenth.recipes.gan;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Prior;
import dev.tenth.recipe.RowModel;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.recipe.TensorModel.Signature;
import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import java.util.List;
import java.util.Map;

/** The generator of {@link Gan1d}: z [B, 20] to x = 4σ·tanh(…) + μ, and its use after the training. */
final class LineGenerator {
    static final int NOISE = 20;
    static final LineNet G = LineNet.of("g", NOISE);

    /** μ and σ of the target in a saved state: where the samples are the user's, the parameters do not tell them. */
    private static final String MOMENTS = "target/moments";

    /** Noise {@code z}, uniform on (−reach, reach), to a sample on the line. */
    private static Signature signature(double reach) {
        return new Signature(
                List.of(Port.latent(NOISE, new Prior.Uniform(reach))),
                List.of(new Port("x", DType.FLOAT32, List.of(1L), "a sample on the line")),
                List.of());
    }

    private LineGenerator() {}

    /** x [B, 1] of z [B, 20]. */
    static Tensor generate(Tensor z, double mu, double sigma) {
        return G.apply(z).tanh().times(4 * sigma).plus(mu);
    }

    /** What a state has to hold besides the nets. */
    static Map<String, HostTensor> saved(TargetDistribution target) {
        return Map.of(MOMENTS, HostTensor.of(new double[] {target.mu(), target.sigma()}, 2));
    }

    static Ability<Gan1d.Settings> ability() {
        return new Ability.Infer<>(Ability.Task.SAMPLE, LineGenerator::open);
    }

    private static TensorModel open(Gan1d.Settings settings, Map<String, TensorSource> state, Device device) {
        double[] moments = state.containsKey(MOMENTS)
                ? state.get(MOMENTS).read().doubles()
                : new double[] {settings.imitated().mu(), settings.imitated().sigma()};
        Signature signature =
                signature(TargetDistribution.reach(settings.imitated().target(), moments[1]));
        Program traced = Program.trace(
                Precision.FLOAT32,
                methods -> RowModel.trace(
                        methods, signature, inputs -> Map.of("x", generate(inputs.get("z"), moments[0], moments[1]))));
        return new RowModel(signature, new Executable(traced, device, state));
    }
}
