package dev.tenth.data;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/** What was found in uploads, as small files {@code <id>.card} beside them, so that a start need not read them all. */
final class UploadCards {
    static final String ENDING = "card";

    private final Path directory;

    UploadCards(Path directory) {
        this.directory = directory;
    }

    /** What a card says of a file. */
    record Card(Dataset dataset, Format format) {}

    private Path file(String id) {
        return directory.resolve(id + "." + ENDING);
    }

    void write(Card card) throws IOException {
        Dataset dataset = card.dataset();
        Properties fields = new Properties();
        fields.setProperty("name", dataset.name());
        fields.setProperty("format", card.format().name());
        fields.setProperty("kind", dataset.kind().name());
        fields.setProperty("bytes", Long.toString(dataset.bytes()));
        fields.setProperty("sha256", dataset.sha256());
        fields.setProperty("summary", dataset.summary());
        Path temporary = directory.resolve(dataset.id() + Uploads.UNFINISHED);
        try (Writer text = Files.newBufferedWriter(temporary)) {
            fields.store(text, null);
        }
        Files.move(temporary, file(dataset.id()), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * The card of a file, if it is there and whole.
     *
     * @param name the file's, if the card is an old one that has none
     */
    Optional<Card> read(String id, String name) throws IOException {
        if (!Files.exists(file(id))) {
            return Optional.empty();
        }
        Properties fields = new Properties();
        try (Reader text = Files.newBufferedReader(file(id))) {
            fields.load(text);
            return Optional.of(new Card(
                    new Dataset(
                            id,
                            fields.getProperty("name", name),
                            Dataset.Kind.valueOf(fields.getProperty("kind")),
                            Long.parseLong(fields.getProperty("bytes")),
                            fields.getProperty("sha256"),
                            fields.getProperty("summary"),
                            Uploads.SOURCE,
                            Uploads.LICENCE,
                            true),
                    Format.valueOf(fields.getProperty("format"))));
        } catch (IllegalArgumentException | NullPointerException | CharacterCodingException e) {
            return Optional.empty(); // broken: the file is read again
        }
    }

    void delete(String id) throws IOException {
        Files.deleteIfExists(file(id));
    }
}
