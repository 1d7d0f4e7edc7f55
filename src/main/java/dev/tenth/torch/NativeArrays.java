package dev.tenth.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/**
 * Tensors between channels, the memory of the JVM and libtorch's. On the CPU, libtorch's memory is read and written in place;
 * {@link NDArray#toByteBuffer()} would let JNI make a copy in the heap, and write to null where there is no room for it.
 */
final class NativeArrays {
    private NativeArrays() {}

    /**
     * Memory of libtorch's own, aligned as its kernels like it: a rounding that depends on alignment never differs.
     *
     * @throws UncheckedIOException if the source cannot be read; nothing is left behind then
     */
    static PtNDArray copyIn(PtNDManager manager, TensorSource source) {
        PtNDArray array = JniUtils.createEmptyNdArray(
                manager,
                new ai.djl.ndarray.types.Shape(source.shape()),
                djl(source.type()),
                ai.djl.Device.cpu(),
                SparseFormat.DENSE);
        try {
            fill(array, source);
        } catch (IOException e) {
            array.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            array.close();
            throw e;
        }
        if (manager.getDevice().equals(ai.djl.Device.cpu())) {
            return array;
        }
        try (array) {
            PtNDArray there = array.toDevice(manager.getDevice(), true);
            if (there.getManager() != manager) {
                NDManager owner = there.getManager();
                there.attach(manager);
                owner.close();
            }
            return there;
        }
    }

    private static void fill(PtNDArray array, TensorSource source) throws IOException {
        if (source.byteCount() == 0) {
            return; // it has no memory to write to
        }
        ByteBuffer memory = array.toByteBuffer(true);
        source.writeTo(new BufferChannel(memory));
        if (memory.hasRemaining()) {
            throw new EOFException(
                    "tensor: %,d of %,d bytes are missing".formatted(memory.remaining(), memory.limit()));
        }
    }

    /** A tensor in the buffer's own memory (on the CPU). */
    static PtNDArray share(PtNDManager manager, ByteBuffer direct, ai.djl.Device device, DType type, long... shape) {
        return JniUtils.createNdFromByteBuffer(
                manager, direct, new ai.djl.ndarray.types.Shape(shape), djl(type), SparseFormat.DENSE, device);
    }

    /** Writes the elements in row-major order. */
    static void write(PtNDArray array, WritableByteChannel channel) throws IOException {
        if (array.size() == 0) {
            return;
        }
        if (!array.getDevice().equals(ai.djl.Device.cpu())) {
            PtNDArray here = array.toDevice(ai.djl.Device.cpu(), true);
            // DJL gives an array on another device an owner of its own, which would stay.
            try (NDManager owner = here.getManager()) {
                write(here, channel);
            }
            return;
        }
        // A view of the same memory, or a copy in row-major order where it is another.
        try (PtNDArray rows = JniUtils.reshape(array, new long[] {-1})) {
            Pieces.write(rows.toByteBuffer(true), channel);
        }
    }

    /** A copy in the heap: for what programs give back. */
    static HostTensor copyOut(NDArray array) {
        DType type = dtype(array.getDataType());
        long[] shape = array.getShape().getShape();
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(Math.multiplyExact(HostTensor.size(shape), type.bytes())));
        try {
            write((PtNDArray) array, new BufferChannel(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return new HostTensor(type, shape, bytes.flip().order(ByteOrder.LITTLE_ENDIAN));
    }

    private static DataType djl(DType type) {
        return switch (type) {
            case FLOAT32 -> DataType.FLOAT32;
            case FLOAT64 -> DataType.FLOAT64;
            case BFLOAT16 -> DataType.BFLOAT16;
            case INT64 -> DataType.INT64;
            case UINT8 -> DataType.UINT8;
            case BOOL -> DataType.BOOLEAN;
        };
    }

    private static DType dtype(DataType type) {
        return switch (type) {
            case FLOAT32 -> DType.FLOAT32;
            case FLOAT64 -> DType.FLOAT64;
            case BFLOAT16 -> DType.BFLOAT16;
            case INT64 -> DType.INT64;
            case UINT8 -> DType.UINT8;
            case BOOLEAN -> DType.BOOL;
            default -> throw new IllegalStateException("a program gave back a tensor of type " + type);
        };
    }
}
