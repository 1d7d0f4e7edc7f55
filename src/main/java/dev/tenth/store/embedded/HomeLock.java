package dev.tenth.store.embedded;

import dev.tenth.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Holds a home for one process. The system lets go of it when the process dies, however it dies. */
final class HomeLock implements AutoCloseable {
    private static final int LONGEST_PID = 20;

    private final FileChannel channel;

    HomeLock(Path home) {
        Path file = home.resolve("lock");
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!tryLock()) {
                String holder = holder();
                channel.close();
                throw new StoreException(
                        StoreException.Reason.UNAVAILABLE,
                        "home: " + home + " is in use by " + holder
                                + ". Stop that one first, or give this one another home (TENTH_HOME)");
            }
            byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
            channel.truncate(0).write(ByteBuffer.wrap(pid), 0);
        } catch (IOException e) {
            throw DurableFiles.failed("home: cannot lock " + file, e);
        }
    }

    private boolean tryLock() throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private String holder() throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(LONGEST_PID);
        channel.read(pid, 0);
        String text = StandardCharsets.US_ASCII.decode(pid.flip()).toString();
        return text.isEmpty() ? "another process" : "process " + text;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw DurableFiles.failed("home: cannot unlock", e);
        }
    }
}
