package dev.tenth.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Large tensors go through channels in pieces that fit a processor's cache. */
final class Pieces {
    static final int BYTES = 1 << 20;

    private Pieces() {}

    /** Writes everything between position and limit. */
    static void write(ByteBuffer bytes, WritableByteChannel channel) throws IOException {
        ByteBuffer piece = bytes.duplicate();
        while (piece.position() < bytes.limit()) {
            piece.limit(Math.min(bytes.limit(), piece.position() + BYTES));
            channel.write(piece);
        }
    }
}
