package dev.tenth.data;

import dev.tenth.text.Excerpt;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The built-in data sets and those that were uploaded. What was read is kept as long as there is memory for it, so that two runs
 * with the same data read it once.
 */
public final class Library implements Datasets, AutoCloseable {
    private static final Duration STALL = Duration.ofSeconds(30);

    /** Room for a data set; reading one holds its lock, so that who wants it as well waits. */
    private static final class Place {
        private SoftReference<Content> content = new SoftReference<>(null);
    }

    private final Catalogue catalogue;
    private final Uploads uploads;
    private final Map<String, Place> places = new ConcurrentHashMap<>();

    /**
     * Opens the library.
     *
     * @param uploads where files of people are kept; made if it is not there
     * @param data where {@code data/fetch} puts data sets, and downloads go; need not be there
     */
    public Library(Path uploads, Path data) {
        this(new Uploads(uploads, UploadLimits.DEFAULT), new Catalogue(data, BuiltIns.all(), new Downloads(STALL)));
    }

    Library(Uploads uploads, Catalogue catalogue) {
        this.uploads = uploads;
        this.catalogue = catalogue;
    }

    @Override
    public List<Dataset> list() {
        return Stream.concat(catalogue.list().stream(), uploads.list().stream()).toList();
    }

    @Override
    public Optional<Dataset> find(String id) {
        return catalogue.find(id).or(() -> uploads.find(id));
    }

    @Override
    public String text(String id) {
        return ((Content.Text) content(id, Dataset.Kind.TEXT)).text();
    }

    @Override
    public double[] numbers(String id) {
        return ((Content.Numbers) content(id, Dataset.Kind.NUMBERS)).column().clone();
    }

    @Override
    public Table table(String id) {
        return ((Content.Rows) content(id, Dataset.Kind.TABLE)).table();
    }

    @Override
    public LabelledImages images(String id) {
        return ((Content.Pictures) content(id, Dataset.Kind.IMAGES)).images();
    }

    private Content content(String id, Dataset.Kind kind) {
        uploads.await(id);
        Dataset card = find(id).orElseThrow(() ->
                new DataException("data: there is no data set " + Excerpt.quoted(id) + " (or not any more); there are "
                        + list().stream().map(Dataset::id).toList()));
        if (card.kind() != kind) {
            throw new DataException("data: \"" + id + "\" is of kind " + card.kind() + ", not " + kind);
        }
        Place place = places.computeIfAbsent(id, _ -> new Place());
        synchronized (place) {
            Content content = place.content.get();
            if (content == null) {
                content = catalogue.find(id).isPresent() ? catalogue.read(id) : uploads.read(id);
                place.content = new SoftReference<>(content);
            }
            return content;
        }
    }

    /**
     * Takes in a file: a column of numbers, a table, a text or a zip of pictures, found out from its content. What is called
     * {@code .csv}, {@code .libsvm}, {@code .svm} or {@code .zip} is never a text. The same content gives the same data set, under the name that it first had.
     *
     * <p>The file is read by a thread of the library. The future fails with a {@link DataException} if the file is empty, or not what
     * it is called, with the place, or if there are too many rows, features, classes, files or pixels; with a {@link
     * TooLargeException} if it has too many bytes; with a {@link StorageException} if it cannot be kept. Cancelling it ends the reading.
     *
     * @param name for people; it never becomes a path
     * @throws BusyException if too many files wait to be read
     */
    public CompletableFuture<Dataset> add(String name, FileSource content) {
        return uploads.add(name, content);
    }

    /** Removes an upload; the built-in ones stay. A run that has begun has its data already. */
    public boolean delete(String id) {
        boolean deleted = uploads.delete(id);
        if (deleted) {
            places.remove(id);
        }
        return deleted;
    }

    /** A file that is larger than what is taken. */
    public static final class TooLargeException extends RuntimeException {
        TooLargeException(String message) {
            super(message);
        }
    }

    /** A file that cannot be kept, as when the disk is full. */
    public static final class StorageException extends RuntimeException {
        StorageException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Too many files wait to be read. */
    public static final class BusyException extends RuntimeException {
        BusyException(String message) {
            super(message);
        }
    }

    /** Ends what is read. */
    @Override
    public void close() {
        uploads.close();
    }
}
