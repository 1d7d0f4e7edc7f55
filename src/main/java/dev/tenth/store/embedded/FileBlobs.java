package dev.tenth.store.embedded;

import dev.tenth.store.Blobs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Blobs as files named by their content: {@code blobs/ab/cdef…}. */
final class FileBlobs implements Blobs {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    /** So many characters of the name are the directory: 256 directories keep each one small. */
    private static final int DIRECTORY_CHARACTERS = 2;

    private final Path root;
    private final DiskSpace space;

    FileBlobs(Path home, DiskSpace space) {
        this.root = home.resolve("blobs");
        this.space = space;
        DurableFiles.sweepAll(root);
    }

    @Override
    public String put(byte[] bytes) {
        String sha256 = Sha256.of(bytes);
        Path file = file(sha256);
        try {
            if (Files.exists(file) && Files.size(file) == bytes.length) {
                // Another thread may have renamed it a moment ago; its name must be durable for this caller too.
                DurableFiles.force(file.getParent());
                return sha256;
            }
            space.refuseIfFull("blobs");
            DurableFiles.write(file.getParent(), channel -> {
                ByteBuffer content = ByteBuffer.wrap(bytes);
                while (content.hasRemaining()) {
                    channel.write(content);
                }
                return file.getFileName().toString();
            });
            return sha256;
        } catch (IOException e) {
            if (DiskSpace.isFull(e)) {
                space.exhausted();
            }
            throw DurableFiles.failed("blobs: cannot write " + file, e);
        }
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

    private Path file(String sha256) {
        return root.resolve(sha256.substring(0, DIRECTORY_CHARACTERS)).resolve(sha256.substring(DIRECTORY_CHARACTERS));
    }
}
