package dev.tenth.recipes.gan;

import static dev.tenth.recipe.Bound.atMost;

import dev.tenth.data.Dataset;
import dev.tenth.data.LabelledImages;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Ability.Task;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Training;
import dev.tenth.torch.Tensor;
import java.util.List;

/**
 * An autoencoder whose drawings are judged by a discriminator: not pixel by pixel, but by what the discriminator sees in them. A plain
 * variational autoencoder of the same size is trained beside it.
 *
 * @see <a href="https://arxiv.org/abs/1512.09300">Larsen, Sønderby, Larochelle, Winther: Autoencoding beyond pixels using a learned
 *     similarity metric, 2016</a>
 */
public final class VaeGan implements Recipe<VaeGan.Settings> {
    /** What can be set. */
    public record Settings(
            @Parameter(help = "The pictures to learn: 28 × 28, 32 × 32 or 64 × 64", dataset = Dataset.Kind.IMAGES)
            String data,

            @Parameter(help = "Numbers of a code", min = 1, max = 1000)
            int latent,

            @Parameter(
                    help = "Maps of the layers next to the picture; each layer further has twice as many",
                    min = 1,
                    max = 128)
            int maps,

            @Parameter(help = "Training steps", min = 1, max = 1_000_000, unit = "steps")
            int steps,

            @Parameter(help = "Pictures in a batch", min = 2, max = 1000, turnable = true, reshapes = true)
            int batch,

            @Parameter(help = "Learning rate of all nets", min = 0, minExclusive = true, max = 1, turnable = true)
            double learningRate,

            @Parameter(
                    help = "Weight of what the discriminator sees, beside deceiving it, in the decoder's loss",
                    min = 0,
                    max = 1000,
                    turnable = true)
            double gamma,

            @Parameter(help = "Loss of the discriminator at which nobody is ahead", min = 0, max = 10)
            double equilibrium,

            @Parameter(
                    help = "So far from it who is ahead has to wait: the discriminator below, the decoder above",
                    min = 0,
                    max = 10)
            double margin,

            @Parameter(
                    help = "Steps between two judgements on the test pictures",
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
                "vae-gan",
                "An autoencoder judged by a discriminator",
                Chapter.GAN,
                "A plain autoencoder is right pixel by pixel, and blurred: where an edge might be is grey. Here a discriminator says"
                        + " what counts, by the features in which it sees a picture, and beside it the plain one is trained, to compare."
                        + " What tells faces with glasses from faces without becomes a direction in latent space: add it to any face.");
    }

    @Override
    public List<Preset<Settings>> presets() {
        String source = "Larsen et al., 2016, with the equilibrium of the implementation that is most used, made small";
        return List.of(
                new Preset<>(
                        "digits",
                        "Digits of 32 × 32, some minutes",
                        source,
                        // Tried with γ .1 and 1: ratios of .69 and 1.00 at step 300.
                        new Settings("mnist", 32, 32, 1000, 64, 3e-4, .1, .68, .35, 250, new Pace(1, 250, 50)),
                        atMost("featureErrorRatio", 1, 1000, "below the plain autoencoder's; measured .66–.76")),
                new Preset<>(
                        "faces",
                        "Cartoon faces of 64 × 64, in colour, with the generator's attributes: an hour",
                        source,
                        new Settings("faces", 64, 32, 4000, 64, 3e-4, .1, .68, .35, 500, new Pace(1, 250, 100))));
    }

    @Override
    public long memoryBytes(Settings settings) {
        // Five passes through nets whose layers next to the picture are the largest; parameters, gradients and slots of
        // five nets.
        long picture = 2L * settings.maps() * 32 * 32;
        long weights = 16L * 42 * settings.maps() * settings.maps() + 8L * 16 * settings.maps() * settings.latent();
        return Float.BYTES * (9 * picture * 3 * settings.batch() + 5 * 3 * weights);
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        LabelledImages images = setting.data().images(settings.data());
        return new FeatureContest(settings, setting, images, Frame.of(settings.data(), images));
    }

    @Override
    public List<Ability<Settings>> abilities() {
        Ability.Opener<Settings> decoder = (settings, state, device) -> {
            AutoencoderNets nets = nets(settings, Frame.of(state));
            return LatentModels.decoder(settings.latent(), nets.frame().picture(), nets::draw, state, device);
        };
        return List.of(
                new Ability.Infer<>(Task.DECODE, decoder),
                new Ability.Infer<>(Task.SAMPLE, decoder),
                new Ability.Infer<>(Task.ENCODE, (settings, state, device) -> {
                    AutoencoderNets nets = nets(settings, Frame.of(state));
                    return LatentModels.encoder(settings.latent(), nets.frame().picture(), nets::look, state, device);
                }),
                new Ability.Infer<>(Task.EDIT, (settings, state, device) -> {
                    AutoencoderNets nets = nets(settings, Frame.of(state));
                    return LatentModels.editor(
                            AttributeVectors.names(state),
                            nets.frame().picture(),
                            (pictures, amounts) -> {
                                Tensor vectors = amounts.trace().value(AttributeVectors.vectors(state)); // [A, Z]
                                return nets.draw(nets.look(pictures).mean().plus(amounts.matmul(vectors)));
                            },
                            state,
                            device);
                }));
    }

    private static AutoencoderNets nets(Settings settings, Frame frame) {
        return AutoencoderNets.of("", frame, settings.latent(), settings.maps());
    }
}
