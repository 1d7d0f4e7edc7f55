package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the repository that are made from code: tests compare them, {@code make generated} writes them. */
public final class Generated {
    private static final boolean WRITE = Boolean.getBoolean("generated.write");

    private Generated() {}

    /** The file has this content, or gets it. */
    public static void check(Path file, String content) throws IOException {
        if (WRITE) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            return;
        }
        assertThat(file).as("run `make generated`").hasContent(content);
    }

    /** The part of the file between two lines is this, or becomes it. */
    public static void check(Path file, String begin, String end, String part) throws IOException {
        String text = Files.readString(file);
        int from = text.indexOf(begin) + begin.length();
        String whole = text.substring(0, from) + part + text.substring(text.indexOf(end, from));
        check(file.toAbsolutePath(), whole);
    }
}
