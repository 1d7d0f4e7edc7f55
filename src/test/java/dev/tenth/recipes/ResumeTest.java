package dev.tenth.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenth.data.FetchedData;
import dev.tenth.data.Library;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Residents;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.Training;
import dev.tenth.torch.Device;
import dev.tenth.torch.SavedState;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every preset of every recipe: trains, shows, and goes on from a saved state bit for bit. */
class ResumeTest {
    @TempDir
    static Path directory;

    record Case(Recipe<?> recipe, String preset) {
        @Override
        public String toString() {
            return recipe.id() + " " + preset;
        }
    }

    static Stream<Case> cases() {
        return Recipes.all().stream()
                .flatMap(recipe -> recipe.presets().stream().map(preset -> new Case(recipe, preset.name())));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void goesOnFromASavedStateAsIfNothingHadHappened(Case each) {
        compare(each.recipe(), each.preset());
    }

    private static <P extends Record & Parameters> void compare(Recipe<P> recipe, String presetName) {
        Torch.useThreads(1);
        Preset<P> preset = recipe.presets().stream()
                .filter(p -> p.name().equals(presetName))
                .findFirst()
                .orElseThrow();
        // A picture before the state is saved, steps since then that are summed up, and a picture after.
        P parameters = Schema.of(recipe).with(preset.parameters(), Map.of("showEvery", 5));
        Library library = new Library(directory, FetchedData.directory());
        assumeDataIsThere(Schema.of(recipe), parameters, library);
        Setting setting = new Setting(Device.CPU, 5, library, new Residents(), (_, _) -> {});
        long handles = Torch.liveHandles();
        try (Training<P> undisturbed = recipe.prepare(parameters, setting);
                Training<P> resumed = recipe.prepare(parameters, setting)) {
            undisturbed.begin(_ -> {});
            for (long step = 1; step <= 7; step++) {
                undisturbed.step(step, _ -> {});
            }
            Map<String, TensorSource> saved = SavedState.copy(undisturbed.save());
            resumed.load(saved);
            List<String> one = new ArrayList<>();
            List<String> other = new ArrayList<>();
            for (long step = 8; step <= 12; step++) {
                undisturbed.step(step, shown -> one.add(describe(shown)));
                resumed.step(step, shown -> other.add(describe(shown)));
            }
            assertThat(SavedState.copy(resumed.save()))
                    .isEqualTo(SavedState.copy(undisturbed.save()))
                    .isNotEqualTo(saved);
            assertThat(other).isEqualTo(one).isNotEmpty();
        }
        assertThat(Torch.liveHandles()).isEqualTo(handles);
    }

    private static <P extends Record & Parameters> void assumeDataIsThere(
            Schema<P> schema, P parameters, Library library) {
        for (Schema.Field field : schema.fields()) {
            String id = field.about().dataset().length == 0
                    ? ""
                    : schema.values(parameters).get(field.name()).toString();
            assumeTrue(
                    id.isEmpty() || library.find(id).orElseThrow().available(),
                    id + " is not there: `make data` fetches it where there is a network");
        }
    }

    private static String describe(Shown shown) {
        return switch (shown) {
            case Shown.Metrics metrics -> metrics.toString();
            case Shown.Text text -> text.toString();
            default -> shown.getClass().getSimpleName();
        };
    }
}
