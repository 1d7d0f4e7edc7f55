package dev.tenth.recipes.gan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenth.data.FetchedData;
import dev.tenth.data.LabelledImages;
import dev.tenth.data.Library;
import dev.tenth.recipe.Residents;
import dev.tenth.recipes.cnn.DigitScorer;
import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the judge says of pictures that are known: real digits, and fakes made by hand. */
class SampleJudgeTest {
    private static final int N = SampleJudge.SAMPLES;

    @TempDir
    static Path directory;

    private static SampleJudge.Judgement judge(float[] pixels) {
        DigitScorer scorer = DigitScorer.load();
        SampleJudge judge = new SampleJudge(scorer);
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> judge.trace(methods, (t, n) -> t.input("pixels", DType.FLOAT32, n, DigitGanNets.PIXELS)));
        try (Executable executable =
                new Executable(program, Device.CPU, 1, scorer.residents(new Residents(), Device.CPU))) {
            return SampleJudge.judge(
                    executable.call("judgeSamples").with("pixels", HostTensor.of(pixels, N, DigitGanNets.PIXELS)));
        }
    }

    /** Pixels from 0 to 1 of test digits. */
    private static float[] digits(LabelledImages.Part part, int... which) {
        float[] pixels = new float[which.length * DigitGanNets.PIXELS];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (part.pixels()[which[i / DigitGanNets.PIXELS] * DigitGanNets.PIXELS + i % DigitGanNets.PIXELS]
                            & 0xff)
                    / 255f;
        }
        return pixels;
    }

    private static LabelledImages.Part testDigits() {
        FetchedData.file("mnist/t10k-images-idx3-ubyte");
        return new Library(directory, FetchedData.directory()).images("mnist").test();
    }

    /** The median over the first rows of the distance to the nearest other one, in doubles and by definition. */
    private static double twinDistance(float[] pixels) {
        double[] nearest = new double[SampleJudge.TWINS];
        for (int i = 0; i < nearest.length; i++) {
            nearest[i] = Double.POSITIVE_INFINITY;
            for (int j = 0; j < nearest.length; j++) {
                double squares = 0;
                for (int k = 0; k < DigitGanNets.PIXELS; k++) {
                    double difference =
                            (double) pixels[i * DigitGanNets.PIXELS + k] - pixels[j * DigitGanNets.PIXELS + k];
                    squares += difference * difference;
                }
                nearest[i] = i == j ? nearest[i] : Math.min(nearest[i], Math.sqrt(squares));
            }
        }
        Arrays.sort(nearest);
        return (nearest[nearest.length / 2 - 1] + nearest[nearest.length / 2]) / 2;
    }

    @Test
    void realDigitsAreVariedAndFarApart() {
        LabelledImages.Part part = testDigits();
        float[] pixels = digits(part, IntStream.range(0, N).toArray());
        SampleJudge.Judgement seen = judge(pixels);
        double[] actual = new double[10];
        for (int i = 0; i < N; i++) {
            actual[part.labels()[i]]++;
        }
        for (int digit = 0; digit < 10; digit++) {
            // The scorer misreads fewer than one in a hundred.
            assertThat(seen.counts()[digit]).as("digit %d", digit).isEqualTo(actual[digit], within(10.0));
        }
        assertThat(Arrays.stream(seen.counts()).sum()).isEqualTo(N);
        assertThat(seen.confidence()).isBetween(.97, 1.0);
        assertThat(seen.twinDistance())
                .isEqualTo(twinDistance(pixels), within(1e-4))
                .isBetween(6.0, 6.6);
        assertThat(CollapseAlarm.SILENT.after(1000, seen).suspected()).isFalse();
    }

    /** The same picture of a 7 with a little noise, which is what a collapsed generator makes. */
    @Test
    void oneDigitOverAndOverIsACollapse() {
        LabelledImages.Part part = testDigits();
        float[] pixels = digits(part, new int[N]);
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] += (float) (.02 * random.nextDouble());
        }
        SampleJudge.Judgement seen = judge(pixels);
        assertThat(seen.counts()[part.labels()[0]]).isEqualTo(N);
        assertThat(seen.entropy()).isZero();
        // Differences of squares of about a hundred are known to 1e-5 only, and so are their roots to a few
        // thousandths.
        assertThat(seen.twinDistance())
                .isEqualTo(twinDistance(pixels), within(5e-3))
                .isLessThan(1.5);
        assertThat(CollapseAlarm.SILENT.after(1000, seen).suspected()).isTrue();
    }

    /** Each class is there, but each picture twice: only the twins tell. */
    @Test
    void picturesThatAreAllThereTwiceAreTwins() {
        LabelledImages.Part part = testDigits();
        SampleJudge.Judgement seen = judge(digits(
                part,
                IntStream.range(0, N).map(i -> i % (SampleJudge.TWINS / 2)).toArray()));
        assertThat(seen.classesCovered()).isEqualTo(10);
        assertThat(seen.twinDistance()).isLessThan(.02);
    }
}
