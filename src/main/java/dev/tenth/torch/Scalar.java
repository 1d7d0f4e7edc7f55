package dev.tenth.torch;

/**
 * A number in a program that is not a tensor: a constant, an input of a call, the index of a loop.
 *
 * @param expression how a program spells it
 */
public record Scalar(String expression, boolean isInteger) {

    public static Scalar of(long value) {
        return new Scalar(Long.toString(value), true);
    }

    public static Scalar of(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("value: a program cannot spell " + value);
        }
        return new Scalar(Double.toString(value), false);
    }
}
