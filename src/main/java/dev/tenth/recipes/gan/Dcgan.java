package dev.tenth.recipes.gan;

import static dev.tenth.recipe.Bound.atLeast;

import dev.tenth.data.Dataset;
import dev.tenth.data.LabelledImages;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Training;
import java.util.List;

/**
 * Two convolutional nets against each other: one enlarges noise to pictures, one tells them from real ones.
 *
 * @see <a href="https://arxiv.org/abs/1511.06434">Radford, Metz, Chintala: Unsupervised Representation Learning with Deep
 *     Convolutional Generative Adversarial Networks, 2016</a>
 */
public final class Dcgan implements Recipe<Dcgan.Settings> {
    /** What can be set. */
    public record Settings(
            @Parameter(help = "The pictures to imitate: 28 × 28, 32 × 32 or 64 × 64", dataset = Dataset.Kind.IMAGES)
            String data,

            @Parameter(help = "Numbers of a latent vector", min = 1, max = 1000)
            int latent,

            @Parameter(
                    help = "Maps of the layers next to the picture; each layer further has twice as many",
                    min = 1,
                    max = 128)
            int maps,

            @Parameter(help = "Training steps of the generator", min = 1, max = 1_000_000, unit = "steps")
            int steps,

            @Parameter(
                    help = "Pictures in a batch, of each kind",
                    min = 2,
                    max = 1000,
                    turnable = true,
                    reshapes = true)
            int batch,

            Balance balance,

            @Parameter(help = "Samples in a row and in a column of the picture", min = 1, max = 16)
            int grid,

            @Parameter(
                    help = "Steps between two judgements of the samples, where they are digits",
                    min = 1,
                    max = 1_000_000,
                    unit = "steps",
                    turnable = true)
            int judgeEvery,

            Pace pace)
            implements Parameters {}

    @Override
    public Card card() {
        return new Card(
                "dcgan",
                "A convolutional GAN",
                Chapter.GAN,
                "The generator is a convolutional net turned round: from a hundred random numbers it makes coarse maps, and doubles"
                        + " them until they are a picture. With batch normalisation and small careful steps, the contest of the two nets"
                        + " stays in balance. Watch the same noise become digits, or faces, or whatever pictures you bring.");
    }

    @Override
    public List<Preset<Settings>> presets() {
        Balance careful = new Balance(1, 2e-4, 2e-4, .5);
        return List.of(
                new Preset<>(
                        "digits",
                        "Digits of 32 × 32: they are there after two minutes",
                        "Radford, Metz and Chintala, 2016, with a quarter of the maps",
                        new Settings("mnist", 100, 32, 4000, 64, careful, 8, 250, new Pace(1, 250, 50)),
                        atLeast("fidRatio", 5, 2000, "measured 6.2 at step 1500"),
                        atLeast("fidRatio", 8, 4000, "measured 17 at step 4831")),
                new Preset<>(
                        "faces",
                        "Cartoon faces of 64 × 64, in colour; or pictures of your own, as a zip: judged by your eyes",
                        "Radford, Metz and Chintala, 2016, with a quarter of the maps",
                        new Settings("faces", 100, 32, 6000, 64, careful, 6, 500, new Pace(1, 250, 50))));
    }

    @Override
    public long memoryBytes(Settings settings) {
        // The layers next to pictures of 64 × 64 are the largest; each layer further has half the numbers.
        long picture = 2L * settings.maps() * 32 * 32;
        long weights = 2L * 16 * 42 * settings.maps() * settings.maps() + 8L * 16 * settings.maps() * settings.latent();
        return Float.BYTES * (4 * picture * 3 * settings.batch() + 2 * 4 * weights);
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        LabelledImages images = setting.data().images(settings.data());
        Examples examples = Examples.of(settings.data(), images, 0);
        return new PictureContest(settings, setting, examples, Frame.of(settings.data(), images));
    }

    @Override
    public List<Ability<Settings>> abilities() {
        return List.of(new Ability.Infer<>(Ability.Task.SAMPLE, (settings, state, device) -> {
            Frame frame = Frame.of(state);
            PictureWriter generator = generator(settings, frame);
            return LatentModels.decoder(
                    settings.latent(), frame.picture(), z -> frame.pictures(generator.write(z)), state, device);
        }));
    }

    static PictureWriter generator(Settings settings, Frame frame) {
        return PictureWriter.of("g", frame, settings.latent(), settings.maps());
    }
}
