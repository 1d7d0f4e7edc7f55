package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.data.FetchedData;
import dev.tenth.data.Library;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Residents;
import dev.tenth.recipe.Setting;
import dev.tenth.recipes.Recipes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What can be held of programs for a GPU where none is: their text, as it lies in the archive. */
class CudaProgramTest {
    /** Operators that make a tensor from nothing: on the CPU if nobody says otherwise. */
    private static final Pattern MADE =
            Pattern.compile("torch\\.(empty|full|zeros|ones|arange|linspace|eye|rand\\w*|tensor|scalar_tensor)\\(.*");

    private static final Pattern OPERATOR = Pattern.compile("torch\\.([a-z_A-Z0-9.]+)\\(");

    /** Each ran on a GPU (bench/peers/cuda.py), or is of TorchScript itself. A new one is entered when it has. */
    private static final Set<String> ON_CUDA = Set.of(
            "_foreach_add_",
            "_foreach_addcdiv_",
            "_foreach_addcmul_",
            "_foreach_lerp_",
            "_foreach_maximum_",
            "_foreach_mul_",
            "_fused_adam_",
            "_fused_sgd_",
            "_unwrap_optional",
            "abs",
            "add",
            "add_",
            "amax",
            "amin",
            "append",
            "arange",
            "argmax",
            "autograd.grad",
            "batch_norm",
            "bernoulli_",
            "binary_cross_entropy_with_logits",
            "cat",
            "clamp",
            "constant_pad_nd",
            "contiguous",
            "conv2d",
            "conv_transpose2d",
            "copy_",
            "cross_entropy_loss",
            "cumsum",
            "detach",
            "device",
            "div",
            "embedding",
            "empty",
            "eq",
            "erfinv",
            "exp",
            "expand",
            "full",
            "gather",
            "ge",
            "gt",
            "index_select",
            "le",
            "leaky_relu",
            "len",
            "linalg_eigh",
            "linalg_vector_norm",
            "linear",
            "log_softmax",
            "lstm",
            "lt",
            "manual_seed",
            "masked_fill",
            "matmul",
            "max_pool2d",
            "maximum",
            "mean",
            "minimum",
            "mse_loss",
            "mul",
            "narrow",
            "neg",
            "normal_",
            "one_hot",
            "permute",
            "pow",
            "randint",
            "randperm",
            "reciprocal",
            "relu",
            "requires_grad_",
            "reshape",
            "rsub",
            "select",
            "sigmoid",
            "softmax",
            "softplus",
            "sort",
            "sqrt",
            "square",
            "stack",
            "sub",
            "sum",
            "tanh",
            "to",
            "trace",
            "transpose",
            "uniform_",
            "unsqueeze",
            "where");

    @TestFactory
    Stream<DynamicTest> theProgramsOfAllRecipesAreFitForAGpu(@TempDir Path directory) {
        return Recipes.all().stream()
                .map(recipe -> DynamicTest.dynamicTest(recipe.id(), () -> assertFit(recipe, directory)));
    }

    private static <P extends Record & Parameters> void assertFit(Recipe<P> recipe, Path directory) {
        Recording recording = new Recording();
        try (Library library = new Library(directory.resolve("uploads"), FetchedData.directory())) {
            Setting setting = new Setting(Device.CPU, 1, library, new Residents(), (_, _) -> {});
            recording
                    .during(() -> recipe.prepare(recipe.presets().getFirst().parameters(), setting))
                    .close();
        }
        for (Executable executable : recording.programs()) {
            for (String line :
                    text(executable.program().archive(Device.cuda(1))).lines().toList()) {
                if (MADE.matcher(line.strip().replaceFirst("^\\w+ = ", "")).matches()) {
                    assertThat(line).contains("device=torch.device(\"cuda:1\")");
                }
                assertThat(line).doesNotContain("\"cpu\"").doesNotContain("torch.Generator");
                assertThat(operators(line)).isSubsetOf(ON_CUDA);
            }
        }
    }

    private static Set<String> operators(String line) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = OPERATOR.matcher(line);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    @Test
    void drawsOfTwoSeedsDoNotTakeTurnsOnAGpu() {
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method("draw", t -> {
                    Random one = t.random(t.integer("one"));
                    Random other = t.random(t.integer("other"));
                    t.output("sum", one.normal(2).plus(other.normal(2)));
                }));
        assertThat(program.archive(Device.CPU)).isNotEmpty();
        assertThatThrownBy(() -> program.archive(Device.cuda(0))).hasMessageContaining("draws of two seeds take turns");
    }

    @Test
    void aMethodDrawsAlsoWhereItsSeedIsInsideALoop() {
        Program program = Program.trace(Precision.FLOAT32, methods -> methods.method(
                        "loop",
                        t -> t.output(
                                "sum",
                                t.repeat(
                                                2,
                                                List.of(t.zeros(3)),
                                                (round, sum) -> new Trace.Round(
                                                        List.of(sum.getFirst()
                                                                .plus(t.random(round)
                                                                        .normal(3))),
                                                        List.of()))
                                        .getFirst()))
                .method("none", t -> t.output("zeros", t.zeros(3))));
        assertThat(program.method("loop").draws()).isTrue();
        assertThat(program.method("none").draws()).isFalse();
    }

    @Test
    void drawsOfTheCpuAreMovedToTheGpu() {
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method("draw", t -> {
                    Random random = t.random(t.integer("seed"));
                    t.output("rows", random.choice(random.uniform(3, 4)));
                }));
        String text = text(program.archive(Device.cuda(0), Device.CPU));
        assertThat(text)
                .contains("torch.Generator(device=torch.device(\"cpu\")")
                .containsPattern("torch\\.to\\(v\\d+, torch\\.device\\(\"cuda:0\"\\)\\)")
                .containsPattern("torch\\.to\\(v\\d+, torch\\.device\\(\"cpu\"\\)\\)");
    }

    @Test
    void channelsAreFilledUpOnTheCpuAlone() {
        Conv layer = Conv.of("conv", 3, 5, 3, 1, 0);
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method(
                        "apply", t -> t.output("maps", layer.apply(t.input("x", DType.FLOAT32, 1, 3, 8, 8)))));
        assertThat(text(program.archive(Device.CPU))).contains("torch.cat(");
        assertThat(text(program.archive(Device.cuda(0))))
                .doesNotContain("torch.cat(")
                .contains("torch.conv2d(");
    }

    @Test
    void convolutionsCanBeMadeDeterministic() throws Throwable {
        Torch.load();
        assertThat(DeterministicConvolutions.areOn()).isFalse();
        DeterministicConvolutions.require();
        assertThat(DeterministicConvolutions.areOn()).isTrue();
    }

    private static String text(byte[] archive) {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().endsWith("code/__torch__.py")) {
                    return new String(zip.readAllBytes(), StandardCharsets.UTF_8);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("the archive has no code");
    }
}
