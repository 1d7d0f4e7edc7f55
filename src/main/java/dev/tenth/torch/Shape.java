package dev.tenth.torch;

import java.util.Arrays;

/** The dimensions of a tensor, outermost first; empty for a scalar. Known at trace time, immutable. */
public final class Shape {
    public static final Shape SCALAR = new Shape();

    private final long[] dimensions;

    private Shape(long... dimensions) {
        this.dimensions = dimensions;
    }

    public static Shape of(long... dimensions) {
        for (long dimension : dimensions) {
            if (dimension < 0) {
                throw new ShapeException("shape: " + Arrays.toString(dimensions) + " has a negative dimension");
            }
        }
        return dimensions.length == 0 ? SCALAR : new Shape(dimensions.clone());
    }

    /** The number of dimensions. */
    public int rank() {
        return dimensions.length;
    }

    /** The size of one dimension; negative numbers count from the end, −1 being the innermost. */
    public long size(int dimension) {
        return dimensions[index(dimension)];
    }

    /** The number of elements. */
    public long elements() {
        return HostTensor.size(dimensions);
    }

    public long[] dimensions() {
        return dimensions.clone();
    }

    /** The dimension's number from the front. */
    int index(int dimension) {
        int index = dimension < 0 ? dimension + rank() : dimension;
        if (index < 0 || index >= rank()) {
            throw new ShapeException("dimension: " + dimension + " is not one of the " + rank() + " of " + this);
        }
        return index;
    }

    /** This shape with one dimension of another size. */
    Shape with(int dimension, long size) {
        long[] changed = dimensions();
        changed[index(dimension)] = size;
        return new Shape(changed);
    }

    /** This shape without one dimension. */
    Shape without(int dimension) {
        int removed = index(dimension);
        long[] rest = new long[rank() - 1];
        System.arraycopy(dimensions, 0, rest, 0, removed);
        System.arraycopy(dimensions, removed + 1, rest, removed, rest.length - removed);
        return new Shape(rest);
    }

    /** This shape with a dimension of the given size put before {@code dimension}. */
    Shape insert(int dimension, long size) {
        long[] more = new long[rank() + 1];
        System.arraycopy(dimensions, 0, more, 0, dimension);
        more[dimension] = size;
        System.arraycopy(dimensions, dimension, more, dimension + 1, rank() - dimension);
        return new Shape(more);
    }

    /** The shape of an element-wise result: each pair of dimensions is equal, or one of the two is 1 or missing. */
    static Shape broadcast(String operation, Shape a, Shape b) {
        long[] result = new long[Math.max(a.rank(), b.rank())];
        for (int i = 1; i <= result.length; i++) {
            long left = i <= a.rank() ? a.size(-i) : 1;
            long right = i <= b.rank() ? b.size(-i) : 1;
            if (left != right && left != 1 && right != 1) {
                throw new ShapeException("%s: %s and %s differ in dimension %d: %d and %d"
                        .formatted(operation, a, b, result.length - i, left, right));
            }
            result[result.length - i] = left == 1 ? right : left;
        }
        return new Shape(result);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape that && Arrays.equals(dimensions, that.dimensions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dimensions);
    }

    @Override
    public String toString() {
        return Arrays.toString(dimensions);
    }
}
