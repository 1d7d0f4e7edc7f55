package dev.tenth.recipes.gan;

import static dev.tenth.recipe.Bound.atLeast;
import static dev.tenth.recipe.Bound.atMost;

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
import dev.tenth.recipes.gan.DigitGanNets.Activation;
import dev.tenth.recipes.gan.DigitGanNets.Choices;
import dev.tenth.recipes.gan.DigitGanNets.Noise;
import java.util.List;

/**
 * Two dense nets and the digits: the first GAN that one builds, and how it collapses. Each oddity of the author's set-up is a
 * switch, and a judge that never changes says what it does to the variety of the samples.
 *
 * @see <a href="https://arxiv.org/abs/1406.2661">Goodfellow et al.: Generative Adversarial Nets, 2014</a>
 */
public final class GanDigits implements Recipe<GanDigits.Settings> {
    /** What can be set. */
    public record Settings(
            @Parameter(
                    help = "The pictures to imitate, 28 × 28; the judge knows digits only",
                    dataset = Dataset.Kind.IMAGES)
            String data,

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

            @Parameter(
                    help =
                            "Epochs over 1,000 real and 1,000 generated pictures in which the discriminator learns first",
                    min = 0,
                    max = 200,
                    unit = "epochs")
            int pretrainEpochs,

            Choices nets,

            @Parameter(
                    help = "Share of the discriminator's hidden units that is dropped",
                    min = 0,
                    max = .9,
                    turnable = true)
            double dropout,

            @Parameter(
                    help = "Share of the generator's pixels that is dropped, in its own step only",
                    min = 0,
                    max = .9,
                    turnable = true)
            double outputDropout,

            @Parameter(help = "Samples in a row and in a column of the picture", min = 1, max = 16)
            int grid,

            @Parameter(help = "Steps between two judgements", min = 1, max = 1_000_000, unit = "steps", turnable = true)
            int judgeEvery,

            Pace pace)
            implements Parameters {}

    @Override
    public Card card() {
        return new Card(
                "gan-digits",
                "A GAN that writes digits",
                Chapter.GAN,
                "A generator turns a hundred random numbers into a digit, a discriminator tells it from real ones. With the"
                        + " author's set-up it ends in the Helvetica scenario: whatever the noise, out come the same one or two digits."
                        + " Each oddity of that set-up is a switch here, and an alarm says when variety is gone. Which one cures it?");
    }

    @Override
    public List<Preset<Settings>> presets() {
        Choices modern = new Choices(Activation.LEAKY_RELU, true, true, Noise.NORMAL);
        Choices original = new Choices(Activation.TANH, false, false, Noise.UNIFORM);
        Balance equal = new Balance(1, 5e-4, 5e-4, .5);
        Balance unequal = new Balance(10, 2e-3, 1e-4, .9);
        Settings fixed = new Settings("mnist", 4000, 128, equal, 0, modern, .3, 0, 8, 100, new Pace(1, 200, 20));
        Settings quick = new Settings("mnist", 1000, 128, equal, 0, modern, .3, 0, 8, 100, new Pace(1, 100, 10));
        Settings author = new Settings("mnist", 5000, 128, unequal, 1, original, .2, .2, 3, 100, new Pace(1, 200, 60));
        return List.of(
                new Preset<>(
                        "fixed",
                        "Digits of all kinds: batch normalisation, leaky ReLU, centred pictures, equal rates",
                        "today's usual set-up, with what it takes for dense nets",
                        fixed,
                        atLeast("classesCovered", 8, 1000, "measured 10"),
                        atLeast("classEntropy", 1.75, 1000, "in nats; measured 2.09"),
                        atLeast("confidence", .6, 1000, "measured .70"),
                        atLeast("classesCovered", 9, 4000, "measured 10"),
                        atLeast("classEntropy", 2, 4000, "in nats; measured 2.24"),
                        atLeast("confidence", .8, 4000, "measured .85"),
                        atMost("collapsed", 0, 4000, "the alarm stays silent")),
                new Preset<>(
                        "author",
                        "The set-up of the post: ten discriminator steps at twenty times the rate. It collapses",
                        "the series' GAN post, MNIST example; batch, noise and the sigmoid are not told there",
                        author,
                        atMost("classEntropy", 1.2, 5000, "in nats; measured .70 and 0"),
                        atLeast("top2Share", .85, 5000, "measured .96 and 1"),
                        atLeast("collapsed", 1, 5000, "the alarm fires")),
                new Preset<>(
                        "quick",
                        "The better set-up, until digits can be read",
                        "the fixed preset, a quarter of it",
                        quick));
    }

    @Override
    public long memoryBytes(Settings settings) {
        // 1.15 million weights with gradient and two slots of Adam; a batch through both nets and back; the judge's
        // widest layer.
        return Float.BYTES * (4 * 1_150_000L + 4L * settings.batch() * 3500 + 250L * 16 * 28 * 28 * (1 + 25));
    }

    @Override
    public Training<Settings> prepare(Settings settings, Setting setting) {
        LabelledImages images = setting.data().images(settings.data()).requireSide(settings.data(), DigitGanNets.SIDE);
        return new DigitContest(settings, setting, Examples.of(settings.data(), images, 0));
    }

    @Override
    public List<Ability<Settings>> abilities() {
        return List.of(DigitGanNets.ability());
    }
}
