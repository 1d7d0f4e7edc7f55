package dev.tenth.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;

/** How an upload is written down. */
enum Format {
    NUMBERS,
    CSV,
    LIBSVM,
    TEXT,
    /** A zip of pictures. */
    IMAGES;

    /**
     * What a file may be by its name, most special first. A file that is called a table is not taken as a text.
     */
    static List<Format> candidates(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".csv")) {
            return List.of(NUMBERS, CSV);
        }
        if (lower.endsWith(".libsvm") || lower.endsWith(".svm")) {
            return List.of(LIBSVM);
        }
        if (lower.endsWith(".zip")) {
            return List.of(IMAGES);
        }
        return List.of(NUMBERS, LIBSVM, TEXT);
    }

    /** @throws DataException if the file is not of this format, with the place */
    Content read(String name, InputStream bytes, UploadLimits limits) throws IOException {
        return switch (this) {
            case NUMBERS ->
                new Content.Numbers(
                        NumbersReader.read(name, bytes, limits.table().cells()));
            case CSV -> new Content.Rows(CsvReader.read(name, bytes, limits.table()));
            case LIBSVM -> new Content.Rows(LibsvmReader.read(name, bytes, limits.table()));
            case TEXT -> new Content.Text(TextReader.read(name, bytes));
            case IMAGES -> PictureZip.read(name, bytes, limits.images());
        };
    }
}
