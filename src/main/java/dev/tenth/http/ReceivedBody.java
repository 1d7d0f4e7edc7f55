package dev.tenth.http;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The whole body of a request, of up to 33 MiB: in memory if it is small, else in a temporary file. It is
 * there until the request is answered, or its client has gone.
 */
public final class ReceivedBody {
    private final long bytes;
    private final Buffer memory;
    private final Path file;

    private ReceivedBody(long bytes, Buffer memory, Path file) {
        this.bytes = bytes;
        this.memory = memory;
        this.file = file;
    }

    static ReceivedBody inMemory(Buffer content) {
        return new ReceivedBody(content.length(), content, null);
    }

    static ReceivedBody inFile(Path file, long bytes) {
        return new ReceivedBody(bytes, null, file);
    }

    /** How long it is. */
    public long bytes() {
        return bytes;
    }

    /**
     * Reads it from its beginning; as often as one likes.
     *
     * @throws IOException if the file cannot be read, as when the client has gone
     */
    public InputStream open() throws IOException {
        return file == null ? new ByteArrayInputStream(memory.getBytes()) : Files.newInputStream(file);
    }

    /**
     * The same for who reads at any place.
     *
     * @throws IOException if the file cannot be read, as when the client has gone
     */
    public SeekableByteChannel openSeekable() throws IOException {
        if (file != null) {
            return FileChannel.open(file);
        }
        FileChannel copy = FileChannel.open(
                Files.createTempFile("tenth-body", ""),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
        try {
            copy.write(ByteBuffer.wrap(memory.getBytes()));
            return copy.position(0);
        } catch (IOException e) {
            copy.close();
            throw e;
        }
    }

    /**
     * Reads it as a whole into the heap.
     *
     * @throws UncheckedIOException if the file cannot be read, as when the client has gone
     */
    public byte[] content() {
        try {
            return file == null ? memory.getBytes() : Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the body cannot be read", e);
        }
    }

    /** Whether reading it waits for no disk. */
    public boolean isInMemory() {
        return file == null;
    }

    /** The body that an entity stream reads, for readers of bodies. */
    public static ReceivedBody of(InputStream entity) {
        return ((Stream) entity).body();
    }

    /** The body as quarkus-rest reads it for a parameter of any type; opened when it is read. */
    static final class Stream extends InputStream {
        private final ReceivedBody body;
        private InputStream content;

        Stream(ReceivedBody body) {
            this.body = body;
        }

        ReceivedBody body() {
            return body;
        }

        private InputStream content() throws IOException {
            if (content == null) {
                content = body.open();
            }
            return content;
        }

        @Override
        public int read() throws IOException {
            return content().read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return content().read(target, offset, length);
        }

        @Override
        public int available() throws IOException {
            return content().available();
        }

        @Override
        public void close() throws IOException {
            if (content != null) {
                content.close();
            }
        }
    }
}
