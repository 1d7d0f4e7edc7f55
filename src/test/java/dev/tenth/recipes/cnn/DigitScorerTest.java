package dev.tenth.recipes.cnn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.data.FetchedData;
import dev.tenth.data.LabelledImages;
import dev.tenth.data.Library;
import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Residents;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Resident;
import dev.tenth.torch.Variable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge of digits that is packaged with the house. */
class DigitScorerTest {
    @TempDir
    static Path directory;

    /** The published figure of such nets: 99.07–99.25. */
    @Test
    void readsNinetyNineOfAHundredDigitsThatItHasNeverSeen() {
        FetchedData.file("mnist/t10k-images-idx3-ubyte");
        LabelledImages mnist = new Library(directory, FetchedData.directory()).images("mnist");
        Examples examples = Examples.of("mnist", mnist, 0);
        DigitScorer scorer = DigitScorer.load();
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> examples.trace(
                        methods, "", pixels -> scorer.read(pixels).logits()));
        Residents shared = new Residents();
        Map<Variable, Resident> residents = new HashMap<>(scorer.residents(shared, Device.CPU));
        residents.putAll(examples.residents(shared, Device.CPU));
        try (Executable executable = new Executable(program, Device.CPU, 1, residents)) {
            double error = examples.judge(executable, "", Examples.Part.TEST).error();
            assertThat(error).isLessThanOrEqualTo(.01);
            assertThat(scorer.provenance().get("testError")).isEqualTo(Double.toString(error));
            assertThat(executable.save().keySet()).noneMatch(name -> name.startsWith("scorer/"));
        }
        assertThat(shared.bytes()).isZero();
    }

    @Test
    void tellsWhereItsWeightsComeFrom() {
        assertThat(DigitScorer.load().provenance())
                .containsEntry("recipe", "lenet")
                .containsEntry("preset", "modern")
                .containsEntry("data", "mnist")
                .containsKeys("seed", "step", "testError", "dataSha256");
    }
}
