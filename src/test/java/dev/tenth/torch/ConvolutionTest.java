package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Convolutions of any number of channels, in memory that held something else before. */
class ConvolutionTest {
    private static final int JUNK = 20_000_000;
    /** What is computed from the wrong place is off by a tenth and more; a sum that nearly cancels by some 1e-5. */
    private static final double WRONG = 1e-4;

    private static final List<String> WHAT =
            List.of("maps", "gradient of images", "gradient of weights", "gradient of biases");

    /** Numbers of channels that fill oneDNN's blocks, and such that do not. */
    @ParameterizedTest
    @CsvSource({"1,16", "1,20", "3,20", "16,32", "17,64", "20,50", "24,48", "48,64"})
    void readsNoMemoryThatNobodyWrote(int in, int out) {
        Conv layer = Conv.of("layer", in, out, 3, 1, 1);
        findsNothingLeft(in, layer::apply, layer.weight(), layer.bias());
    }

    @ParameterizedTest
    @CsvSource({"1,16", "16,1", "16,3", "20,16", "32,20", "17,5", "32,16", "100,48"})
    void enlargingReadsNoMemoryThatNobodyWrote(int in, int out) {
        TransposedConv layer = TransposedConv.of("layer", in, out, 3, 1, 1);
        findsNothingLeft(in, layer::apply, layer.weight(), layer.bias());
    }

    /** Numbers of channels are computed in many ways: held against float64, for which libtorch has one way alone. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20, 48, 100})
    void anyNumberOfChannelsIsTheSumThatItShouldBe(int in) {
        SoftAssertions all = new SoftAssertions();
        for (int out : new int[] {1, 3, 16, 40, 48, 64, 80, 100}) {
            for (int stride = 1; stride <= 2; stride++) {
                int size = 2 + stride;
                Conv layer = Conv.of("layer", in, out, size, stride, 1);
                agrees(all, "conv2d", layer.weight(), layer.bias(), in, stride, Convolution::conv2d);
                TransposedConv other = TransposedConv.of("layer", in, out, size, stride, 1);
                agrees(all, "convTranspose2d", other.weight(), other.bias(), in, stride, Convolution::convTranspose2d);
            }
        }
        all.assertAll();
    }

    @FunctionalInterface
    private interface Operator {
        Tensor apply(Tensor input, Tensor weight, Tensor bias, int stride, int padding);
    }

    private static void agrees(
            SoftAssertions all, String name, Variable weight, Variable bias, int in, int stride, Operator operator) {
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method("compare", t -> {
                    List<Tensor> given =
                            List.of(t.random(t.integer("seed")).normal(4, in, 8, 8), t.value(weight), t.value(bias));
                    List<Tensor> single = seen(operator, DType.FLOAT32, given, stride);
                    List<Tensor> exact = seen(operator, DType.FLOAT64, given, stride);
                    for (int i = 0; i < exact.size(); i++) {
                        Tensor difference = single.get(i).cast(DType.FLOAT64).minus(exact.get(i));
                        t.output(WHAT.get(i), largest(difference).dividedBy(largest(exact.get(i))));
                    }
                }));
        try (Executable executable = new Executable(program, Device.CPU, 1)) {
            executable.call("compare").with("seed", 5).run().forEach((what, worst) -> all.assertThat(worst.doubles()[0])
                    .as("%s by %s, stride %d: relative error of the %s", name, weight.shape(), stride, what)
                    .isLessThan(WRONG));
        }
    }

    /** Maps, and the gradients of their mean square. */
    private static List<Tensor> seen(Operator operator, DType type, List<Tensor> given, int stride) {
        List<Tensor> cast =
                given.stream().map(tensor -> tensor.detach().cast(type).leaf()).toList();
        Tensor maps = operator.apply(cast.get(0), cast.get(1), cast.get(2), stride, 1);
        List<Tensor> gradients = maps.trace().gradient(maps.square().mean(), cast);
        return Stream.concat(Stream.of(maps.detach()), gradients.stream()).toList();
    }

    private static Tensor largest(Tensor values) {
        return values.abs().reshape(values.shape().elements()).max(0);
    }

    /** Pictures as files have them, red green blue red …, and the same with their planes apart. */
    @Test
    void itIsAllTheSameHowThePixelsLieInMemory() {
        Conv layer = Conv.of("layer", 3, 20, 3, 1, 1);
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method("convolve", t -> {
                    Tensor planes = t.random(t.integer("seed")).uniform(4, 3, 8, 8);
                    Tensor pixels = planes.permute(0, 2, 3, 1).reshape(4, 8 * 8 * 3); // row by row, as in a file
                    t.output("planes", gradient(t, layer, planes));
                    t.output(
                            "pixels",
                            gradient(t, layer, pixels.reshape(4, 8, 8, 3).permute(0, 3, 1, 2)));
                }));
        try (Executable executable = new Executable(program, Device.CPU, 1)) {
            Map<String, HostTensor> gradients =
                    executable.call("convolve").with("seed", 5).run();
            assertThat(gradients.get("pixels")).isEqualTo(gradients.get("planes"));
        }
    }

    private static Tensor gradient(Trace t, Conv layer, Tensor images) {
        Tensor loss = layer.apply(images).square().mean();
        return t.gradient(loss, List.of(t.value(layer.weight()))).getFirst();
    }

    private static void findsNothingLeft(int in, UnaryOperator<Tensor> layer, Variable weight, Variable bias) {
        Program program = Program.trace(Precision.FLOAT32, methods -> methods.method("litter", t -> {
                    Tensor zeros = t.zeros(JUNK);
                    t.output("sum", zeros.dividedBy(zeros).sum());
                })
                .method("convolve", t -> {
                    Tensor images =
                            t.random(t.integer("seed")).uniform(64, in, 14, 14).leaf();
                    Tensor maps = layer.apply(images);
                    t.output("maps", maps.sum());
                    List<Tensor> gradients =
                            t.gradient(maps.square().mean(), List.of(images, t.value(weight), t.value(bias)));
                    for (int i = 0; i < gradients.size(); i++) {
                        t.output("gradient" + i, gradients.get(i).sum());
                    }
                }));
        try (Executable clean = new Executable(program, Device.CPU, 1);
                Executable littered = new Executable(program, Device.CPU, 1)) {
            Map<String, HostTensor> expected =
                    clean.call("convolve").with("seed", 5).run();
            assertThat(littered.call("litter").run().get("sum").floats()).containsExactly(Float.NaN);
            assertThat(littered.call("convolve").with("seed", 5).run()).isEqualTo(expected);
            expected.values().forEach(value -> assertThat(value.floats()[0]).isFinite());
        }
    }
}
