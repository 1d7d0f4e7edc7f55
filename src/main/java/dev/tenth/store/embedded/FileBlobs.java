package dev.tenth.store.embedded;

import dev.tenth.event.BlobPath;
import dev.tenth.event.Event;
import dev.tenth.store.Blobs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Blobs as files named by their content: {@code blobs/ab/cdef…}.
 *
 * <p>Invariant: what was put and not named yet is not swept. A put marks its blob before it looks whether it is there, the mark goes
 * after the event that names it is durable, and {@link #sweep} looks for the mark first, then for a name, with the blob held.
 */
final class FileBlobs implements Blobs {
    private static final System.Logger LOG = System.getLogger(FileBlobs.class.getName());
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{" + BlobPath.SHA256_CHARACTERS + "}");
    /** So many characters of the name are the directory: 256 directories keep each one small. */
    private static final int DIRECTORY_CHARACTERS = 2;

    private final Path root;
    private final DiskSpace space;
    private final LongAdder swept = new LongAdder();
    /** How many times each was put without being named since. */
    private final Map<String, Integer> unnamed = new ConcurrentHashMap<>();

    FileBlobs(Path home, DiskSpace space) {
        this.root = home.resolve("blobs");
        this.space = space;
        DurableFiles.sweepAll(root);
    }

    @Override
    public String put(byte[] bytes) {
        String sha256 = Sha256.of(bytes);
        unnamed.merge(sha256, 1, Integer::sum);
        try {
            write(sha256, bytes);
            return sha256;
        } catch (RuntimeException | Error e) {
            unmark(sha256);
            throw e;
        }
    }

    private void write(String sha256, byte[] bytes) {
        Path file = file(sha256);
        try {
            if (isWhole(file, bytes)) {
                // Another thread may have renamed it a moment ago; its name must be durable for this caller too.
                DurableFiles.force(file.getParent());
                return;
            }
            space.refuseIfFull("blobs");
            DurableFiles.write(file.getParent(), channel -> {
                ByteBuffer content = ByteBuffer.wrap(bytes);
                while (content.hasRemaining()) {
                    channel.write(content);
                }
                return file.getFileName().toString();
            });
        } catch (IOException e) {
            if (DiskSpace.isFull(e)) {
                space.exhausted();
            }
            throw DurableFiles.failed("blobs: cannot write " + file, e);
        }
    }

    private static boolean isWhole(Path file, byte[] bytes) throws IOException {
        try {
            return Files.size(file) == bytes.length && Arrays.equals(Files.readAllBytes(file), bytes);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Events are durable: what they name needs its mark no longer. */
    void named(List<Event> events) {
        for (Event event : events) {
            BlobPath.sha256s(event.data()).forEach(this::unmark);
        }
    }

    private void unmark(String sha256) {
        unnamed.computeIfPresent(sha256, (_, times) -> times == 1 ? null : times - 1);
    }

    @Override
    public Optional<byte[]> get(String sha256) {
        if (!SHA256.matcher(sha256).matches()) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Files.readAllBytes(file(sha256));
            return Sha256.of(bytes).equals(sha256) ? Optional.of(bytes) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw DurableFiles.failed("blobs: cannot read " + file(sha256), e);
        }
    }

    /** Removes a blob, unless it is named, or was put and its event is still to come. */
    void sweep(String sha256, Predicate<String> isNamed) {
        unnamed.compute(sha256, (_, times) -> {
            if (times == null && !isNamed.test(sha256)) {
                remove(file(sha256));
            }
            return times;
        });
    }

    private void remove(Path file) {
        try {
            if (Files.deleteIfExists(file)) {
                swept.increment();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "blobs: cannot remove " + file, e);
        }
    }

    /** Calls with each blob that is stored. What else lies there is passed over. */
    void forEach(Consumer<String> visitor) {
        try {
            for (Path directory : DurableFiles.list(root)) {
                if (Files.isDirectory(directory)) {
                    for (Path file : DurableFiles.list(directory)) {
                        String sha256 = directory.getFileName().toString() + file.getFileName();
                        if (SHA256.matcher(sha256).matches() && file.equals(file(sha256))) {
                            visitor.accept(sha256);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw DurableFiles.failed("blobs: cannot list " + root, e);
        }
    }

    @Override
    public long swept() {
        return swept.sum();
    }

    private Path file(String sha256) {
        return root.resolve(sha256.substring(0, DIRECTORY_CHARACTERS)).resolve(sha256.substring(DIRECTORY_CHARACTERS));
    }
}
