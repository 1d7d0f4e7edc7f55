package dev.tenth.store.embedded;

import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
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
    /** One in quarantine has its flaw as another suffix. */
    private static final Pattern QUARANTINED = Pattern.compile(NAME.pattern() + "\\.(corrupt|orphan)");

    private static final Comparator<Checkpoint> AGE =
            Comparator.comparingLong(Checkpoint::step).thenComparingLong(Checkpoint::seq);

    private static final System.Logger LOG = System.getLogger(FileCheckpoints.class.getName());

    private final Path root;
    private final DiskSpace space;
    private final LongAdder quarantined = new LongAdder();

    FileCheckpoints(Path home, DiskSpace space) {
        this.root = home.resolve("checkpoints");
        this.space = space;
        DurableFiles.sweepAll(root);
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
            removeOthersOfStep(run, step, file);
            return parse(run, file)
                    .orElseThrow(() -> new StoreException(Reason.MISSING, "checkpoints: " + file + " is gone"));
        } catch (IOException e) {
            if (DiskSpace.isFull(e)) {
                space.exhausted();
            }
            throw DurableFiles.failed("checkpoints: cannot write step " + step + " of run " + run, e);
        }
    }

    /** The new one is durable already: an older one that cannot be removed is passed over by {@link #list}. */
    private void removeOthersOfStep(String run, long step, Path kept) {
        try {
            for (Path file : DurableFiles.list(kept.getParent())) {
                if (!file.equals(kept)
                        && parse(run, file)
                                .filter(other -> other.step() == step)
                                .isPresent()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | StoreException e) {
            LOG.log(System.Logger.Level.WARNING, "an older checkpoint of step " + step + " stays beside " + kept, e);
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

    @Override
    public List<String> runs() {
        try {
            return DurableFiles.list(root).stream()
                    .map(directory -> directory.getFileName().toString())
                    .filter(run -> !list(run).isEmpty())
                    .toList();
        } catch (IOException e) {
            throw DurableFiles.failed("checkpoints: cannot list " + root, e);
        }
    }

    private List<Path> files(String run) {
        if (!RUN.matcher(run).matches()) {
            return List.of();
        }
        try {
            return DurableFiles.list(root.resolve(run));
        } catch (NotDirectoryException e) {
            return List.of();
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
            BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
            return about.isRegularFile()
                    ? Optional.of(new Checkpoint(run, step, seq, name.group(3), about.size()))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty(); // removed a moment ago
        } catch (IOException e) {
            throw DurableFiles.failed("checkpoints: cannot look at " + file, e);
        }
    }

    @Override
    public SeekableByteChannel open(Checkpoint checkpoint) {
        Path file = file(checkpoint);
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                String actual = Sha256.of(channel);
                if (!actual.equals(checkpoint.sha256())) {
                    String reason = "its SHA-256 is " + actual;
                    quarantine(checkpoint, Flaw.CORRUPT, reason);
                    throw new StoreException(
                            Reason.CORRUPT, "checkpoints: " + file + " is torn or corrupted: " + reason);
                }
                return channel.position(0);
            } catch (IOException | RuntimeException | Error e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw DurableFiles.failed("checkpoints: cannot read " + file, e);
        }
    }

    @Override
    public void quarantine(Checkpoint checkpoint, Flaw flaw, String reason) {
        Path file = file(checkpoint);
        Path aside = file.resolveSibling(file.getFileName() + "." + flaw.name().toLowerCase(Locale.ROOT));
        try {
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            quarantined.increment();
            LOG.log(System.Logger.Level.WARNING, "checkpoints: {0} is in quarantine as {1}: {2}", file, aside, reason);
            DurableFiles.force(file.getParent());
        } catch (NoSuchFileException e) {
            LOG.log(System.Logger.Level.DEBUG, "another thread was faster: {0}", file);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "checkpoints: cannot put " + file + " into quarantine", e);
        }
    }

    @Override
    public long quarantined() {
        return quarantined.sum();
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
        Path directory = root.resolve(run);
        try {
            for (Path file : files(run)) {
                if (isOurs(file)) {
                    Files.deleteIfExists(file);
                }
            }
            if (Files.deleteIfExists(directory)) {
                DurableFiles.force(root);
            }
        } catch (DirectoryNotEmptyException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "checkpoints: {0} stays: there is more in it than checkpoints",
                    directory);
        } catch (IOException e) {
            throw DurableFiles.failed("checkpoints: cannot remove those of run " + run, e);
        }
    }

    private static boolean isOurs(Path file) {
        String name = file.getFileName().toString();
        return !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)
                && (NAME.matcher(name).matches()
                        || QUARANTINED.matcher(name).matches()
                        || DurableFiles.isTemporary(file));
    }

    private Path file(Checkpoint checkpoint) {
        return root.resolve(checkpoint.run())
                .resolve("%d-%d-%s.safetensors".formatted(checkpoint.step(), checkpoint.seq(), checkpoint.sha256()));
    }
}
