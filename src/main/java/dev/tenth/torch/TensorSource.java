package dev.tenth.torch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A tensor whose elements are read where they are: in a program's native memory, in a file, in the JVM. A saved state is a map
 * of these by name, so that a state larger than the JVM's heap goes from a program to a file and back.
 */
public interface TensorSource {
    /** The most bytes that {@link #read} copies into the heap. */
    int LARGEST_READ = 64 << 20;

    DType type();

    /** The dimensions, outermost first; empty for a scalar. */
    long[] shape();

    /**
     * Writes all elements in row-major order, little-endian.
     *
     * @throws IOException if they cannot be read, or the channel fails
     */
    void writeTo(WritableByteChannel channel) throws IOException;

    /** The size of the elements in bytes. */
    default long byteCount() {
        return Math.multiplyExact(HostTensor.size(shape()), type().bytes());
    }

    /**
     * A copy in the JVM's memory, for small tensors such as the names of classes.
     *
     * @throws IllegalArgumentException if it is larger than {@link #LARGEST_READ}
     * @throws UncheckedIOException if it cannot be read
     */
    default HostTensor read() {
        if (byteCount() > LARGEST_READ) {
            throw new IllegalArgumentException("tensor: %s%s takes %,d bytes; at most %,d are read at once"
                    .formatted(type(), Shape.of(shape()), byteCount(), LARGEST_READ));
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) byteCount());
        try {
            writeTo(new BufferChannel(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new HostTensor(type(), shape(), bytes.flip());
    }
}
