package dev.tenth.recipes.cnn;

import dev.tenth.recipe.Residents;
import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Resident;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Variable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A judge of digits that never changes: {@link Lenet}'s small net, trained once by its preset {@code modern}. It is to say what a
 * generator's samples look like, in any program. Its weights are data of that program: resident, not learned, not saved.
 *
 * <p>What it says depends on these weights: figures made with it can only be compared with others made with it.
 */
public final class DigitScorer {
    /** The classes: the digits. */
    public static final int CLASSES = 10;
    /** The numbers that it makes of a picture before it decides. */
    public static final int FEATURES = 128;

    private static final String RESOURCE = "digit-scorer.safetensors";

    private final Safetensors file;
    private final DigitNet net;
    /** The weights, by the variable that holds them here. */
    private final Map<Variable, HostTensor> weights = new LinkedHashMap<>();

    private DigitScorer(Safetensors file) {
        this.file = file;
        this.net = DigitNet.of(DigitNet.Kind.MODERN, CLASSES).over(learned -> {
            Variable frozen = Variable.data(
                    "scorer/" + learned.name(), learned.type(), learned.shape().dimensions());
            weights.put(frozen, file.tensors().get(learned.name()).read());
            return frozen;
        });
    }

    /** The judge of the house, from the class path. */
    public static DigitScorer load() {
        try (InputStream resource = DigitScorer.class.getResourceAsStream(RESOURCE)) {
            return new DigitScorer(Safetensors.of(resource.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + ": cannot be read", e);
        }
    }

    /** Where the weights come from: recipe, preset, seed, step, testError, data, dataSha256. */
    public Map<String, String> provenance() {
        return file.metadata();
    }

    /**
     * What it makes of pictures.
     *
     * @param features {@code [N, 128]}
     * @param logits {@code [N, 10]}
     */
    public record Reading(Tensor features, Tensor logits) {}

    /**
     * Reads pictures.
     *
     * @param pixels {@code [N, 784]} from 0 (background) to 1
     */
    public Reading read(Tensor pixels) {
        DigitNet.Activations seen = net.apply(pixels, x -> x);
        return new Reading(seen.features(), seen.logits());
    }

    /** The weights, for an executable of a program in which this reads. */
    public Map<Variable, Resident> residents(Residents shared, Device device) {
        Map<Variable, Resident> residents = new LinkedHashMap<>();
        weights.forEach((variable, value) -> residents.put(variable, shared.get(variable.name(), device, () -> value)));
        return residents;
    }
}
