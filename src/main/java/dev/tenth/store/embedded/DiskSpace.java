package dev.tenth.store.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;

/**
 * The space of a home's disk. A ballast file takes some of it from the start and is given up when the disk is full, so that
 * what waits to be written, and the word that runs pause, still fits.
 *
 * <p>Invariant: listeners hear {@code false} and {@code true} in turns, in order, from one thread at a time.
 */
final class DiskSpace implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DiskSpace.class.getName());
    /** How long until a full disk is looked at again. */
    static final Duration CHECK = Duration.ofSeconds(1);

    private static final int CHUNK_BYTES = 1 << 16;
    private static final List<String> FULL_DISK_WORDS = List.of("no space left", "quota exceeded", "not enough space");

    private final Path home;
    private final Path ballast;
    private final StoreLimits limits;
    private final Announcements announcements = new Announcements();
    private Thread watch;
    private boolean full;
    private boolean closed;

    DiskSpace(Path home, StoreLimits limits) {
        this.home = home;
        this.ballast = home.resolve("ballast");
        this.limits = limits;
        if (!takeBallast()) {
            exhausted();
        }
    }

    /** Whether the failure says that the disk is full. */
    static boolean isFull(IOException failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return FULL_DISK_WORDS.stream().anyMatch(message::contains);
    }

    /** Someone found the disk full: gives up the ballast and tells the listeners, unless that was done before. */
    synchronized void exhausted() {
        if (full || closed) {
            return;
        }
        full = true;
        try {
            Files.deleteIfExists(ballast);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot give up " + ballast, e);
        }
        LOG.log(System.Logger.Level.WARNING, "the disk of {0} is full", home);
        watch = Thread.ofVirtual().name("disk-space").start(this::watch);
    }

    void onChange(Consumer<Boolean> listener) {
        announcements.add(listener);
    }

    /** Waits for space on a full disk and takes the ballast again. */
    private void watch() {
        announcements.tell(false);
        try {
            do {
                Thread.sleep(CHECK);
            } while (!(hasSpace() && takeBallast()));
        } catch (InterruptedException e) {
            return; // closed
        }
        LOG.log(System.Logger.Level.INFO, "the disk of {0} has space again", home);
        announcements.tell(true);
        synchronized (this) {
            full = false; // after the word, so that the next one cannot overtake it
        }
    }

    private boolean hasSpace() {
        try {
            return Files.getFileStore(home).getUsableSpace() >= limits.ballastBytes() + limits.freeBytes();
        } catch (IOException e) {
            return false;
        }
    }

    private boolean takeBallast() {
        try {
            if (Files.exists(ballast) && Files.size(ballast) == limits.ballastBytes()) {
                return true;
            }
            fillBallast();
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot take the ballast: {0}", e.getMessage());
            return false;
        }
    }

    /** Random bytes: a file system that compresses would keep no space for zeros. */
    private void fillBallast() throws IOException {
        Random random = new Random(1);
        byte[] chunk = new byte[CHUNK_BYTES];
        try (FileChannel channel = FileChannel.open(
                ballast, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (long left = limits.ballastBytes(); left > 0; left -= chunk.length) {
                random.nextBytes(chunk);
                ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, (int) Math.min(left, chunk.length));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            channel.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(ballast);
            throw e;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (watch != null) {
            watch.interrupt();
        }
    }

    /** Tells each listener the same story: what is true when it comes, then every change, in order. */
    private static final class Announcements {
        private final List<Consumer<Boolean>> listeners = new ArrayList<>();
        private boolean space = true;

        synchronized void add(Consumer<Boolean> listener) {
            listeners.add(listener);
            if (!space) {
                listener.accept(false);
            }
        }

        synchronized void tell(boolean space) {
            this.space = space;
            for (Consumer<Boolean> listener : listeners) {
                try {
                    listener.accept(space);
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, "a listener failed", e);
                }
            }
        }
    }
}
