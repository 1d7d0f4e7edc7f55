package dev.tenth.recipes.gan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.data.FetchedData;
import dev.tenth.data.Library;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Residents;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.Training;
import dev.tenth.recipes.gan.GanDigits.Settings;
import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.SavedState;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the switches of the set-up do, what can be turned, and what is seen. Small batches: these tests take seconds. */
class GanDigitsTest {
    private static final GanDigits RECIPE = new GanDigits();
    private static final Schema<Settings> SCHEMA = Schema.of((Recipe<Settings>) RECIPE);

    @TempDir
    static Path directory;

    @BeforeEach
    void dataIsThere() {
        FetchedData.file("mnist/train-images-idx3-ubyte");
        Torch.useThreads(1);
    }

    private static Settings settings(String preset, Map<String, ?> changes) {
        Map<String, Object> all = new HashMap<>(Map.of("batch", 16, "steps", 10, "showEvery", 100, "judgeEvery", 100));
        all.putAll(changes);
        return SCHEMA.with(
                RECIPE.presets().stream()
                        .filter(each -> each.name().equals(preset))
                        .findFirst()
                        .orElseThrow()
                        .parameters(),
                all);
    }

    private static Training<Settings> training(Settings settings) {
        Library library = new Library(directory, FetchedData.directory());
        return RECIPE.prepare(settings, new Setting(Device.CPU, 5, library, new Residents(), (_, _) -> {}));
    }

