package dev.tenth.serve.inference;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Png;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.recipe.TensorModel.Signature;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.ModelException;
import dev.tenth.serve.engine.ModelException.Reason;
import dev.tenth.serve.engine.Models.Version;
import dev.tenth.serve.engine.SerialExecutor;
import dev.tenth.torch.HostTensor;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Pictures as PNG files instead of tensors: which abilities take or give them, and how. */
final class Pictures {
    static final String PNG = "image/png";

    static final MediaType PNG_TYPE = MediaType.valueOf(PNG);
    /** Of a file that is sent. */
    static final int LARGEST_FILE = 8 << 20;

    private static final int LARGEST_SIDE = 2048;

    private final Engine engine;
    /** Reads and writes pictures, one at a time: the largest takes some 150 MB of heap on its way, whatever its file has. */
    private final Executor codec = new SerialExecutor(Infrastructure.getDefaultWorkerPool());

    Pictures(Engine engine) {
        this.engine = engine;
    }

    /** An ability, and the ports by which it takes and gives pictures. */
    record Use(Ability.Infer<?> ability, Signature signature, Optional<ImagePort> input, Optional<ImagePort> output) {}

    /**
     * The ability that is named, or the first that takes and gives pictures where that is wanted.
     *
     * @param sent whether a picture is the input
     * @param wanted whether a picture is to be the answer
     */
    Uni<Use> use(Version version, Optional<String> named, boolean sent, boolean wanted) {
        List<Ability.Infer<?>> candidates =
                named.isPresent() ? List.of(version.infer(named)) : version.inferAbilities();
        return first(version, candidates, sent, wanted);
    }

    private Uni<Use> first(Version version, List<Ability.Infer<?>> left, boolean sent, boolean wanted) {
        Ability.Infer<?> ability = left.getFirst();
        return Uni.createFrom()
                .completionStage(() -> engine.signature(version, ability))
                .chain(signature -> {
                    Use use = new Use(
                            ability,
                            signature,
                            // A picture alone is not enough where other inputs are needed.
                            signature.inputs().size() == 1 ? ImagePort.of(signature.inputs()) : Optional.empty(),
                            ImagePort.of(signature.outputs()));
                    boolean fits = !(sent && use.input().isEmpty()
                            || wanted && use.output().isEmpty());
                    if (fits) {
                        return Uni.createFrom().item(use);
                    }
                    return left.size() > 1
                            ? first(version, left.subList(1, left.size()), sent, wanted)
                            : Uni.createFrom()
                                    .failure(refused(
                                            version, use, sent && use.input().isEmpty()));
                });
    }

    private static ModelException refused(Version version, Use use, boolean input) {
        String what = "of runs of " + version.recipe().id() + " " + (input ? "takes" : "gives") + " a picture alone";
        List<Port> ports = input ? use.signature().inputs() : use.signature().outputs();
        String has = use.ability().name()
                + (input ? " takes " : " gives ")
                + ports.stream().map(Port::name).toList();
        return input
                ? new ModelException(Reason.UNSUPPORTED, "Content-Type: " + PNG + ": nothing " + what + "; " + has)
                : new ModelException(Reason.NOT_ACCEPTABLE, "Accept: " + PNG + ": nothing " + what + "; " + has);
    }

    /** A file as the input of a use; fails with a {@link ModelException} if it is larger than what is taken, or no whole PNG. */
    Uni<Map<String, HostTensor>> read(byte[] file, ImagePort input) {
        return Uni.createFrom().item(() -> decode(file, input)).runSubscriptionOn(codec);
    }

    private static Map<String, HostTensor> decode(byte[] file, ImagePort input) {
        try {
            return Map.of(input.port().name(), input.row(Png.read(file, LARGEST_SIDE)));
        } catch (Png.TooLargeException e) {
            throw new ModelException(Reason.TOO_LARGE, "body: " + e.getMessage());
        } catch (IOException e) {
            throw new ModelException(Reason.UNREADABLE, "body: it is not a whole PNG: " + e.getMessage());
        }
    }

    /** The picture among outputs, all rows side by side, as a file. */
    Uni<byte[]> write(Map<String, HostTensor> outputs, ImagePort output) {
        return Uni.createFrom()
                .item(() -> Png.write(output.tiled(outputs.get(output.port().name()))))
                .runSubscriptionOn(codec);
    }
}
