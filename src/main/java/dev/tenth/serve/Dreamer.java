package dev.tenth.serve;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Prior;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.recipe.TensorModel.Signature;
import dev.tenth.serve.ModelException.Reason;
import dev.tenth.serve.Models.Version;
import dev.tenth.torch.HostTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A version that makes pictures of latent vectors: the ability that takes {@code z} alone and gives {@code image}.
 *
 * @param z the vectors that it takes
 * @param image the pictures that it gives
 */
record Dreamer(Engine engine, Version version, Ability.Infer<?> ability, Port z, Port image) {
    static final String LATENT = "z";
    static final String PICTURE = "image";
    /** The most pixels of one mosaic. */
    static final long MOST_PIXELS = 1 << 20;

    /** That of a version, loaded; exceptionally a {@link ModelException} if it makes no pictures of latent vectors. */
    static CompletableFuture<Dreamer> of(Engine engine, Version version) {
        return of(engine, version, candidates(version), 0);
    }

    private static List<? extends Ability.Infer<?>> candidates(Version version) {
        return version.recipe().abilities().stream()
                .filter(Ability.Infer.class::isInstance)
                .map(ability -> (Ability.Infer<?>) ability)
                .toList();
    }

    private static CompletableFuture<Dreamer> of(
            Engine engine, Version version, List<? extends Ability.Infer<?>> abilities, int next) {
        if (next == abilities.size()) {
            return CompletableFuture.failedFuture(new ModelException(
                    Reason.OTHER_ABILITY,
                    "model: runs of " + version.recipe().id() + " make no pictures of latent vectors; what they can is "
                            + Models.abilities(version.recipe())));
        }
        Ability.Infer<?> ability = abilities.get(next);
        return engine.signature(version, ability).thenCompose(signature -> {
            Port z = signature.inputs().getFirst();
            return fits(signature)
                    ? CompletableFuture.completedFuture(
                            new Dreamer(engine, version, ability, z, picture(signature.outputs())))
                    : of(engine, version, abilities, next + 1);
        });
    }

    private static boolean fits(Signature signature) {
        return signature.inputs().size() == 1
                && signature.inputs().getFirst().name().equals(LATENT)
                && picture(signature.outputs()) != null;
    }

    private static Port picture(List<Port> outputs) {
        return outputs.stream()
                .filter(port -> port.name().equals(PICTURE) && port.row().size() >= 2)
                .findFirst()
                .orElse(null);
    }

    /** The distribution of its vectors; N(0, 1) if the model does not tell. */
    Prior prior() {
        return z.prior().orElse(new Prior.Normal());
    }

    int dimensions() {
        return Math.toIntExact(HostTensor.size(z.shape(1)));
    }

    /**
     * Makes sure that a mosaic is not too large.
     *
     * @throws IllegalArgumentException if it is
     */
    void requireRoom(int rows, int columns) {
        long height = image.row().get(0);
        long width = image.row().get(1);
        if (Mosaic.pixels(rows, columns, (int) height, (int) width) > MOST_PIXELS) {
            throw new IllegalArgumentException("rows: %d × %d pictures of %d × %d are more than %d pixels"
                    .formatted(rows, columns, height, width, MOST_PIXELS));
        }
    }

    /** The pictures of some vectors, side by side. */
    CompletableFuture<Mosaic> draw(List<float[]> vectors, int columns) {
        ByteBuffer bytes =
                ByteBuffer.allocate(vectors.size() * dimensions() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        vectors.forEach(vector -> {
            for (float value : vector) {
                bytes.putFloat(value);
            }
        });
        HostTensor input = new HostTensor(z.type(), z.shape(vectors.size()), bytes.flip());
        return engine.infer(version, ability, Map.of(LATENT, input))
                .thenApply(outputs -> Mosaic.of(outputs.get(PICTURE), columns));
    }
}