    /** The weights of G or D after some steps. */
    private static Map<String, TensorSource> weights(String net, Map<String, TensorSource> state) {
        return state.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(net + "/"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Map<String, TensorSource> trained(Settings settings, int steps) {
        try (Training<Settings> training = training(settings)) {
            training.begin(_ -> {});
            for (int step = 1; step <= steps; step++) {
                training.step(step, _ -> {});
            }
            return SavedState.copy(training.save());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "activation=leaky-relu",
                "batchNorm=true",
                "centred=true",
                "noise=normal",
                "dSteps=1",
                "pretrainEpochs=0",
                "dLearningRate=0.0001",
                "gLearningRate=0.002",
                "beta1=0.5",
                "dropout=0.0",
                "outputDropout=0.0",
            })
    void eachOddityOfTheAuthorIsASwitchThatMatters(String oddity) {
        String name = oddity.substring(0, oddity.indexOf('='));
        String text = oddity.substring(oddity.indexOf('=') + 1);
        Object value =
                switch (name) {
                    case "batchNorm", "centred" -> Boolean.valueOf(text);
                    case "activation", "noise" -> text;
                    case "dSteps", "pretrainEpochs" -> Integer.valueOf(text);
                    default -> Double.valueOf(text);
                };
        Map<String, TensorSource> author = trained(settings("author", Map.of()), 2);
        Map<String, TensorSource> switched = trained(settings("author", Map.of(name, value)), 2);
        assertThat(weights("g", switched)).isNotEqualTo(weights("g", author));
        assertThat(weights("d", switched)).isNotEqualTo(weights("d", author));
    }

    /** The asymmetry of the original: D never sees the pixels that are dropped. */
    @Test
    void theOutputIsDroppedInTheStepOfTheGeneratorAlone() {
        Map<String, TensorSource> with = trained(settings("author", Map.of("outputDropout", .2)), 1);
        Map<String, TensorSource> without = trained(settings("author", Map.of("outputDropout", .0)), 1);
        assertThat(weights("d", with)).isEqualTo(weights("d", without));
        assertThat(weights("g", with)).isNotEqualTo(weights("g", without));
    }

    @Test
    void preTrainingMovesTheDiscriminatorOnly() {
        Map<String, TensorSource> with = trained(settings("author", Map.of("pretrainEpochs", 1)), 0);
        Map<String, TensorSource> without = trained(settings("author", Map.of("pretrainEpochs", 0)), 0);
        assertThat(weights("d", with)).isNotEqualTo(weights("d", without));
        assertThat(weights("g", with)).isEqualTo(weights("g", without));
    }

    @Test
    void theNetsHaveTheWidthsOfThePost() {
        Map<String, TensorSource> state = trained(settings("author", Map.of()), 0);
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        weights("g", state).forEach((name, value) -> shapes.put(name, boxed(value)));
        weights("d", state).forEach((name, value) -> shapes.put(name, boxed(value)));
        assertThat(shapes)
                .containsEntry("g/1/weight", List.of(128L, 100L))
                .containsEntry("g/4/weight", List.of(784L, 512L))
                .containsEntry("d/1/weight", List.of(512L, 784L))
                .containsEntry("d/4/weight", List.of(1L, 128L))
                .hasSize(16);
    }

    private static List<Long> boxed(TensorSource value) {
        return java.util.Arrays.stream(value.shape()).boxed().toList();
    }

    /** A run that is turned is from there on as one that had these values from the start. */
    @ParameterizedTest
    @ValueSource(strings = {"dLearningRate", "gLearningRate", "dropout", "outputDropout", "dSteps"})
    void whatIsTurnedCountsFromTheNextStep(String name) {
        Object value = name.equals("dSteps") ? (Object) 3 : (Object) .004;
        Settings before = settings("fixed", Map.of());
        Settings after = SCHEMA.turned(before, Map.of(name, value));
        try (Training<Settings> turned = training(before);
                Training<Settings> other = training(after)) {
            turned.begin(_ -> {});
            turned.step(1, _ -> {});
            other.load(turned.save());
            turned.turn(after);
            turned.step(2, _ -> {});
            other.step(2, _ -> {});
            assertThat(SavedState.copy(turned.save())).isEqualTo(SavedState.copy(other.save()));
            assertThat(SavedState.copy(turned.save())).isNotEqualTo(trained(before, 2));
        }
    }

    @Test
    void theNetsThemselvesCannotBeTurned() {
        assertThatThrownBy(() -> SCHEMA.turned(settings("fixed", Map.of()), Map.of("batchNorm", false)))
                .isInstanceOf(Schema.InvalidParametersException.class)
                .hasMessageContaining("batchNorm");
    }

    /** A suspicion that was saved is there when the run goes on: the next sign raises the alarm. */
    @Test
    void theAlarmSurvivesAResume() {
        Settings settings = settings("author", Map.of("judgeEvery", 1, "steps", 10_000, "pretrainEpochs", 0));
        try (Training<Settings> undisturbed = training(settings);
                Training<Settings> resumed = training(settings)) {
            undisturbed.begin(_ -> {});
            List<String> one = new ArrayList<>();
            List<String> other = new ArrayList<>();
            // What an untrained generator makes is a collapse; it is judged from step 500 on.
            undisturbed.step(500, shown -> note(shown, one));
            resumed.load(undisturbed.save());
            one.clear();
            undisturbed.step(501, shown -> note(shown, one));
            resumed.step(501, shown -> note(shown, other));
            assertThat(other).isEqualTo(one);
            assertThat(one).anyMatch(line -> line.contains("Helvetica scenario since step 501"));
            assertThat(SavedState.copy(resumed.save())).isEqualTo(SavedState.copy(undisturbed.save()));
        }
    }

    private static void note(Shown shown, List<String> lines) {
        if (shown instanceof Shown.Metrics || shown instanceof Shown.Text) {
            lines.add(shown.toString());
        }
    }

    @Test
    void aStepShowsTheGridTheClassesAndTheFiguresOfBothNets() {
        Settings settings = settings("fixed", Map.of("steps", 2, "batch", 64));
        try (Training<Settings> training = training(settings)) {
            training.begin(_ -> {});
            training.step(1, shown -> assertThat(shown).isNull());
            Map<String, Shown> seen = new LinkedHashMap<>();
            training.step(2, shown -> seen.put(shown.getClass().getSimpleName(), shown));
            Shown.Image grid = (Shown.Image) seen.get("Image");
            assertThat(grid.width()).isEqualTo(8 * 29 - 1);
            assertThat(((Shown.Histogram) seen.get("Histogram")).edges())
                    .startsWith(-.5, .5)
                    .hasSize(11);
            assertThat(seen).containsKey("Text");
            Map<String, Double> metrics = ((Shown.Metrics) seen.get("Metrics")).values();
            assertThat(metrics)
                    .containsKeys("dLoss", "gLoss", "classesCovered", "classEntropy", "twinDistance", "top2Share")
                    .containsEntry("collapsed", 0.0)
                    .doesNotContainKey("collapseStep");
            for (String share : List.of("dReal", "dFake", "dAccuracy", "gAccuracy", "confidence")) {
                assertThat(metrics.get(share)).as(share).isBetween(0.0, 1.0);
            }
            // A discriminator that knows nothing yet: a loss of about ln 2.
            assertThat(metrics.get("dLoss")).isBetween(.5, .9);
        }
    }

    /** The same noise gives the same picture, in any company. */
    @Test
    void samplesArePicturesOfNoise() {
        Settings settings = settings("fixed", Map.of());
        @SuppressWarnings("unchecked")
        Ability.Infer<Settings> ability =
                (Ability.Infer<Settings>) RECIPE.abilities().getFirst();
        try (TensorModel model = ability.opener().open(settings, trained(settings, 3), Device.CPU)) {
            float[] z = new float[3 * 100];
            for (int i = 0; i < z.length; i++) {
                z[i] = (float) Math.sin(i);
            }
            float[] three = model.infer(Map.of("z", HostTensor.of(z, 3, 100)))
                    .get("image")
                    .floats();
            float[] first = model.infer(Map.of("z", HostTensor.of(java.util.Arrays.copyOf(z, 100), 1, 100)))
                    .get("image")
                    .floats();
            assertThat(three).hasSize(3 * 28 * 28);
            for (int i = 0; i < first.length; i++) {
                assertThat(three[i]).isCloseTo(first[i], org.assertj.core.api.Assertions.within(1e-5f));
                assertThat(three[i]).isBetween(0f, 1f);
            }
        }
    }
}
