package dev.tenth.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/**
 * A tensor in the memory of the JVM: what is stored, sent and compared. It owns no native memory.
 *
 * @param shape the dimensions, outermost first; empty for a scalar
 * @param bytes the elements in row-major order, little-endian, from position 0 to its limit
 */
public record HostTensor(DType type, long[] shape, ByteBuffer bytes) implements TensorSource {

    public HostTensor {
        long expected = size(shape) * type.bytes();
        if (bytes.remaining() != expected) {
            throw new IllegalArgumentException("bytes: %d do not fill %s%s, which takes %d"
                    .formatted(bytes.remaining(), type, Arrays.toString(shape), expected));
        }
        bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The elements as {@code float32}, of the given shape. */
    public static HostTensor of(float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new HostTensor(DType.FLOAT32, shape, bytes);
    }

    /** The elements as {@code float64}, of the given shape. */
    public static HostTensor of(double[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        return new HostTensor(DType.FLOAT64, shape, bytes);
    }

    /** The elements as {@code int64}, of the given shape. */
    public static HostTensor of(long[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return new HostTensor(DType.INT64, shape, bytes);
    }

    /** The bytes as {@code uint8}, of the given shape; they are not copied. */
    public static HostTensor of(byte[] values, long... shape) {
        return new HostTensor(DType.UINT8, shape, ByteBuffer.wrap(values));
    }

    /** The elements as Java floats; the type must be {@code float32}. */
    public float[] floats() {
        require(DType.FLOAT32);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    /** The elements as Java doubles; the type must be {@code float64}. */
    public double[] doubles() {
        require(DType.FLOAT64);
        double[] values = new double[bytes.remaining() / Double.BYTES];
        bytes.asDoubleBuffer().get(values);
        return values;
    }

    /** The elements as Java longs; the type must be {@code int64}. */
    public long[] longs() {
        require(DType.INT64);
        long[] values = new long[bytes.remaining() / Long.BYTES];
        bytes.asLongBuffer().get(values);
        return values;
    }

    /** The number of elements of a shape. */
    public static long size(long... shape) {
        long size = 1;
        for (long dimension : shape) {
            size = Math.multiplyExact(size, dimension);
        }
        return size;
    }

    private void require(DType wanted) {
        if (type != wanted) {
            throw new IllegalStateException("type: the tensor is " + type + ", not " + wanted);
        }
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        Pieces.write(bytes, channel);
    }

    /** Itself: it is in the JVM's memory already. */
    @Override
    public HostTensor read() {
        return this;
    }

    @Override
    public ByteBuffer bytes() {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HostTensor that
                && type == that.type
                && Arrays.equals(shape, that.shape)
                && bytes.equals(that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + bytes.hashCode();
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }
}
