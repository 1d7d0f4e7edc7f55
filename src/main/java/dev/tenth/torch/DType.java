package dev.tenth.torch;

import java.util.Arrays;

/** The element types that a tensor can have. */
public enum DType {
    FLOAT32("float32", "F32", 6, 4),
    FLOAT64("float64", "F64", 7, 8),
    BFLOAT16("bfloat16", "BF16", 15, 2),
    INT64("int64", "I64", 4, 8),
    /** Bytes: how pictures lie in memory. It is cast before it is computed with. */
    UINT8("uint8", "U8", 0, 1),
    BOOL("bool", "BOOL", 11, 1);

    private final String label;
    private final String safetensorsName;
    private final int torchCode;
    private final int bytes;

    DType(String label, String safetensorsName, int torchCode, int bytes) {
        this.label = label;
        this.safetensorsName = safetensorsName;
        this.torchCode = torchCode;
        this.bytes = bytes;
    }

    /** The name in the safetensors format. */
    public String safetensorsName() {
        return safetensorsName;
    }

    /** The number of this type in a TorchScript program ({@code c10::ScalarType}). */
    int torchCode() {
        return torchCode;
    }

    /** The name of a storage of such elements in Python's {@code torch}. */
    String torchStorage() {
        return switch (this) {
            case FLOAT32 -> "FloatStorage";
            case FLOAT64 -> "DoubleStorage";
            case BFLOAT16 -> "BFloat16Storage";
            case INT64 -> "LongStorage";
            case UINT8 -> "ByteStorage";
            case BOOL -> "BoolStorage";
        };
    }

    /** The size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    public boolean isFloating() {
        return this == FLOAT32 || this == FLOAT64 || this == BFLOAT16;
    }

    static DType ofSafetensorsName(String name) {
        return Arrays.stream(values())
                .filter(type -> type.safetensorsName.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "dtype: \"" + name + "\" is not one of F32, F64, BF16, I64, U8, BOOL"));
    }

    @Override
    public String toString() {
        return label;
    }
}
