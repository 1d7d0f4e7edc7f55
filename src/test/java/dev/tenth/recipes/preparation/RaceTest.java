package dev.tenth.recipes.preparation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenth.data.FetchedData;
import dev.tenth.data.Library;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Bound;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Residents;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.Training;
import dev.tenth.recipes.mlp.MlpDigits;
import dev.tenth.torch.Device;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.SavedState;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Torch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Optimizers as lanes of one run: alike at the start, apart from each other, and as good as the post's. */
class RaceTest {
    @TempDir
    static Path directory;

    private static Library library;

    @BeforeAll
    static void open() {
        Torch.useThreads(1);
        library = new Library(directory, FetchedData.directory());
    }

    /** A libsvm file of clouds in five dimensions of very different sizes, one cloud a class. */
    private static String clouds(int classes) throws IOException {
        SplittableRandom random = new SplittableRandom(classes);
        StringBuilder file = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            file.append(i % classes);
            for (int j = 1; j <= 5; j++) {
                double center = j == 1 + i % classes ? 3 : 0;
                file.append(
                        String.format(Locale.ROOT, " %d:%.5f", j, Math.pow(10, j) * (center + random.nextGaussian())));
            }
            file.append('\n');
        }
        byte[] bytes = file.toString().getBytes(StandardCharsets.UTF_8);
        return library.add(classes + ".libsvm", () -> new ByteArrayInputStream(bytes))
                .join()
                .id();
    }

    private static <P extends Record & Parameters> P settings(Recipe<P> recipe, String preset, Map<String, ?> changes) {
        P parameters = preset(recipe, preset).parameters();
        return Schema.of(recipe).with(parameters, changes);
    }

    private static <P extends Record & Parameters> Preset<P> preset(Recipe<P> recipe, String name) {
        return recipe.presets().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Setting setting() {
        return new Setting(Device.CPU, 7, library, new Residents(), (_, _) -> {});
    }

    private static <P extends Record & Parameters> Map<String, TensorSource> train(
            Recipe<P> recipe, P parameters, long steps) {
        try (Training<P> training = recipe.prepare(parameters, setting())) {
            for (long step = 1; step <= steps; step++) {
                training.step(step, _ -> {});
            }
            return SavedState.copy(training.save());
        }
    }

    /** The metrics of each step that shows some, over a whole run. */
    private static <P extends Record & Parameters> Map<Long, Map<String, Double>> metrics(
            Recipe<P> recipe, P parameters) {
        Map<Long, Map<String, Double>> metrics = new TreeMap<>();
        try (Training<P> training = recipe.prepare(parameters, setting())) {
            training.begin(_ -> {});
            for (long step = 1; step <= training.steps(); step++) {
                Map<String, Double> here = metrics.computeIfAbsent(step, _ -> new HashMap<>());
                training.step(step, shown -> {
                    if (shown instanceof Shown.Metrics figures) {
                        here.putAll(figures.values());
                    }
                });
            }
        }
        return metrics;
    }

    @Test
    void allLanesStartFromTheSameWeights() {
        FetchedData.file("mnist");
        MlpDigits recipe = new MlpDigits();
        Map<String, TensorSource> state = train(recipe, settings(recipe, "author", Map.of("hidden", 16)), 0);
        float[] first = state.get("hidden1/weight@sgd").read().floats();
        assertThat(first).hasSize(16 * 784).doesNotContain(0);
        for (Lane lane : Lane.values()) {
            assertThat(state.get("hidden1/weight@" + lane.wire()).read().floats())
                    .isEqualTo(first);
        }
    }

    @Test
    void aLaneTakesTheSameStepsAloneAsAmongOthers() {
        FetchedData.file("mnist");
        MlpDigits recipe = new MlpDigits();
        Map<String, Object> changes = new HashMap<>(Map.of("hidden", 24, "dropout", .3, "batch", 50));
        Map<String, TensorSource> together = train(recipe, settings(recipe, "author", changes), 10);
        changes.put("lanes", "adam");
        Map<String, TensorSource> alone = train(recipe, settings(recipe, "author", changes), 10);
        List<String> own =
                alone.keySet().stream().filter(name -> name.contains("@adam")).toList();
        assertThat(own).hasSizeGreaterThanOrEqualTo(12);
        own.forEach(name -> assertThat(together.get(name)).as(name).isEqualTo(alone.get(name)));
        assertThat(together.get("output/weight@sgd")).isNotEqualTo(alone.get("output/weight@adam"));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void theGradientByHandLeadsToTheSameWeights(int classes) throws IOException {
        Logistic recipe = new Logistic();
        Map<String, Object> changes = new HashMap<>(Map.of("data", clouds(classes), "lanes", "sgd,momentum"));
        Map<String, TensorSource> derived = train(recipe, settings(recipe, "table", changes), 60);
        changes.put("byHand", true);
        Map<String, TensorSource> written = train(recipe, settings(recipe, "table", changes), 60);
        for (String name : List.of("linear/weight@sgd", "linear/bias@sgd", "linear/weight@momentum")) {
            float[] one = derived.get(name).read().floats();
            float[] other = written.get(name).read().floats();
            assertThat(one).hasSize((classes == 2 ? 1 : classes) * (name.contains("bias") ? 1 : 5));
            for (int i = 0; i < one.length; i++) {
                assertThat(other[i]).as("%s[%d]", name, i).isEqualTo(one[i], within(1e-6f));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void aTableOfAnyScaleIsLearnedAndItsModelTakesRawFeatures(int classes) throws IOException {
        Logistic recipe = new Logistic();
        String id = clouds(classes);
        Logistic.Settings settings = settings(recipe, "table", Map.of("data", id, "epochs", 30));
        Map<String, TensorSource> state = train(recipe, settings, 150);
        @SuppressWarnings("unchecked")
        Ability.Infer<Logistic.Settings> classify =
                (Ability.Infer<Logistic.Settings>) recipe.abilities().getFirst();
        float[] values = library.table(id).values();
        int[] labels = library.table(id).labels();
        try (TensorModel model = classify.opener().open(settings, state, Device.CPU)) {
            assertThat(model.signature().classes()).hasSize(classes);
            long[] said = model.infer(Map.of("features", HostTensor.of(values, labels.length, 5)))
                    .get("class")
                    .read()
                    .longs();
            int right = 0;
            for (int i = 0; i < labels.length; i++) {
                right += said[i] == labels[i] ? 1 : 0;
            }
            // The clouds overlap: the best that can be is 98.3 % with two, about 95 % with four.
            assertThat((double) right / labels.length).isGreaterThan(.9);
        }
    }

    @Test
    void softmaxRegressionRacesAsFastAsThePosts() {
        FetchedData.file("mnist");
        meetsItsBounds(new Logistic(), "quick");
        meetsItsBounds(new Logistic(), "by-hand");
    }

    @Test
    void thePerceptronRacesAsFastAsThePosts() {
        FetchedData.file("mnist");
        meetsItsBounds(new MlpDigits(), "quick");
    }

    @Test
    void heartsAreToldApart() {
        FetchedData.file("heart_scale");
        meetsItsBounds(new Logistic(), "table");
    }

    @ParameterizedTest
    @ValueSource(strings = {"author", "saddle", "valley", "rosenbrock"})
    void onASurfaceEachLaneFollowsItsRuleInDoublePrecision(String preset) {
        meetsItsBounds(new Optimizers(), preset);
    }

    private static <P extends Record & Parameters> void meetsItsBounds(Recipe<P> recipe, String name) {
        Preset<P> preset = preset(recipe, name);
        // Judged where the bounds are, and at the end.
        long judged = preset.bounds().getFirst().step();
        Map<Long, Map<String, Double>> metrics = metrics(recipe, settings(recipe, name, Map.of("showEvery", judged)));
        for (Bound bound : preset.bounds()) {
            Double reached = metrics.get(bound.step()).get(bound.metric());
            assertThat(reached).as("%s %s: %s", recipe.id(), name, bound).isNotNull();
            assertThat(bound.isMetBy(reached))
                    .as("%s %s: %s, reached %s", recipe.id(), name, bound, reached)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"BEALE,1,1.5", "BEALE,-2,.3", "SADDLE,1.2,.7", "ROSENBROCK,-1.2,1", "VALLEY,-8,1.5"})
    void slopesAreWhatDifferencesSay(Surface surface, double x, double y) {
        double h = 1e-5;
        double[] slope = surface.slope(x, y);
        assertThat(slope[0]).isEqualTo((surface.value(x + h, y) - surface.value(x - h, y)) / (2 * h), within(1e-5));
        assertThat(slope[1]).isEqualTo((surface.value(x, y + h) - surface.value(x, y - h)) / (2 * h), within(1e-5));
    }

    @Test
    void aLongPathIsThinnedButBeginsAndEndsWhereTheLaneDoes() {
        Optimizers recipe = new Optimizers();
        Optimizers.Settings settings = settings(recipe, "author", Map.of("steps", 1003, "showEvery", 250));
        Shown.Trail[] newest = new Shown.Trail[1];
        try (Training<Optimizers.Settings> training = recipe.prepare(settings, setting())) {
            for (long step = 1; step <= training.steps(); step++) {
                training.step(step, shown -> newest[0] = shown instanceof Shown.Trail trail ? trail : newest[0]);
            }
            for (Lane lane : Lane.values()) {
                double[][] path = newest[0].series().get(lane.wire());
                float[] now = training.save().get("point@" + lane.wire()).read().floats();
                assertThat(path.length).isBetween(300, 400);
                assertThat(path[0]).containsExactly(1, 1.5);
                assertThat(path[path.length - 1]).containsExactly(now[0], now[1]);
            }
        }
    }

    @Test
    void turningARateShowsTheLanesAgain() {
        Optimizers recipe = new Optimizers();
        Optimizers.Settings settings = preset(recipe, "author").parameters();
        try (Training<Optimizers.Settings> training = recipe.prepare(settings, setting())) {
            training.step(1, shown -> assertThat(shown).isNotInstanceOf(Shown.Matrix.class));
            training.turn(Schema.of(recipe).turned(settings, Map.of("adamRate", .3)));
            training.step(2, shown -> {
                Shown.Matrix lanes = (Shown.Matrix) shown;
                assertThat(lanes.values()[lanes.rows().indexOf("adam")]).containsExactly(.3, .9, .999, 1e-8);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sgd,", "sgd,sgd", "sgd,lion", "SGD"})
    void aListThatNamesNoLanesIsRefused(String lanes) {
        Logistic recipe = new Logistic();
        assertThatThrownBy(() -> settings(recipe, "quick", Map.of("lanes", lanes)))
                .isInstanceOfSatisfying(InvalidParametersException.class, refused -> assertThat(
                                refused.violations().getFirst().field())
                        .isEqualTo("lanes"));
    }

    @Test
    void parametersOfAGroupStandAmongTheOthers() {
        Logistic recipe = new Logistic();
        Schema<Logistic.Settings> schema = Schema.of(recipe);
        Logistic.Settings settings = preset(recipe, "author").parameters();
        assertThat(schema.fields()).extracting(Schema.Field::name).contains("data", "lanes", "adamaxRate", "showEvery");
        assertThat(schema.values(settings)).containsEntry("lanes", Lane.ALL).containsEntry("sgdRate", .1);
        assertThat(schema.turned(settings, Map.of("sgdRate", .2)).race().rate(Lane.SGD))
                .isEqualTo(.2);
        assertThatThrownBy(() -> schema.turned(settings, Map.of("lanes", "sgd")))
                .isInstanceOf(InvalidParametersException.class);
        assertThatThrownBy(() -> schema.with(settings, Map.of("sgdRate", -1, "epochs", 0)))
                .isInstanceOfSatisfying(InvalidParametersException.class, refused -> assertThat(refused.violations())
                        .hasSize(2));
    }
}
