package dev.tenth.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryTest {
    @TempDir
    Path directory;

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void hasThreePlaysOfShakespeareAsTheyWereMeasured() {
        String text = new Library(directory, FetchedData.directory()).text("shakespeare");
        assertThat(text).hasSize(402_008).startsWith("BERNARDO:\nWho's there?\n\nFRANCISCO:\n");
        assertThat(text.chars().distinct().count()).isEqualTo(63);
    }

    @Test
    void keepsAnUploadUnderItsContent() throws IOException {
        Dataset card = new Library(directory, FetchedData.directory()).add("../../etc/song.txt", stream("la la\n"));
        assertThat(card.kind()).isEqualTo(Dataset.Kind.TEXT);
        assertThat(directory)
                .isDirectoryContaining(file -> file.getFileName().toString().startsWith(card.id()));
        Library reopened = new Library(directory, FetchedData.directory());
        assertThat(reopened.text(card.id())).isEqualTo("la la\n");
        assertThat(reopened.add("again.txt", stream("la la\n"))).isEqualTo(card);
        assertThat(reopened.delete(card.id())).isTrue();
        assertThat(new Library(directory, FetchedData.directory()).find(card.id()))
                .isEmpty();
    }

    @Test
    void takesAColumnOfNumbersAsNumbers() throws IOException {
        Library library = new Library(directory, FetchedData.directory());
        Dataset card = library.add("samples.csv", stream("1.5\n-2\n\n3e-1\n"));
        assertThat(card.kind()).isEqualTo(Dataset.Kind.NUMBERS);
        assertThat(library.numbers(card.id())).containsExactly(1.5, -2, .3);
        assertThatThrownBy(() -> library.text(card.id())).hasMessageContaining("is of kind NUMBERS, not TEXT");
    }

    @Test
    void saysWhereAFileIsNotUtf8() {
        byte[] broken = {'a', 'b', (byte) 0xff, 'c'};
        assertThatThrownBy(() -> new Library(directory, FetchedData.directory())
                        .add("broken.txt", new ByteArrayInputStream(broken)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("byte 2 (0xff)");
        assertThat(directory).isEmptyDirectory();
    }
}
