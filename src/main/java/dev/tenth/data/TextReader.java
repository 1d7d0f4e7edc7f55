package dev.tenth.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;

/** Reads a text: UTF-8 without control characters, as it is. */
final class TextReader {
    private TextReader() {}

    /**
     * A text.
     *
     * @param file names it in errors
     * @throws DataException if it is empty, not UTF-8, or not plain text; with line and place
     */
    static String read(String file, InputStream bytes) throws IOException {
        StringWriter text = new StringWriter();
        new Utf8Reader(file, bytes).transferTo(text);
        if (text.getBuffer().isEmpty()) {
            throw new DataException(file + ": the file is empty");
        }
        return text.toString();
    }
}
