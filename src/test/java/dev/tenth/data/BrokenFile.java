package dev.tenth.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * A file that must be refused.
 *
 * @param says what the error must say: the place, and what is wrong there
 */
record BrokenFile(String what, byte[] bytes, String says) {
    static BrokenFile of(String what, String text, String says) {
        return new BrokenFile(what, text.getBytes(StandardCharsets.UTF_8), says);
    }

    interface Reading {
        Object read(String file, InputStream bytes) throws IOException;
    }

    /** Nothing but a {@link DataException} that begins with the file's name and says where and what. */
    void isRefusedBy(Reading reading) {
        Throwable error = catchThrowable(() -> reading.read("file", new ByteArrayInputStream(bytes)));
        assertThat(error).isInstanceOf(DataException.class).hasMessageStartingWith("file: ");
        assertThat(error).hasMessageContaining(says);
    }

    @Override
    public String toString() {
        return what;
    }
}
