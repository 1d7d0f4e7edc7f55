package dev.tenth.recipes.gan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenth.data.FetchedData;
import dev.tenth.data.Library;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Residents;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.torch.Device;
import dev.tenth.torch.Torch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The story that a GAN on a line tells, and the user's own samples as its target. */
class Gan1dTest {
    private static final Gan1d RECIPE = new Gan1d();
    private static final Schema<Gan1d.Settings> SCHEMA = Schema.of((Recipe<Gan1d.Settings>) RECIPE);

    @TempDir
    static Path directory;

    @BeforeAll
    static void oneThread() {
        Torch.useThreads(1);
    }

    /** The stages in the order in which they were told, and the last figures with each. */
    private record Story(List<String> stages, List<Map<String, Double>> figures) {
        Map<String, Double> last() {
            return figures.getLast();
        }
    }

    private static Story told(Map<String, ?> changes, int steps) {
        Gan1d.Settings settings = SCHEMA.with(RECIPE.presets().getFirst().parameters(), changes);
        Setting setting = new Setting(
                Device.CPU, 3, new Library(directory, FetchedData.directory()), new Residents(), (_, _) -> {});
        Story story = new Story(new ArrayList<>(), new ArrayList<>());
        try (Training<Gan1d.Settings> training = RECIPE.prepare(settings, setting)) {
            training.begin(shown -> note(shown, story));
            for (int step = 1; step <= steps; step++) {
                training.step(step, shown -> note(shown, story));
            }
        }
        return story;
    }

    private static void note(Shown shown, Story story) {
        if (shown instanceof Shown.Text text) {
            story.stages().add(text.text().substring(0, "stage 1".length()));
        } else if (shown instanceof Shown.Metrics metrics) {
            story.figures().add(metrics.values());
        }
    }

    /** As many numbers as a pocket calculator's user has, of two modes, moved and widened. */
    private static String samples(double from, double width) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        String numbers = IntStream.range(0, 500)
                .mapToObj(i -> Double.toString(from + width * random.nextGaussian(i % 2, .3)))
                .collect(Collectors.joining("\n"));
        return new Library(directory, FetchedData.directory())
                .add("samples.csv", () -> new ByteArrayInputStream(numbers.getBytes(StandardCharsets.UTF_8)))
                .join()
                .id();
    }

    /** Figure 1 of the first paper: the fourth stage comes when the figures say so. */
    @Test
    void tellsTheFourStages() {
        Story story = told(Map.of("showEvery", 50, "steps", 800), 800);
        assertThat(story.stages()).startsWith("stage 1", "stage 2", "stage 3").contains("stage 4");
        for (int i = 0; i < story.stages().size(); i++) {
            Map<String, Double> figures = story.figures().get(i);
            boolean met = figures.get("jsDivergence") <= .01 && figures.get("maxDeviationFromHalf") <= .08;
            assertThat(story.stages().get(i).equals("stage 4"))
                    .as("at picture %d", i)
                    .isEqualTo(i > 1 && met);
        }
    }

    /** A run whose two never meet does not say at its end that they have. */
    @Test
    void theEndIsNoFourthStageByItself() {
        Story story = told(Map.of("showEvery", 5, "steps", 10, "gLearningRate", 1e-9), 10);
        assertThat(story.stages()).endsWith("stage 3").doesNotContain("stage 4");
    }

    /** The nets are made for numbers near 4 ± 2; whose are far away, or very wide, learns as well as the others. */
    @Test
    void theScaleOfTheUsersSamplesDoesNotMatter() throws IOException {
        Map<String, Object> changes = Map.of("target", "samples", "steps", 60, "showEvery", 60, "pretrainEpochs", 5);
        Story near = told(with(changes, samples(0, 1)), 60);
        Story far = told(with(changes, samples(1000, 50)), 60);
        assertThat(far.last().get("jsDivergence")).isEqualTo(near.last().get("jsDivergence"), within(.02));
        assertThat((far.last().get("sampleMean") - 1000) / 50)
                .isEqualTo(near.last().get("sampleMean"), within(.05));
        // D learns where the samples are: nearer to D* than before.
        double before = far.figures().getFirst().get("deviationFromOptimal");
        assertThat(far.figures().get(1).get("deviationFromOptimal")).isLessThan(.7 * before);
    }

    private static Map<String, Object> with(Map<String, Object> changes, String samples) {
        Map<String, Object> all = new java.util.HashMap<>(changes);
        all.put("samples", samples);
        return all;
    }
}
