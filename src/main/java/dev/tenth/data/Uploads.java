package dev.tenth.data;

import dev.tenth.data.UploadCards.Card;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that people brought: {@code <id>.<format>} in one directory, where the id is the beginning of the content's SHA-256, so
 * that the same file is there once; and beside each its card, which has the name for people. A file whose card is missing is listed
 * as being read, and read in the background. Safe for many threads.
 */
final class Uploads implements AutoCloseable {
    static final String UNFINISHED = ".tmp";
    static final String SOURCE = "uploaded";
    static final String LICENCE = "the uploader's";

    private static final System.Logger LOG = System.getLogger(Uploads.class.getName());
    private static final int ID_LENGTH = 16;
    private static final int LONGEST_NAME = 100;
    /** Of earlier versions, the file's name for people followed the id. */
    private static final Pattern FILE = Pattern.compile("([0-9a-f]{" + ID_LENGTH + "})\\.(.{1,200})");

    /** An upload, and where it is. */
    private record Upload(Card card, Path file) {}

    private final Path directory;
    private final UploadLimits limits;
    private final UploadCards cards;
    private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
    /** What was without a card when the service started, and is or was read in the background. */
    private final Map<String, CompletableFuture<?>> unknown = new ConcurrentHashMap<>();
    /** Pictures take their time, and others need not wait for them. */
    private final ReadingQueue pictures;

    private final ReadingQueue others;
    private final ReadingQueue background;

    Uploads(Path directory, UploadLimits limits) {
        this.directory = directory;
        this.limits = limits;
        this.cards = new UploadCards(directory);
        this.pictures = new ReadingQueue("upload-pictures", limits.waiting());
        this.others = new ReadingQueue("upload-tables-and-texts", limits.waiting());
        this.background = new ReadingQueue("upload-cards", limits.uploads());
        try {
            Files.createDirectories(directory);
            try (Stream<Path> files = Files.list(directory)) {
                files.forEach(this::open);
            }
        } catch (IOException e) {
            throw new DataException("data: cannot open " + directory + ": " + e.getMessage(), e);
        }
    }

    private void open(Path file) {
        Matcher name = FILE.matcher(file.getFileName().toString());
        try {
            if (file.getFileName().toString().endsWith(UNFINISHED)) {
                Files.delete(file);
            } else if (name.matches() && !name.group(2).equals(UploadCards.ENDING)) {
                String id = name.group(1);
                Optional<Card> card = cards.read(id, name.group(2));
                if (card.isPresent()) {
                    uploads.put(id, new Upload(card.get(), file));
                } else {
                    readInBackground(id, name.group(2), file);
                }
            }
        } catch (IOException | DataException | UncheckedIOException | Library.BusyException e) {
            // One file that was changed from outside must not keep the service from starting.
            LOG.log(System.Logger.Level.WARNING, "an upload is skipped: " + file.getFileName(), e);
        }
    }

    /** Makes the card again that a file has lost. */
    private void readInBackground(String id, String ending, Path file) throws IOException {
        Optional<Format> known = Stream.of(Format.values())
                .filter(format -> ending(format).equals(ending))
                .findFirst();
        List<Format> formats = known.map(List::of).orElseGet(() -> Format.candidates(ending));
        String name = known.isPresent() ? id + "." + ending : ending;
        Dataset provisional = new Dataset(
                id, name, formats.getLast().kind(), Files.size(file), "", "being read", SOURCE, LICENCE, false);
        Upload listed = new Upload(new Card(provisional, formats.getLast()), file);
        uploads.put(id, listed);
        try {
            unknown.put(id, background.submit(() -> {
                fillIn(listed, formats);
                return null;
            }));
        } catch (Library.BusyException e) {
            uploads.remove(id);
            throw e;
        }
    }

    private void fillIn(Upload listed, List<Format> formats) {
        Dataset known = listed.card().dataset();
        Path file = listed.file();
        try {
            Card found = look(known.name(), file, known.id(), Downloads.sha256(file), formats);
            if (uploads.replace(known.id(), listed, new Upload(found, file))) {
                remember(found);
            }
        } catch (Exception e) { // whatever it is, this file alone cannot be used
            if (uploads.remove(known.id(), listed)) {
                LOG.log(System.Logger.Level.WARNING, "an upload is skipped: " + file.getFileName(), e);
            }
        }
    }

