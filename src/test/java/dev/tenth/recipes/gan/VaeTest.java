package dev.tenth.recipes.gan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenth.data.FetchedData;
import dev.tenth.data.LabelledImages;
import dev.tenth.data.Library;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Ability.Task;
import dev.tenth.recipe.Residents;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.Training;
import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.SavedState;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaeTest {
    @TempDir
    Path directory;

    /** Against the integral of q log(q/p), dimension by dimension, in double precision. */
    @Test
    void theDivergenceIsThatOfTwoNormalDistributions() {
        float[] means = {0, 1.5f, -.7f, .2f};
        float[] logVariances = {0, -1, .8f, -2.5f};
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method("diverge", t -> {
                    Code code =
                            new Code(t.input("mean", DType.FLOAT32, 2, 2), t.input("logVariance", DType.FLOAT32, 2, 2));
                    t.output("kl", code.divergence());
                }));
        try (Executable executable = new Executable(program, Device.CPU, 1)) {
            float[] found = executable
                    .call("diverge")
                    .with("mean", HostTensor.of(means, 2, 2))
                    .with("logVariance", HostTensor.of(logVariances, 2, 2))
                    .run()
                    .get("kl")
                    .floats();
            for (int row = 0; row < 2; row++) {
                double expected = integral(means[2 * row], logVariances[2 * row])
                        + integral(means[2 * row + 1], logVariances[2 * row + 1]);
                assertThat((double) found[row]).isCloseTo(expected, within(1e-5));
            }
        }
    }

    private static double integral(double mean, double logVariance) {
        double width = 1e-3;
        double sum = 0;
        for (double z = -12; z < 12; z += width) {
            double logQ = -.5 * (Math.log(2 * Math.PI) + logVariance + (z - mean) * (z - mean) / Math.exp(logVariance));
            double logP = -.5 * (Math.log(2 * Math.PI) + z * z);
            sum += Math.exp(logQ) * (logQ - logP) * width;
        }
        return sum;
    }

    @Test
    void theReconstructionIsTheLogarithmOfTheProbabilityOfAllPixels() {
        float[] pixels = {0, 1, .25f, .9f, .5f, 0};
        float[] logits = {-3, .5f, 2, -1, 30, -40};
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method(
                        "compare",
                        t -> t.output(
                                "nats",
                                VaeNet.reconstruction(
                                        t.input("pixels", DType.FLOAT32, 1, 6),
                                        t.input("logits", DType.FLOAT32, 1, 6)))));
        double expected = 0;
        for (int i = 0; i < pixels.length; i++) {
            expected +=
                    pixels[i] * Math.log1p(Math.exp(-logits[i])) + (1 - pixels[i]) * Math.log1p(Math.exp(logits[i]));
        }
        try (Executable executable = new Executable(program, Device.CPU, 1)) {
            float[] found = executable
                    .call("compare")
                    .with("pixels", HostTensor.of(pixels, 1, 6))
                    .with("logits", HostTensor.of(logits, 1, 6))
                    .run()
                    .get("nats")
                    .floats();
            assertThat((double) found[0]).isCloseTo(expected, within(1e-5));
        }
    }

    @Test
    void picturesBecomeCodesAndCodesBecomePicturesThatAreLikeThem() {
        Torch.useThreads(1);
        Library library = new Library(directory, FetchedData.directory());
        assumeTrue(library.find("mnist").orElseThrow().available(), "mnist: `make data` fetches it");
        Vae vae = new Vae();
        Vae.Settings settings = Schema.of(vae).with(vae.presets().getFirst().parameters(), Map.of("showEvery", 400));
        Setting setting = new Setting(Device.CPU, 3, library, new Residents(), (_, _) -> {});
        List<Map<String, Double>> figures = new ArrayList<>();
        Map<String, TensorSource> state;
        try (Training<Vae.Settings> training = vae.prepare(settings, setting)) {
            for (long step = 1; step <= 400; step++) {
                training.step(step, shown -> {
                    if (shown instanceof Shown.Metrics(Map<String, Double> values)) {
                        figures.add(values);
                    }
                });
            }
            state = SavedState.copy(training.save());
        }
        assertThat(figures.getLast().get("negativeElbo")).isLessThan(150);
        assertThat(figures.getLast().get("reconstruction") + figures.getLast().get("kl"))
                .isCloseTo(figures.getLast().get("negativeElbo"), within(1e-9));
        float[] digits = digits(library.images("mnist").test(), 20);
        try (TensorModel encoder = open(vae, Task.ENCODE, settings, state);
                TensorModel decoder = open(vae, Task.DECODE, settings, state)) {
            HostTensor z = encoder.infer(Map.of("image", HostTensor.of(digits, 20, 28, 28)))
                    .get("z");
            assertThat(z.shape()).containsExactly(20, 20);
            float[] drawn = decoder.infer(Map.of("z", z)).get("image").floats();
            for (int i = 0; i < 20; i++) {
                assertThat(nearest(drawn, i, digits))
                        .as("the original of drawing " + i)
                        .isEqualTo(i);
            }
        }
    }

    private static TensorModel open(Vae vae, Task task, Vae.Settings settings, Map<String, TensorSource> state) {
        return vae.abilities().stream()
                .map(ability -> (Ability.Infer<Vae.Settings>) ability)
                .filter(ability -> ability.task() == task)
                .findFirst()
                .orElseThrow()
                .opener()
                .open(settings, state, Device.CPU);
    }

    private static float[] digits(LabelledImages.Part part, int count) {
        float[] pixels = new float[count * VaeNet.PIXELS];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (part.pixels()[i] & 0xff) / 255f;
        }
        return pixels;
    }

    private static int nearest(float[] drawn, int place, float[] digits) {
        int best = -1;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < digits.length / VaeNet.PIXELS; i++) {
            double distance = 0;
            for (int j = 0; j < VaeNet.PIXELS; j++) {
                distance += Math.pow(drawn[place * VaeNet.PIXELS + j] - digits[i * VaeNet.PIXELS + j], 2);
            }
            if (distance < least) {
                least = distance;
                best = i;
            }
        }
        return best;
    }
}
