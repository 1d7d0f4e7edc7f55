package dev.tenth.recipes.gan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.data.FetchedData;
import dev.tenth.data.Library;
import dev.tenth.recipe.Residents;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.torch.Device;
import dev.tenth.torch.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of the digits that convolutional nets make. */
class DcganTest {
    @TempDir
    Path directory;

    @Test
    void digitsAreJudgedByTheirVarietyAsWell() {
        FetchedData.file("mnist/train-images-idx3-ubyte");
        Torch.useThreads(1);
        Dcgan recipe = new Dcgan();
        Dcgan.Settings settings = Schema.of(recipe)
                .with(recipe.presets().getFirst().parameters(), Map.of("judgeEvery", 1, "maps", 16, "batch", 8));
        Library library = new Library(directory, FetchedData.directory());
        List<Shown> shown = new ArrayList<>();
        try (Training<Dcgan.Settings> training =
                recipe.prepare(settings, new Setting(Device.CPU, 1, library, new Residents(), (_, _) -> {}))) {
            training.step(1, shown::add);
        }
        assertThat(shown).anySatisfy(each -> {
            assertThat(each).isInstanceOf(Shown.Metrics.class);
            Map<String, Double> values = ((Shown.Metrics) each).values();
            // Before it has learned anything a generator is as poor as one that collapsed.
            assertThat(values.get("classesCovered")).isBetween(1.0, 10.0);
            assertThat(values.get("classEntropy")).isBetween(0.0, Math.log(10));
            assertThat(values).containsEntry("collapsed", 0.0).containsKey("fidRatio");
        });
        assertThat(shown).anySatisfy(each -> {
            assertThat(each).isInstanceOf(Shown.Histogram.class);
            assertThat(Arrays.stream(((Shown.Histogram) each).series().get("samples"))
                            .sum())
                    .isEqualTo(SampleJudge.SAMPLES);
        });
    }
}
