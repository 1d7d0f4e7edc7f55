package dev.tenth.data;

import java.io.IOException;
import java.io.InputStream;

/** A file that can be read from its beginning as often as it takes. */
@FunctionalInterface
public interface FileSource {
    InputStream open() throws IOException;
}
