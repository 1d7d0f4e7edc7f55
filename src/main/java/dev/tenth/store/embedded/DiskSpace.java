package dev.tenth.store.embedded;

import dev.tenth.store.StoreException;
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
 * The space of a home's disk. Two files take some of it from the start. The ballast is given up when the disk is full, so that
 * what waits to be written, and the word that runs pause, still fits. The reserve is given up when the removal of a run finds no
 * room: a removal, too, is written before it frees anything.
 *
 * <p>Invariant: listeners hear {@code false} and {@code true} in turns, in order, from one thread at a time.
 */
final class DiskSpace implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DiskSpace.class.getName());
    /** How long until a full disk is looked at again. */
    static final Duration CHECK = Duration.ofSeconds(1);

    /** The reserve is this part of the ballast's size. */
    private static final int RESERVE_PART = 4;

    private static final int CHUNK_BYTES = 1 << 16;
    private static final List<String> FULL_DISK_WORDS = List.of("no space left", "quota exceeded", "not enough space");

    private final Path home;
    private final Filler ballast;
    private final Filler reserve;
    private final StoreLimits limits;
    private final Announcements announcements = new Announcements();
    private Thread watch;
    private volatile boolean full;
    private volatile boolean reserveInUse;
    private boolean closed;

    DiskSpace(Path home, StoreLimits limits) {
        this.home = home;
        this.ballast = new Filler(home.resolve("ballast"), limits.ballastBytes());
        this.reserve = new Filler(home.resolve("reserve"), Math.max(1, limits.ballastBytes() / RESERVE_PART));
        this.limits = limits;
        boolean whole = reserve.take();
        if (!ballast.take() || !whole) {
            exhausted();
        }
    }

    /** Whether the failure says that the disk is full. */
    static boolean isFull(IOException failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return FULL_DISK_WORDS.stream().anyMatch(message::contains);
    }

    /** Whether the disk was found full, and has not been found with space again. */
    boolean isFull() {
        return full;
    }

    /**
     * Whether the disk was found full and has no room yet: who has just made some need not wait until that is noticed and told.
     */
    boolean isShort() {
        return full && !hasRoom();
    }

    private boolean hasRoom() {
        try {
            long lacking = ballast.lacking() + reserve.lacking();
            return Files.getFileStore(home).getUsableSpace() >= lacking + limits.freeBytes();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot look at the disk of " + home, e);
            return false;
        }
    }

    /** Whether the disk takes no more bytes, as a try shows: a quota that is used up has no sign of its own. */
    boolean takesNothing() {
        try {
            Path probe = DurableFiles.write(home, channel -> {
                channel.write(ByteBuffer.allocate(CHUNK_BYTES));
                return "probe";
            });
            Files.delete(probe);
            return false;
        } catch (IOException e) {
            return isFull(e);
        }
    }

    /** Someone found the disk full: gives up the ballast and tells the listeners, unless that was done before. */
    synchronized void exhausted() {
        if (full || closed) {
            return;
        }
        full = true;
        ballast.giveUp();
        LOG.log(System.Logger.Level.WARNING, "the disk of {0} is full", home);
        watch = Thread.ofVirtual().name("disk-space").start(this::watch);
    }

    /**
     * A removal found no room on the full disk: gives up the reserve. From then on, until there is space again, only removals are to
     * be written.
     *
     * @return false if that was done before
     */
    synchronized boolean giveUpReserve() {
        if (reserveInUse) {
            return false;
        }
        reserveInUse = true;
        reserve.giveUp();
        return true;
    }

    /** Whether what is left of the disk is for removals alone. */
    boolean isForRemovalsOnly() {
        return reserveInUse && isShort();
    }

    /** @throws StoreException if the disk is full: what it still takes is for the log's last words */
    void refuseIfFull(String what) {
        if (isShort()) {
            throw new StoreException(
                    StoreException.Reason.FULL,
                    what + ": the disk of " + home + " is full; make room, for example by deleting runs");
        }
    }

    void onChange(Consumer<Boolean> listener) {
        announcements.add(listener);
    }

    /** Waits for space on a full disk and takes the ballast again. Whatever fails meanwhile is tried again. */
    private void watch() {
        announcements.tell(false);
        try {
            do {
                Thread.sleep(CHECK);
            } while (!hasSpaceAgain());
        } catch (InterruptedException e) {
            return; // closed
        }
        LOG.log(System.Logger.Level.INFO, "the disk of {0} has space again", home);
        announcements.tell(true);
        synchronized (this) {
            reserveInUse = false;
            full = false; // after the word, so that the next one cannot overtake it
        }
    }

    private boolean hasSpaceAgain() {
        try {
            return hasRoom() && reserve.take() && ballast.take();
        } catch (Throwable e) { // this thread alone can say that there is space
            LOG.log(System.Logger.Level.WARNING, "cannot look at the disk of " + home, e);
            return false;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (watch != null) {
            watch.interrupt();
        }
    }

    /** A file that takes room until it is given up. */
    private record Filler(Path file, long bytes) {

        /** False if there is no room for it. One that cannot be written for another reason is done without. */
        boolean take() {
            try {
                if (lacking() > 0) {
                    fill();
                }
                return true;
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "cannot take " + file, e);
                return !isFull(e);
            }
        }

        /** How much room it does not take yet. */
        long lacking() throws IOException {
            return Files.exists(file) && Files.size(file) == bytes ? 0 : bytes;
        }

        void giveUp() {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "cannot give up " + file, e);
            }
        }

        /** Random bytes: a file system that compresses would keep no space for zeros. */
        private void fill() throws IOException {
            Random random = new Random(1);
            byte[] chunk = new byte[CHUNK_BYTES];
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                for (long left = bytes; left > 0; left -= chunk.length) {
                    random.nextBytes(chunk);
                    ByteBuffer content = ByteBuffer.wrap(chunk, 0, (int) Math.min(left, chunk.length));
                    while (content.hasRemaining()) {
                        channel.write(content);
                    }
                }
                channel.force(true);
            } catch (IOException e) {
                Files.deleteIfExists(file);
                throw e;
            }
        }
    }

    /** Tells each listener the same story: what is true when it comes, then every change, in order. */
    private static final class Announcements {
        private final List<Consumer<Boolean>> listeners = new ArrayList<>();
        private boolean space = true;

        synchronized void add(Consumer<Boolean> listener) {
            listeners.add(listener);
            if (!space) {
                tell(listener);
            }
        }

        synchronized void tell(boolean space) {
            this.space = space;
            listeners.forEach(this::tell);
        }

        private void tell(Consumer<Boolean> listener) {
            try {
                listener.accept(space);
            } catch (Throwable e) { // one listener's fault is not another's
                LOG.log(System.Logger.Level.ERROR, "a listener failed", e);
            }
        }
    }
}
