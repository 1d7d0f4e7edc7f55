package dev.tenth.serve.engine;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Prior;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.Training;
import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.TensorSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A recipe whose pictures of 2 × 2 pixels are all of one grey: ½ + w · z₀, for the only weight w. */
public final class Painter implements Recipe<Painter.Settings> {
    /** How many pictures were made. */
    public final AtomicInteger painted = new AtomicInteger();

    public record Settings(Pace pace) implements Parameters {}

    /** The grey of a picture, 0 to 255. */
    public static int grey(float weight, float z) {
        return Math.round(255 * Math.clamp(.5f + weight * z, 0f, 1f));
    }

    private final class Brush implements TensorModel {
        private final float weight;

        Brush(float weight) {
            this.weight = weight;
        }

        @Override
        public Signature signature() {
            return new Signature(
                    List.of(Port.latent(3, new Prior.Normal())),
                    List.of(new Port("image", DType.FLOAT32, List.of(2L, 2L), "")),
                    List.of());
        }

        @Override
        public Map<String, HostTensor> infer(Map<String, HostTensor> inputs) {
            float[] z = inputs.get("z").floats();
            float[] pixels = new float[4 * z.length / 3];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = .5f + weight * z[3 * (i / 4)];
            }
            painted.addAndGet(z.length / 3);
            return Map.of("image", HostTensor.of(pixels, z.length / 3, 2, 2));
        }

        @Override
        public long bytes() {
            return Float.BYTES;
        }

        @Override
        public void close() {}
    }

    @Override
    public List<Ability<Settings>> abilities() {
        return List.of(new Ability.Infer<>(
                Ability.Task.SAMPLE,
                (Settings _, Map<String, TensorSource> state, Device _) ->
                        new Brush(state.get("w").read().floats()[0])));
    }

    @Override
    public Card card() {
        return new Card("painter", "", Chapter.FURTHER, "");
    }

    @Override
    public List<Preset<Settings>> presets() {
        return List.of(new Preset<>("only", "", "", new Settings(new Pace(1, 1, 1))));
    }

    @Override
    public Training<Settings> prepare(Settings parameters, Setting setting) {
        throw new UnsupportedOperationException("it is only served");
    }

    @Override
    public long memoryBytes(Settings parameters) {
        return 0;
    }
}
