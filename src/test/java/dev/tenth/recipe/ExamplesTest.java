package dev.tenth.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenth.data.LabelledImages;
import dev.tenth.data.Table;
import dev.tenth.recipe.Examples.Part;
import dev.tenth.torch.Dense;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.SavedState;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Torch;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rows with classes: every one read once an epoch, judged as arithmetic says, in memory once. */
class ExamplesTest {
    private static final int FEATURES = 3;
    private static final Dense LAYER = Dense.of("layer", FEATURES, 2);

    /** Row i is (i, i², 1); odd rows are of the second class. */
    private static Table table(int rows) {
        float[] values = new float[FEATURES * rows];
        int[] labels = new int[rows];
        for (int i = 0; i < rows; i++) {
            values[FEATURES * i] = i;
            values[FEATURES * i + 1] = i * i;
            values[FEATURES * i + 2] = 1;
            labels[i] = i % 2;
        }
        return new Table(values, rows, FEATURES, labels, List.of("even", "odd"));
    }

    private static LabelledImages images() {
        byte[] pixels = {0, 51, 102, (byte) 153, (byte) 204, (byte) 255};
        LabelledImages.Part part = new LabelledImages.Part(pixels, 3, 1, 2, new byte[] {0, 1, 1});
        return new LabelledImages(part, part, List.of("a", "b"));
    }

    private static Executable open(Examples examples, Residents residents, Epochs epochs) {
        Program program = Program.trace(Precision.FLOAT32, methods -> {
            epochs.trace(methods);
            examples.trace(methods, "", LAYER::apply);
            methods.method("batch", t -> {
                t.output("inputs", examples.inputs(t, Part.TRAINING, epochs.rows(t)));
                t.output("labels", examples.labels(t, Part.TRAINING, epochs.rows(t)));
            });
        });
        return new Executable(program, Device.CPU, 4, examples.residents(residents, Device.CPU));
    }

    @Test
    void anEpochReadsEveryRowOnceWithItsClass() {
        Examples examples = Examples.of("t", table(100));
        Epochs epochs = new Epochs(examples.rows(Part.TRAINING), 12, 7);
        assertThat(examples.rows(Part.TRAINING)).isEqualTo(60);
        assertThat(epochs.steps()).isEqualTo(5);
        try (Executable program = open(examples, new Residents(), epochs)) {
            List<Set<Float>> seen = List.of(new HashSet<>(), new HashSet<>());
            for (int step = 1; step <= 10; step++) {
                Map<String, HostTensor> batch =
                        epochs.at(step, program, program.call("batch")).run();
                float[] inputs = batch.get("inputs").floats();
                long[] labels = batch.get("labels").longs();
                for (int i = 0; i < 12; i++) {
                    float x = inputs[FEATURES * i];
                    assertThat(inputs[FEATURES * i + 1]).isEqualTo(x * x);
                    assertThat(labels[i]).isEqualTo((long) x % 2);
                    seen.get((step - 1) / 5).add(x);
                }
            }
            assertThat(seen.get(0)).hasSize(60).isEqualTo(seen.get(1));
        }
    }

    @Test
    void isJudgedAsTheFormulaSays() {
        Examples examples = Examples.of("t", table(1103)); // no part is a whole number of chunks
        Epochs epochs = new Epochs(examples.rows(Part.TRAINING), 10, 7);
        try (Executable program = open(examples, new Residents(), epochs)) {
            program.set(LAYER.weight(), HostTensor.of(new float[] {0, 0, 0, .001f, 0, 0}, 2, FEATURES));
            program.set(LAYER.bias(), HostTensor.of(new float[] {0, -.5f}, 2));
            for (Part part : Part.values()) {
                Examples.Judgement judgement = examples.judge(program, "", part);
                assertThat(judgement.actual()).hasSize((int) examples.rows(part));
                // The loss of a row follows from its number, which its class and score do not tell: so sum over all
                // parts.
                double wrong = 0;
                for (int i = 0; i < judgement.actual().length; i++) {
                    wrong += judgement.actual()[i] == judgement.predicted()[i] ? 0 : 1;
                }
                assertThat(judgement.error()).isEqualTo(wrong / examples.rows(part));
            }
            double sum = 0;
            for (Part part : Part.values()) {
                sum += examples.judge(program, "", part).loss() * examples.rows(part);
            }
            double expected = 0;
            for (int i = 0; i < 1103; i++) {
                double score = .001 * i - .5;
                expected += Math.log(1 + Math.exp(i % 2 == 0 ? score : -score));
            }
            assertThat(sum).isEqualTo(expected, within(1e-3));
        }
    }

