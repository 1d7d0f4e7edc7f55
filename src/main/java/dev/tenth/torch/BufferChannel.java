package dev.tenth.torch;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Fills a buffer from its position. What does not fit is a {@link java.nio.BufferOverflowException}. */
record BufferChannel(ByteBuffer target) implements WritableByteChannel {

    @Override
    public int write(ByteBuffer source) {
        int count = source.remaining();
        target.put(source);
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
