package dev.tenth.data;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;

/** A file that is read in a bounded time, and no further once the reading thread is interrupted. */
final class WatchedStream extends FilterInputStream {
    private final String file;
    private final Duration most;
    private final long since;

    /**
     * A stream.
     *
     * @param file names it in errors
     * @param since when the reading began, on the clock of {@link System#nanoTime}
     * @param most how long the reading may take
     */
    WatchedStream(String file, InputStream bytes, long since, Duration most) {
        super(bytes);
        this.file = file;
        this.since = since;
        this.most = most;
    }

    private void check() throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException(file + ": nobody waits for it any more");
        }
        if (System.nanoTime() - since > most.toNanos()) {
            throw new DataException(
                    "%s: it takes more than %d s to read; make it smaller".formatted(file, most.toSeconds()));
        }
    }

    @Override
    public int read() throws IOException {
        check();
        return super.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        check();
        return super.read(target, offset, length);
    }
}
