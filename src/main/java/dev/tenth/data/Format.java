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

    /** What is in a file of this format. */
    Dataset.Kind kind() {
        return switch (this) {
            case NUMBERS -> Dataset.Kind.NUMBERS;
            case CSV, LIBSVM -> Dataset.Kind.TABLE;
            case TEXT -> Dataset.Kind.TEXT;
            case IMAGES -> Dataset.Kind.IMAGES;
        };
    }

    /** @throws DataException if the file is not of this format, with the place */
    Content read(String name, FileSource file, UploadLimits limits) throws IOException {
        if (this == IMAGES) {
            return PictureZip.read(name, file, limits.images());
        }
        TableLimits table = limits.table();
        try (InputStream bytes = file.open()) {
            return switch (this) {
                case NUMBERS -> new Content.Numbers(NumbersReader.read(name, bytes, table.cells()));
                case CSV -> new Content.Rows(CsvReader.read(name, bytes, table));
                case LIBSVM -> new Content.Rows(LibsvmReader.read(name, bytes, table));
                case TEXT, IMAGES -> new Content.Text(TextReader.read(name, bytes));
            };
        }
    }
}
