package dev.tenth.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Tensors between the memory of the JVM and libtorch's. */
final class NativeArrays {
    private NativeArrays() {}

    /** Memory of libtorch's own, aligned as its kernels like it: a rounding that depends on alignment never differs. */
    static PtNDArray copyIn(PtNDManager manager, HostTensor value) {
        ByteBuffer direct = ByteBuffer.allocateDirect(value.bytes().remaining()).order(ByteOrder.nativeOrder());
        direct.put(value.bytes()).flip();
        try (PtNDArray shared = share(manager, direct, manager.getDevice(), value.type(), value.shape())) {
            return JniUtils.clone(shared);
        }
    }

    /** A tensor in the buffer's own memory (on the CPU). */
    static PtNDArray share(PtNDManager manager, ByteBuffer direct, ai.djl.Device device, DType type, long... shape) {
        return JniUtils.createNdFromByteBuffer(
                manager, direct, new ai.djl.ndarray.types.Shape(shape), djl(type), SparseFormat.DENSE, device);
    }

    static HostTensor copyOut(NDArray array) {
        return new HostTensor(
                dtype(array.getDataType()),
                array.getShape().getShape(),
                array.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
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
