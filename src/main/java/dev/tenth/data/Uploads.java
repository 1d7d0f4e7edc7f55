package dev.tenth.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that people brought: {@code <id>.<name>} in one directory, where the id is the beginning of the content's SHA-256, so
 * that the same file is there once; and beside each {@code <id>.card}, what was found in it, so that a start need not read them
 * all. Safe for many threads.
 */
final class Uploads {
    private static final System.Logger LOG = System.getLogger(Uploads.class.getName());
    private static final int ID_LENGTH = 16;
    private static final int LONGEST_NAME = 100;
    private static final String CARD = "card";
    private static final String UNFINISHED = ".tmp";
    private static final Pattern FILE = Pattern.compile("([0-9a-f]{" + ID_LENGTH + "})\\.(.{1,200})");

    /** An upload: its card, and how its file is to be read. */
    private record Upload(Dataset card, Format format) {}

    private final Path directory;
    private final UploadLimits limits;
    private final Map<String, Upload> uploads = new ConcurrentHashMap<>();

    Uploads(Path directory, UploadLimits limits) {
        this.directory = directory;
        this.limits = limits;
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
            } else if (name.matches() && !name.group(2).equals(CARD)) {
                Upload upload = readCard(name.group(1), name.group(2))
                        .orElseGet(() -> remember(look(name.group(2), file, name.group(1))));
                uploads.put(upload.card().id(), upload);
            }
        } catch (IOException | DataException | UncheckedIOException e) {
            // One file that was changed from outside must not keep the house from opening.
            LOG.log(System.Logger.Level.WARNING, "an upload is passed over: " + file.getFileName(), e);
        }
    }

    List<Dataset> list() {
        return uploads.values().stream()
                .map(Upload::card)
                .sorted(Comparator.comparing(Dataset::name).thenComparing(Dataset::id))
                .toList();
    }

    Optional<Dataset> find(String id) {
        return Optional.ofNullable(uploads.get(id)).map(Upload::card);
    }

    /** @throws DataException if it was deleted, or cannot be read */
    Content read(String id) {
        Upload upload = uploads.get(id);
        if (upload == null) {
            throw new DataException("data: there is no data set \"" + id + "\" any more; it was deleted");
        }
        Dataset card = upload.card();
        try (InputStream bytes = Files.newInputStream(file(card))) {
            return upload.format().read(card.name(), bytes, limits);
        } catch (IOException e) {
            throw new DataException("data: cannot read " + card.name() + ": " + e.getMessage(), e);
        }
    }

    /** See {@link Library#add}. */
    Dataset add(String name, InputStream content) throws IOException {
        String label = label(name);
        Path temporary = Files.createTempFile(directory, "upload", UNFINISHED);
        try {
            String sha256 = receive(label, content, temporary);
            Upload upload = look(label, temporary, sha256);
            return keep(upload, temporary);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** What a file is called: never a path, never hidden, and not so long that a file system refuses it. */
    private static String label(String name) {
        String plain = name.replaceAll("[^\\p{L}\\p{N} ._-]", "_");
        if (plain.isBlank() || plain.startsWith(".") || plain.equals(CARD)) {
            plain = "upload" + plain;
        }
        // The end says what it is.
        return plain.substring(Math.max(0, plain.length() - LONGEST_NAME));
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

    /** Finds out what is in a file; what it may be by its name is tried in turn, and the last error tells. */
    private Upload look(String label, Path file, String sha256) {
        DataException last = null;
        for (Format format : Format.candidates(label)) {
            try (InputStream bytes = Files.newInputStream(file)) {
                Content found = format.read(label, bytes, limits);
                Dataset card = new Dataset(
                        sha256.substring(0, ID_LENGTH),
                        label,
                        found.kind(),
                        Files.size(file),
                        sha256,
                        found.summary(),
                        "uploaded",
                        "the uploader's",
                        true);
                return new Upload(card, format);
            } catch (DataException e) {
                last = e;
            } catch (IOException e) {
                throw new DataException("data: cannot read " + label + ": " + e.getMessage(), e);
            }
        }
        throw last;
    }

    private synchronized Dataset keep(Upload upload, Path temporary) throws IOException {
        Dataset card = upload.card();
        Upload known = uploads.get(card.id());
        if (known != null && known.format() == upload.format()) {
            return known.card();
        }
        if (known != null) {
            throw new DataException("%s: the same file is there as %s under the name \"%s\"; delete that first"
                    .formatted(card.name(), known.card().kind(), known.card().name()));
        }
        if (uploads.size() >= limits.uploads()) {
            throw new DataException(
                    card.name() + ": " + limits.uploads() + " files are kept already; delete some first");
        }
        Files.move(temporary, file(card), StandardCopyOption.ATOMIC_MOVE);
        uploads.put(card.id(), remember(upload));
        return card;
    }

    /** Removes an upload. */
    synchronized boolean delete(String id) {
        Upload upload = uploads.remove(id);
        if (upload == null) {
            return false;
        }
        try {
            Files.deleteIfExists(file(upload.card()));
            Files.deleteIfExists(directory.resolve(id + "." + CARD));
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("data: cannot remove " + id, e);
        }
    }

    private Path file(Dataset card) {
        return directory.resolve(card.id() + "." + card.name());
    }

    // ---- cards as files

    private Upload remember(Upload upload) {
        Dataset card = upload.card();
        Properties fields = new Properties();
        fields.setProperty("format", upload.format().name());
        fields.setProperty("kind", card.kind().name());
        fields.setProperty("bytes", Long.toString(card.bytes()));
        fields.setProperty("sha256", card.sha256());
        fields.setProperty("summary", card.summary());
        Path target = directory.resolve(card.id() + "." + CARD);
        Path temporary = directory.resolve(card.id() + UNFINISHED);
        try {
            try (Writer file = Files.newBufferedWriter(temporary)) {
                fields.store(file, null);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // The next start reads the file again.
            LOG.log(System.Logger.Level.WARNING, "cannot write " + target.getFileName(), e);
        }
        return upload;
    }

    private Optional<Upload> readCard(String id, String name) throws IOException {
        Path file = directory.resolve(id + "." + CARD);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties fields = new Properties();
        try (Reader text = Files.newBufferedReader(file)) {
            fields.load(text);
            Dataset card = new Dataset(
                    id,
                    name,
                    Dataset.Kind.valueOf(fields.getProperty("kind")),
                    Long.parseLong(fields.getProperty("bytes")),
                    fields.getProperty("sha256"),
                    fields.getProperty("summary"),
                    "uploaded",
                    "the uploader's",
                    true);
            return Optional.of(new Upload(card, Format.valueOf(fields.getProperty("format"))));
        } catch (IllegalArgumentException | NullPointerException e) {
            return Optional.empty();
        }
    }
}
