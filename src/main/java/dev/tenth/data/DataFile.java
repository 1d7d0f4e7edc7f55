package dev.tenth.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of a data set.
 *
 * @param name what errors call it
 */
record DataFile(String name, Path path) {
    InputStream open() throws IOException {
        return Files.newInputStream(path);
    }
}
