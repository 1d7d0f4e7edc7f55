package dev.tenth.store.embedded;

import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checkpoints as files {@code checkpoints/<run>/<step>-<seq>-<sha256>.safetensors}. The names are the index: there is no
 * second one that could say something else.
 */
final class FileCheckpoints implements Checkpoints {
    /** A run's id is the name of a directory, so it must not lead out of it. */
    private static final Pattern RUN = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private static final Pattern NAME = Pattern.compile("(\\d{1,18})-(\\d{1,18})-([0-9a-f]{64})\\.safetensors");
    private static final Comparator<Checkpoint> AGE =
            Comparator.comparingLong(Checkpoint::step).thenComparingLong(Checkpoint::seq);

    private final Path root;
    private final DiskSpace space;

    FileCheckpoints(Path home, DiskSpace space) {
        this.root = home.resolve("checkpoints");
        this.space = space;
        try {
            for (Path run : DurableFiles.list(root)) {
                DurableFiles.sweep(run);
            }
        } catch (IOException e) {
            throw DurableFiles.failed("checkpoints: cannot open " + root, e);
        }
    }

    @Override
    public Checkpoint write(String run, long step, long seq, Content content) {
        if (!RUN.matcher(run).matches()) {
            throw new IllegalArgumentException("run: \"" + run + "\" does not match " + RUN);
        }
        space.refuseIfFull("checkpoints");
        Path directory = root.resolve(run);
        try {
            Path file = DurableFiles.write(directory, channel -> {
                Sha256.Channel digested = new Sha256.Channel(channel);
                content.writeTo(digested);
                return "%d-%d-%s.safetensors".formatted(step, seq, digested.sha256());
            });
            removeOthersOfStep(directory, step, file);
            return parse(run, file)
                    .orElseThrow(() -> new StoreException(Reason.MISSING, "checkpoints: " + file + " is gone"));
        } catch (IOException e) {
            if (DiskSpace.isFull(e)) {
                space.exhausted();
            }
            throw DurableFiles.failed("checkpoints: cannot write step " + step + " of run " + run, e);
        }
    }

    private void removeOthersOfStep(Path directory, long step, Path kept) throws IOException {
        for (Path file : DurableFiles.list(directory)) {
            if (file.getFileName().toString().startsWith(step + "-") && !file.equals(kept)) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public List<Checkpoint> list(String run) {
        // A crash between a rename and the removal of the older file leaves two of a step: the later one counts.
        TreeMap<Long, Checkpoint> bySteps = new TreeMap<>();
        for (Path file : files(run)) {
            parse(run, file)
                    .ifPresent(found -> bySteps.merge(
                            found.step(), found, (one, other) -> AGE.compare(one, other) > 0 ? one : other));
        }
        return new ArrayList<>(bySteps.values());
    }

    private List<Path> files(String run) {
        if (!RUN.matcher(run).matches()) {
            return List.of();
        }
        try {
            return DurableFiles.list(root.resolve(run));
        } catch (IOException e) {
            throw DurableFiles.failed("checkpoints: cannot list those of run " + run, e);
        }
    }

    private static Optional<Checkpoint> parse(String run, Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        try {
            long step = Long.parseLong(name.group(1));
            long seq = Long.parseLong(name.group(2));
            return Optional.of(new Checkpoint(run, step, seq, name.group(3), Files.size(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty(); // removed a moment ago
        } catch (IOException e) {
            throw DurableFiles.failed("checkpoints: cannot look at " + file, e);
        }
    }

    @Override
    public ReadableByteChannel open(Checkpoint checkpoint) {
        Path file = file(checkpoint);
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                String actual = Sha256.of(channel);
                if (!actual.equals(checkpoint.sha256())) {
                    throw new StoreException(
                            Reason.CORRUPT, "checkpoints: " + file + " is torn or corrupted: its SHA-256 is " + actual);
                }
                return channel.position(0);
            } catch (IOException | StoreException e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new StoreException(Reason.MISSING, "checkpoints: " + file + " is not there", e);
        } catch (IOException e) {
            throw DurableFiles.failed("checkpoints: cannot read " + file, e);
        }
    }

    @Override
    public void delete(Checkpoint checkpoint) {
        Path file = file(checkpoint);
        try {
            if (Files.deleteIfExists(file)) {
                DurableFiles.force(file.getParent());
            }
        } catch (IOException e) {
            throw DurableFiles.failed("checkpoints: cannot remove " + file, e);
        }
    }

    @Override
    public void deleteAll(String run) {
        if (!RUN.matcher(run).matches()) {
            return;
        }
        try {
            for (Path file : DurableFiles.list(root.resolve(run))) {
                Files.deleteIfExists(file);
            }
            if (Files.deleteIfExists(root.resolve(run))) {
                DurableFiles.force(root);
            }
        } catch (IOException e) {
            throw DurableFiles.failed("checkpoints: cannot remove those of run " + run, e);
        }
    }

    private Path file(Checkpoint checkpoint) {
        return root.resolve(checkpoint.run())
                .resolve("%d-%d-%s.safetensors".formatted(checkpoint.step(), checkpoint.seq(), checkpoint.sha256()));
    }
}
