package dev.tenth.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A data set that the house knows.
 *
 * @param summary its counts, for people; the same that its content has
 * @param pieces its files; none if it is on the class path
 */
record BuiltIn(
        String id,
        String name,
        Dataset.Kind kind,
        String summary,
        String source,
        String licence,
        List<Piece> pieces,
        Reading reading) {

    /** Makes the content of the pieces, in their order. */
    interface Reading {
        Content read(List<DataFile> files) throws IOException;
    }

    /**
     * A file of a data set, packed with gzip or not.
     *
     * @param path below the data directory, without {@code .gz}
     * @param source where it can be downloaded, if it can
     */
    record Piece(String path, Optional<Downloads.Source> source) {
        Optional<DataFile> find(Path data) {
            return Stream.of(path, path + ".gz")
                    .map(name -> new DataFile(name, data.resolve(name)))
                    .filter(file -> Files.isRegularFile(file.path()))
                    .findFirst();
        }

        /** Where a download goes. */
        DataFile target(Path data, Downloads.Source from) {
            String name = from.uri().getPath().endsWith(".gz") ? path + ".gz" : path;
            return new DataFile(name, data.resolve(name));
        }
    }

    boolean isAvailable(Path data) {
        return pieces.stream().allMatch(piece -> piece.find(data).isPresent());
    }
}
