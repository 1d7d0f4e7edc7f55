package dev.tenth.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The declaration of a tensor that outlives a call of a program: a parameter, an optimizer's slot, a running sum, resident
 * data.
 *
 * @param name unique in its program; parts are joined by {@code /}. What follows an {@code @} names the lane, where several
 *     models train side by side in one program: the same variable has the same first values in each lane
 */
public record Variable(String name, DType type, Shape shape, Initial initial, Role role) {
    /** The most bytes that one variable can have: it is read and written through one buffer. */
    private static final long LARGEST = Integer.MAX_VALUE;

    public Variable {
        if (shape.elements() > LARGEST / type.bytes()) {
            throw new IllegalArgumentException("variable: %s is %s%s; one tensor can have at most %,d bytes"
                    .formatted(name, type, shape, LARGEST));
        }
    }

    /** What a variable is for. */
    public enum Role {
        /** Learned: gradients are taken with respect to it. */
        PARAMETER,
        /** Saved with the parameters, but not learned. */
        STATE,
        /** Data that can be had again from elsewhere: not saved. */
        DATA
    }

    /** The first values of a variable. */
    @FunctionalInterface
    public interface Initial {
        /**
         * The value of an element; called for each in turn.
         *
         * @param index of the element in row-major order
         */
        double at(long index, RandomGenerator random);

        static Initial zeros() {
            return (_, _) -> 0;
        }

        static Initial constant(double value) {
            return (_, _) -> value;
        }

        /** U(−bound, bound). */
        static Initial uniform(double bound) {
            return (_, random) -> (2 * random.nextDouble() - 1) * bound;
        }

        /** N(0, deviation²). */
        static Initial normal(double deviation) {
            return (_, random) -> random.nextGaussian() * deviation;
        }
    }

    /** A learned {@code float32} tensor. */
    public static Variable parameter(String name, Initial initial, long... shape) {
        return new Variable(name, DType.FLOAT32, Shape.of(shape), initial, Role.PARAMETER);
    }

    /** A {@code float32} tensor of zeros that is saved, but not learned. */
    public static Variable state(String name, long... shape) {
        return new Variable(name, DType.FLOAT32, Shape.of(shape), Initial.zeros(), Role.STATE);
    }

    /** Resident data: zeros until it is set. */
    public static Variable data(String name, DType type, long... shape) {
        return new Variable(name, type, Shape.of(shape), Initial.zeros(), Role.DATA);
    }

    /** The same variable of another lane: a copy with the same first values. */
    public Variable in(String lane) {
        return new Variable(name + "@" + lane, type, shape, initial, role);
    }

    /** The size of its elements in bytes. */
    public long bytes() {
        return shape.elements() * type.bytes();
    }

    /** Its first values in a run: they depend on the seed and its name (without the lane) alone. */
    TensorSource first(long seed) {
        String origin = name.contains("@") ? name.substring(0, name.indexOf('@')) : name;
        return new First(this, Randomness.mix(seed, origin));
    }

    /** First values, which are drawn whenever they are written. */
    private record First(Variable variable, long seed) implements TensorSource {
        @Override
        public DType type() {
            return variable.type();
        }

        @Override
        public long[] shape() {
            return variable.shape().dimensions();
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            RandomGenerator random = new SplittableRandom(seed);
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(Pieces.BYTES, byteCount()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            long elements = variable.shape().elements();
            for (long i = 0; i < elements; i++) {
                double value = variable.initial().at(i, random);
                switch (variable.type()) {
                    case FLOAT32 -> piece.putFloat((float) value);
                    case FLOAT64 -> piece.putDouble(value);
                    case INT64 -> piece.putLong((long) value);
                    case UINT8 -> piece.put((byte) value);
                    case BFLOAT16, BOOL ->
                        throw new IllegalStateException(variable.name() + ": a variable cannot be " + variable.type());
                }
                if (!piece.hasRemaining()) {
                    Pieces.write(piece.flip(), channel);
                    piece.clear();
                }
            }
            Pieces.write(piece.flip(), channel);
        }
    }
}