    private void remember(Card card) {
        try {
            cards.write(card);
        } catch (IOException e) { // the next start reads the file again
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cannot write the card of " + card.dataset().id(),
                    e);
        }
    }

    List<Dataset> list() {
        return uploads.values().stream()
                .map(upload -> upload.card().dataset())
                .sorted(Comparator.comparing(Dataset::name).thenComparing(Dataset::id))
                .toList();
    }

    Optional<Dataset> find(String id) {
        return Optional.ofNullable(uploads.get(id)).map(upload -> upload.card().dataset());
    }

    /** Waits until it is known what an upload is. */
    void await(String id) {
        CompletableFuture<?> reading = unknown.get(id);
        if (reading == null) {
            return;
        }
        try {
            reading.get(limits.time().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new DataException("data: \"" + id + "\" is still being read; try again later", e);
        } catch (ExecutionException | CancellationException e) {
            throw new DataException("data: \"" + id + "\" cannot be used any more", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("data: the wait for \"" + id + "\" was interrupted", e);
        }
    }

    /** @throws DataException if it was deleted, or cannot be read */
    Content read(String id) {
        Upload upload = uploads.get(id);
        if (upload == null) {
            throw new DataException("data: there is no data set \"" + id + "\" any more; it was deleted");
        }
        String name = upload.card().dataset().name();
        try {
            return upload.card().format().read(name, () -> Files.newInputStream(upload.file()), limits);
        } catch (IOException e) {
            throw new DataException("data: cannot read " + name + ": " + e.getMessage(), e);
        }
    }

    /** See {@link Library#add}. */
    CompletableFuture<Dataset> add(String name, FileSource content) {
        String label = label(name);
        List<Format> formats = Format.candidates(label);
        ReadingQueue queue = formats.contains(Format.IMAGES) ? pictures : others;
        return queue.submit(() -> {
            try {
                return take(label, formats, content);
            } catch (IOException e) {
                throw new Library.StorageException(label + ": cannot be stored: " + e.getMessage(), e);
            }
        });
    }

    private Dataset take(String label, List<Format> formats, FileSource content) throws IOException {
        Path temporary = Files.createTempFile(directory, "upload", UNFINISHED);
        try {
            String sha256;
            try (InputStream bytes = content.open()) {
                sha256 = receive(label, bytes, temporary);
            }
            return keep(look(label, temporary, sha256.substring(0, ID_LENGTH), sha256, formats), temporary);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /**
     * What a file is called for people: the last part of a path, without what cannot be seen, and of a long name its end, which
     * says what the file is.
     */
    static String label(String name) {
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        String plain = Normalizer.normalize(last, Normalizer.Form.NFC)
                .replaceAll("\\p{C}", "")
                .strip();
        if (plain.isEmpty() || plain.startsWith(".")) {
            plain = "upload" + plain;
        }
        int[] characters = plain.codePoints().toArray();
        int from = Math.max(0, characters.length - LONGEST_NAME);
        return new String(characters, from, characters.length - from);
    }

    /** Writes what comes to a file and returns its SHA-256. */
    private String receive(String label, InputStream content, Path target) throws IOException {
        MessageDigest digest = Downloads.sha256();
        try (FileChannel file = FileChannel.open(target, StandardOpenOption.WRITE);
                OutputStream bytes = new DigestOutputStream(Channels.newOutputStream(file), digest)) {
            byte[] piece = new byte[1 << 16];
            long size = 0;
            for (int read = content.read(piece); read >= 0; read = content.read(piece)) {
                size += read;
                if (size > limits.bytes()) {
                    throw new Library.TooLargeException(
                            label + ": the file is larger than " + limits.bytes() + " bytes");
                }
                bytes.write(piece, 0, read);
            }
            if (size == 0) {
                throw new DataException(label + ": the file is empty");
            }
            file.force(true);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Finds out what is in a file; each format that it may have is tried in turn, and the last error tells. */
    private Card look(String label, Path file, String id, String sha256, List<Format> formats) throws IOException {
        long since = System.nanoTime();
        DataException last = null;
        for (Format format : formats) {
            try {
                Content found = format.read(
                        label,
                        () -> new WatchedStream(label, Files.newInputStream(file), since, limits.time()),
                        limits);
                return new Card(
                        new Dataset(
                                id,
                                label,
                                found.kind(),
                                Files.size(file),
                                sha256,
                                found.summary(),
                                SOURCE,
                                LICENCE,
                                true),
                        format);
            } catch (DataException e) {
                last = e;
            }
        }
        throw last;
    }

    private synchronized Dataset keep(Card card, Path temporary) throws IOException {
        Dataset dataset = card.dataset();
        Upload known = uploads.get(dataset.id());
        if (known != null && known.card().format() == card.format()) {
            return known.card().dataset();
        }
        if (known != null) {
            Dataset other = known.card().dataset();
            throw new DataException("%s: the same file is there as %s under the name \"%s\"; delete that first"
                    .formatted(dataset.name(), other.kind(), other.name()));
        }
        if (uploads.size() >= limits.uploads()) {
            throw new DataException(
                    dataset.name() + ": " + limits.uploads() + " files are kept already; delete some first");
        }
        cards.write(card); // before its file: only a file without a card costs reading it again
        Path file = directory.resolve(dataset.id() + "." + ending(card.format()));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        uploads.put(dataset.id(), new Upload(card, file));
        return dataset;
    }

    private static String ending(Format format) {
        return format.name().toLowerCase(Locale.ROOT);
    }

    /** Removes an upload. */
    synchronized boolean delete(String id) {
        Upload upload = uploads.remove(id);
        if (upload == null) {
            return false;
        }
        CompletableFuture<?> reading = unknown.get(id);
        if (reading != null) {
            reading.cancel(true);
        }
        try {
            Files.deleteIfExists(upload.file());
            cards.delete(id);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("data: cannot remove " + id, e);
        }
    }

    /** Ends what is read. */
    @Override
    public void close() {
        pictures.close();
        others.close();
        background.close();
    }
}
