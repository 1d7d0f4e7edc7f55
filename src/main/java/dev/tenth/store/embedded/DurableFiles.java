package dev.tenth.store.embedded;

import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Files that are there as a whole or not at all, also after the power fails. */
final class DurableFiles {
    private static final System.Logger LOG = System.getLogger(DurableFiles.class.getName());
    /** A file whose name starts so is not finished; it is swept away when the store is opened. */
    private static final String TEMPORARY = ".tmp-";

    private DurableFiles() {}

    /** Writes a new file's content and names the file by what was written. */
    @FunctionalInterface
    interface Writer {
        /** Writes all of the content and returns the name that the file gets in its directory. */
        String writeTo(FileChannel channel) throws IOException;
    }

    /** Content → temporary file → fsync → rename → fsync of the directory. The file's name appears last. */
    static Path write(Path directory, Writer writer) throws IOException {
        createDirectories(directory);
        Path temporary = directory.resolve(TEMPORARY + UUID.randomUUID());
        try {
            String name;
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                name = writer.writeTo(channel);
                channel.force(true);
            }
            Path file = directory.resolve(name);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            force(directory);
            return file;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Makes a directory and those above it, so that they are there after a crash. */
    static void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        createDirectories(directory.getParent());
        Files.createDirectories(directory);
        force(directory.getParent());
    }

    /** Makes the names in a directory durable. */
    static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** The files and directories in a directory; none if it is not there. */
    static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Whether the file is one that was not finished. */
    static boolean isTemporary(Path file) {
        return file.getFileName().toString().startsWith(TEMPORARY);
    }

    /**
     * Removes what writes left behind in the directories of a directory that never ended. What cannot be removed or looked at
     * stays: it is in nobody's way.
     */
    static void sweepAll(Path root) {
        try {
            for (Path directory : list(root)) {
                if (Files.isDirectory(directory)) {
                    sweep(directory);
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot look for unfinished files in " + root, e);
        }
    }

    private static void sweep(Path directory) {
        try {
            for (Path file : list(directory)) {
                if (isTemporary(file) && !Files.isDirectory(file)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove the unfinished files in " + directory, e);
        }
    }

    /** What a failed operation becomes: the message names the file and the reason. */
    static StoreException failed(String what, IOException cause) {
        return new StoreException(reasonOf(cause), what + ": " + text(cause), cause);
    }

    private static Reason reasonOf(IOException cause) {
        if (DiskSpace.isFull(cause)) {
            return Reason.FULL;
        }
        return cause instanceof NoSuchFileException ? Reason.MISSING : Reason.UNAVAILABLE;
    }

    private static String text(IOException cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
