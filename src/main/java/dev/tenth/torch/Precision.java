package dev.tenth.torch;

/** The number format of the matrix products of a program; parameters and sums stay in float32. */
public enum Precision {
    FLOAT32,
    BFLOAT16
}