    @Test
    void scoresThatAreNaNHaveNoError() {
        Examples examples = Examples.of("t", table(1103));
        Epochs epochs = new Epochs(examples.rows(Part.TRAINING), 10, 7);
        try (Executable program = open(examples, new Residents(), epochs)) {
            program.set(LAYER.bias(), HostTensor.of(new float[] {Float.NaN, 0}, 2));
            Examples.Judgement judgement = examples.judge(program, "", Part.TEST);
            assertThat(judgement.error()).isNaN();
            assertThat(judgement.loss()).isNaN();
        }
    }

    @Test
    void pixelsGoFromNothingToOne() {
        Examples examples = Examples.of("i", images(), 1);
        Epochs epochs = new Epochs(examples.rows(Part.TRAINING), 2, 7);
        assertThat(examples.rows(Part.TRAINING)).isEqualTo(2);
        assertThat(examples.rows(Part.VALIDATION)).isEqualTo(1);
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method("all", t -> {
                    t.output("training", examples.inputs(t, Part.TRAINING, t.range(2)));
                    t.output("validation", examples.inputs(t, Part.VALIDATION, t.range(1)));
                    t.output("test", examples.inputs(t, Part.TEST, t.range(3)));
                    t.output("labels", examples.labels(t, Part.VALIDATION, t.range(1)));
                    examples.labels(t, Part.TEST, t.range(1));
                }));
        try (Executable executable =
                new Executable(program, Device.CPU, 1, examples.residents(new Residents(), Device.CPU))) {
            Map<String, HostTensor> seen = executable.call("all").run();
            assertThat(seen.get("training").floats()).containsExactly(0, .2f, .4f, .6f);
            assertThat(seen.get("validation").floats()).containsExactly(.8f, 1);
            assertThat(seen.get("test").floats()).containsExactly(0, .2f, .4f, .6f, .8f, 1);
            assertThat(seen.get("labels").longs()).containsExactly(1);
            assertThat(Examples.classes(executable.save())).containsExactly("a", "b");
        }
        assertThat(epochs.epoch(2)).isEqualTo(1);
    }

    @Test
    void dataIsInMemoryOnceAsLongAsARunUsesIt() {
        Residents residents = new Residents();
        Examples examples = Examples.of("t", table(50));
        Epochs epochs = new Epochs(examples.rows(Part.TRAINING), 10, Randomness.mix(1, 2));
        long handles = Torch.liveHandles();
        Executable one = open(examples, residents, epochs);
        long bytes = residents.bytes();
        assertThat(bytes).isEqualTo(50 * (FEATURES * Float.BYTES + Long.BYTES));
        Executable two = open(examples, residents, epochs);
        assertThat(residents.bytes()).isEqualTo(bytes);
        one.close();
        assertThat(examples.judge(two, "", Part.TEST).actual()).hasSize(10);
        two.close();
        assertThat(residents.bytes()).isZero();
        assertThat(Torch.liveHandles()).isEqualTo(handles);
    }

    @Test
    void aModelOfRowsGivesEachRowTheSameInAnyNumber() {
        Map<String, TensorSource> state = new HashMap<>();
        Examples examples = Examples.of("t", table(50));
        try (Executable trained = open(examples, new Residents(), new Epochs(30, 10, 1))) {
            state.putAll(SavedState.copy(trained.save()));
        }
        try (RowModel model = RowModel.classifier("features", FEATURES, LAYER::apply, state, Device.CPU)) {
            assertThat(model.signature().classes()).containsExactly("even", "odd");
            float[] rows = new float[FEATURES * 75];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = (float) Math.sin(i);
            }
            float[] all = model.infer(Map.of("features", HostTensor.of(rows, 75, FEATURES)))
                    .get("probabilities")
                    .floats();
            for (int i = 0; i < 75; i++) {
                float[] row = {rows[3 * i], rows[3 * i + 1], rows[3 * i + 2]};
                Map<String, HostTensor> alone = model.infer(Map.of("features", HostTensor.of(row, 1, FEATURES)));
                float[] expected = alone.get("probabilities").floats();
                assertThat(all[2 * i]).isEqualTo(expected[0], within(1e-6f));
                assertThat(all[2 * i] + all[2 * i + 1]).isEqualTo(1, within(1e-6f));
                assertThat(alone.get("class").longs()).containsExactly(expected[0] >= expected[1] ? 0 : 1);
            }
            assertThatThrownBy(() -> model.infer(Map.of("features", HostTensor.of(new float[2], 1, 2))))
                    .hasMessageContaining("features is float32[1, 2], not float32 of shape [-1, 3]");
            assertThatThrownBy(() -> model.infer(Map.of())).hasMessageContaining("\"features\" is missing");
        }
    }
}
