package dev.tenth.torch;

import java.util.List;

/** Convolution and pooling over images {@code [N, C, H, W]}. */
public final class Convolution {
    /** The channels that oneDNN takes together. */
    private static final int BLOCK = 16;

    private Convolution() {}

    /**
     * Slides filters over an image: {@code [N, out, H', W']} with {@code H' = (H + 2·padding − k) / stride + 1}.
     *
     * @param weight {@code [out, C, k, k]}
     * @param bias {@code [out]}
     */
    public static Tensor conv2d(Tensor input, Tensor weight, Tensor bias, int stride, int padding) {
        check("conv2d", input, weight, 1);
        long height = (input.size(2) + 2L * padding - weight.size(2)) / stride + 1;
        long width = (input.size(3) + 2L * padding - weight.size(3)) / stride + 1;
        return convolve("conv2d", 1, input, weight, bias, height, width, stride, padding);
    }

    /**
     * The transpose of a convolution, which enlarges: {@code H' = (H − 1)·stride − 2·padding + k}.
     *
     * @param weight {@code [C, out, k, k]}
     * @param bias {@code [out]}
     */
    public static Tensor convTranspose2d(Tensor input, Tensor weight, Tensor bias, int stride, int padding) {
        check("convTranspose2d", input, weight, 0);
        long height = (input.size(2) - 1) * stride - 2L * padding + weight.size(2);
        long width = (input.size(3) - 1) * stride - 2L * padding + weight.size(3);
        return convolve("conv_transpose2d", 0, input, weight, bias, height, width, stride, padding);
    }

    /** Either of them; on the CPU with all channels filled up. */
    private static Tensor convolve(
            String operator,
            int from,
            Tensor input,
            Tensor weight,
            Tensor bias,
            long height,
            long width,
            int stride,
            int padding) {
        Shape result = Shape.of(input.size(0), weight.size(1 - from), height, width);
        return input.trace()
                .byDevice(
                        () -> inBlocks(operator, from, input, weight, bias, result, stride, padding),
                        () -> call(operator, input, weight, bias, result, stride, padding));
    }

    private static Tensor call(
            String operator, Tensor input, Tensor weight, Tensor bias, Shape result, int stride, int padding) {
        return input.trace()
                .lowered(
                        input.type(),
                        in -> in.getFirst()
                                .call(
                                        operator,
                                        in.getFirst().type(),
                                        result,
                                        in.get(0),
                                        in.get(1),
                                        in.get(2),
                                        new long[] {stride, stride},
                                        new long[] {padding, padding}),
                        input,
                        weight,
                        bias);
    }

    /**
     * With all channels filled up to oneDNN's blocks; only one channel beside a filter's maps is a case of its own and stays.
     *
     * @param from the dimension of the weight that is the input's channels; the other is the result's
     */
    private static Tensor inBlocks(
            String operator,
            int from,
            Tensor input,
            Tensor weight,
            Tensor bias,
            Shape wanted,
            int stride,
            int padding) {
        int to = 1 - from;
        long[] channels = {blocks(weight.size(0)), weight.size(1) == 1 ? 1 : blocks(weight.size(1))};
        Tensor result = call(
                operator,
                filled(input, 1, channels[from]),
                filled(filled(weight, 0, channels[0]), 1, channels[1]),
                filled(bias, 0, channels[to]),
                wanted.with(1, channels[to]),
                stride,
                padding);
        return channels[to] == wanted.size(1) ? result : result.narrow(1, 0, wanted.size(1));
    }

    /**
     * So many channels fill oneDNN's blocks. It takes two blocks together, and where it enlarges (also in the gradient of a
     * convolution) an odd number of blocks above one comes out wrong with libtorch 2.7.1.
     */
    private static long blocks(long channels) {
        return channels <= BLOCK ? BLOCK : Math.ceilDiv(channels, 2 * BLOCK) * 2 * BLOCK;
    }

    /**
     * With zeros up to a size of one dimension. oneDNN, to which libtorch gives a convolution on the CPU, would fill up its blocks
     * itself, only not with zeros: with libtorch 2.7.1 it computes with what was in memory, and NaN there makes all of it NaN.
     */
    private static Tensor filled(Tensor tensor, int dimension, long size) {
        long missing = size - tensor.size(dimension);
        if (missing == 0) {
            return tensor;
        }
        Tensor zeros = tensor.trace()
                .zeros(tensor.shape().with(dimension, missing).dimensions())
                .cast(tensor.type());
        return Tensor.concatenate(dimension, List.of(tensor, zeros));
    }

    /** With so many rows and columns of one value on each side. */
    public static Tensor pad2d(Tensor input, int margin, double value) {
        Shape result = input.shape().with(-2, input.size(-2) + 2L * margin).with(-1, input.size(-1) + 2L * margin);
        return input.call(
                "constant_pad_nd",
                input.type(),
                result,
                input,
                new long[] {margin, margin, margin, margin},
                Scalar.of(value));
    }

    /** The largest element of each {@code size × size} square. */
    public static Tensor maxPool2d(Tensor input, int size) {
        return pool("max_pool2d", input, size);
    }

    /** The mean of each {@code size × size} square. */
    public static Tensor averagePool2d(Tensor input, int size) {
        return pool("avg_pool2d", input, size);
    }

    private static Tensor pool(String operator, Tensor input, int size) {
        if (input.shape().rank() != 4) {
            throw new ShapeException(operator + ": " + input.shape() + " is not [N, C, H, W]");
        }
        Shape result = input.shape().with(2, input.size(2) / size).with(3, input.size(3) / size);
        return input.call(operator, input.type(), result, input, new long[] {size, size});
    }

    private static void check(String operator, Tensor input, Tensor weight, int channels) {
        if (input.shape().rank() != 4 || weight.shape().rank() != 4 || input.size(1) != weight.size(channels)) {
            throw new ShapeException(operator + ": image " + input.shape() + " and filters " + weight.shape()
                    + " do not fit: " + List.of("[N, C, H, W]", channels == 1 ? "[out, C, k, k]" : "[C, out, k, k]"));
        }
    }
}
