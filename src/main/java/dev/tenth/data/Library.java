package dev.tenth.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The built-in data sets and those that were uploaded: files {@code <id>.<name>} in one directory, where the id is the
 * beginning of the content's SHA-256, so that the same file is there once.
 */
public final class Library implements Datasets {
    /** The largest file that is taken. */
    public static final long LARGEST_UPLOAD = 32L << 20;
    /** So many uploads are kept. */
    public static final int MOST_UPLOADS = 200;

    private static final String SHAKESPEARE = "shakespeare";
    private static final int ID_LENGTH = 16;
    private static final Pattern FILE = Pattern.compile("([0-9a-f]{" + ID_LENGTH + "})\\.(.{1,200})");
    private static final Pattern BREAK = Pattern.compile("\\R");

    private final Path directory;
    private final Map<String, Dataset> cards = new ConcurrentHashMap<>();
    private volatile String shakespeare;

    public Library(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
            try (Stream<Path> files = Files.list(directory)) {
                files.forEach(file -> {
                    Matcher name = FILE.matcher(file.getFileName().toString());
                    if (name.matches()) {
                        card(name.group(2), read(file));
                    }
                });
            }
        } catch (IOException e) {
            throw new DataException("data: cannot open " + directory + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<Dataset> list() {
        List<Dataset> all = new ArrayList<>(List.of(builtIn()));
        cards.values().stream().sorted(Comparator.comparing(Dataset::name)).forEach(all::add);
        return all;
    }

    @Override
    public Optional<Dataset> find(String id) {
        return id.equals(SHAKESPEARE) ? Optional.of(builtIn()) : Optional.ofNullable(cards.get(id));
    }

    private Dataset builtIn() {
        byte[] bytes = shakespeare().getBytes(StandardCharsets.UTF_8);
        return new Dataset(
                SHAKESPEARE,
                "Hamlet, Macbeth, Romeo and Juliet",
                Dataset.Kind.TEXT,
                bytes.length,
                sha256(bytes),
                summary(shakespeare()),
                "Maven: org.exist-db:exist-samples 6.2.0, mark-up by Jon Bosak",
                "public domain");
    }

    private String shakespeare() {
        String text = shakespeare;
        if (text == null) {
            text = Plays.text();
            shakespeare = text;
        }
        return text;
    }

    @Override
    public String text(String id) {
        if (id.equals(SHAKESPEARE)) {
            return shakespeare();
        }
        return decode(id, read(file(require(id, Dataset.Kind.TEXT))));
    }

    @Override
    public double[] numbers(String id) {
        return numbersOf(decode(id, read(file(require(id, Dataset.Kind.NUMBERS)))))
                .orElseThrow(() -> new DataException("data: " + id + " is no column of numbers any more"));
    }

    @Override
    public Table table(String id) {
        throw new DataException("data: \"" + id + "\" is no table");
    }

    @Override
    public LabelledImages images(String id) {
        throw new DataException("data: \"" + id + "\" has no pictures");
    }

    private Dataset require(String id, Dataset.Kind kind) {
        Dataset found = find(id).orElseThrow(() -> new DataException("data: there is no data set \"" + id
                + "\"; there are " + list().stream().map(Dataset::id).toList()));
        if (found.kind() != kind) {
            throw new DataException("data: \"" + id + "\" is of kind " + found.kind() + ", not " + kind);
        }
        return found;
    }

    /**
     * Takes in a file. The same content gives the same data set, under the name that it first had.
     *
     * @param name for people; it never becomes a path
     * @throws DataException if it is too large, empty, or not UTF-8 text; the message says where
     */
    public synchronized Dataset add(String name, InputStream content) throws IOException {
        byte[] bytes = content.readNBytes((int) LARGEST_UPLOAD + 1);
        if (bytes.length > LARGEST_UPLOAD) {
            throw new TooLargeException(name + ": the file is larger than " + LARGEST_UPLOAD + " bytes");
        }
        if (bytes.length == 0) {
            throw new DataException(name + ": the file is empty");
        }
        String plain = name.replaceAll("[^\\p{L}\\p{N} ._-]", "_");
        String label = plain.isBlank() || plain.startsWith(".")
                ? "upload" + plain
                : plain.substring(0, Math.min(100, plain.length()));
        decode(label, bytes);
        String id = sha256(bytes).substring(0, ID_LENGTH);
        Dataset known = cards.get(id);
        if (known != null) {
            return known;
        }
        if (cards.size() >= MOST_UPLOADS) {
            throw new DataException(name + ": " + MOST_UPLOADS + " files are kept already; delete some first");
        }
        Path temporary = Files.createTempFile(directory, "upload", ".tmp");
        try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                file.write(left);
            }
            file.force(true);
        }
        Files.move(temporary, directory.resolve(id + "." + label), StandardCopyOption.ATOMIC_MOVE);
        return card(label, bytes);
    }

    /** Removes an upload; the built-in ones stay. */
    public synchronized boolean delete(String id) {
        Dataset card = cards.remove(id);
        if (card == null) {
            return false;
        }
        try {
            return Files.deleteIfExists(file(card));
        } catch (IOException e) {
            throw new UncheckedIOException("data: cannot remove " + id, e);
        }
    }

    private Dataset card(String name, byte[] bytes) {
        String text = decode(name, bytes);
        Optional<double[]> numbers = numbersOf(text);
        Dataset card = new Dataset(
                sha256(bytes).substring(0, ID_LENGTH),
                name,
                numbers.isPresent() ? Dataset.Kind.NUMBERS : Dataset.Kind.TEXT,
                bytes.length,
                sha256(bytes),
                numbers.map(column -> column.length + " numbers").orElseGet(() -> summary(text)),
                "uploaded",
                "the uploader's");
        cards.put(card.id(), card);
        return card;
    }

    private Path file(Dataset card) {
        return directory.resolve(card.id() + "." + card.name());
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new DataException("data: cannot read " + file.getFileName() + ": " + e.getMessage(), e);
        }
    }

    private static String decode(String name, byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        ByteBuffer input = ByteBuffer.wrap(bytes);
        try {
            String text = decoder.decode(input).toString();
            int control = control(text);
            if (control >= 0) {
                throw new DataException("%s: character %d is the control character U+%04X; plain text is wanted"
                        .formatted(name, control, (int) text.charAt(control)));
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new DataException(
                    "%s: byte %d (0x%02x) is not UTF-8; save the file as UTF-8 text"
                            .formatted(
                                    name, input.position(), bytes[Math.min(input.position(), bytes.length - 1)] & 0xff),
                    e);
        }
    }

    private static int control(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' && c != '\n' && c != '\t' && c != '\r') {
                return i;
            }
        }
        return -1;
    }

    /** A text whose lines are all finite numbers is a column of them. */
    private static Optional<double[]> numbersOf(String text) {
        List<Double> column = new ArrayList<>();
        for (String line : BREAK.split(text)) {
            if (line.isBlank()) {
                continue;
            }
            try {
                double value = Double.parseDouble(line.strip());
                if (!Double.isFinite(value)) {
                    return Optional.empty();
                }
                column.add(value);
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
        return column.isEmpty()
                ? Optional.empty()
                : Optional.of(column.stream().mapToDouble(d -> d).toArray());
    }

    private static String summary(String text) {
        return "%,d characters, %d symbols"
                .formatted(
                        text.codePointCount(0, text.length()),
                        text.codePoints().distinct().count());
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** A file that is larger than what is taken. */
    public static final class TooLargeException extends RuntimeException {
        TooLargeException(String message) {
            super(message);
        }
    }
}
