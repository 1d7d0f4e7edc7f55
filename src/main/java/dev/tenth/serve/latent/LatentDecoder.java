package dev.tenth.serve.latent;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Prior;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.recipe.TensorModel.Signature;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.ModelException;
import dev.tenth.serve.engine.ModelException.Reason;
import dev.tenth.serve.engine.Models;
import dev.tenth.serve.engine.Models.Version;
import dev.tenth.torch.HostTensor;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * A version that makes pictures of latent vectors: the ability that takes {@code z} alone and gives {@code image}.
 *
 * @param z the vectors that it takes
 * @param image the pictures that it gives
 */
record LatentDecoder(Engine engine, Version version, Ability.Infer<?> ability, Port z, Port image) {
    static final String LATENT = "z";
    static final String PICTURE = "image";
    /** The most pixels of one grid. */
    static final long MOST_PIXELS = 1 << 20;

    /** That of a version, loaded; it fails with a {@link ModelException} if the version makes no pictures of latent vectors. */
    static Uni<LatentDecoder> of(Engine engine, Version version) {
        return of(engine, version, candidates(version), 0);
    }

    private static List<? extends Ability.Infer<?>> candidates(Version version) {
        return version.recipe().abilities().stream()
                .filter(Ability.Infer.class::isInstance)
                .map(ability -> (Ability.Infer<?>) ability)
                .toList();
    }

    private static Uni<LatentDecoder> of(
            Engine engine, Version version, List<? extends Ability.Infer<?>> abilities, int next) {
        if (next == abilities.size()) {
            return Uni.createFrom()
                    .failure(new ModelException(
                            Reason.OTHER_ABILITY,
                            "model: runs of " + version.recipe().id()
                                    + " do not decode latent vectors into pictures; their abilities are "
                                    + Models.abilities(version.recipe())));
        }
        Ability.Infer<?> ability = abilities.get(next);
        return Uni.createFrom()
                .completionStage(() -> engine.signature(version, ability))
                .chain(signature -> fits(signature)
                        ? Uni.createFrom()
                                .item(new LatentDecoder(
                                        engine,
                                        version,
                                        ability,
                                        signature.inputs().getFirst(),
                                        picture(signature.outputs())))
                        : of(engine, version, abilities, next + 1));
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
     * Makes sure that a grid is not too large.
     *
     * @throws IllegalArgumentException if it is
     */
    void requireRoom(int rows, int columns) {
        long height = image.row().get(0);
        long width = image.row().get(1);
        if (ImageGrid.pixels(rows, columns, (int) height, (int) width) > MOST_PIXELS) {
            throw new IllegalArgumentException("rows: %d × %d pictures of %d × %d are more than %d pixels"
                    .formatted(rows, columns, height, width, MOST_PIXELS));
        }
    }

    /** The same of another version of the run. */
    LatentDecoder of(Version other) {
        return new LatentDecoder(engine, other, ability, z, image);
    }

    /** The pictures of some vectors, side by side; cancelling it spares the computation. */
    Uni<ImageGrid> draw(List<float[]> vectors, int columns) {
        ByteBuffer bytes =
                ByteBuffer.allocate(vectors.size() * dimensions() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        vectors.forEach(vector -> {
            for (float value : vector) {
                bytes.putFloat(value);
            }
        });
        HostTensor input = new HostTensor(z.type(), z.shape(vectors.size()), bytes.flip());
        return Uni.createFrom()
                .completionStage(() -> engine.infer(version, ability, Map.of(LATENT, input)))
                .map(outputs -> ImageGrid.of(outputs.get(PICTURE), columns));
    }
}
