package dev.tenth.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LibraryTest {
    private static final String SONG = "la la\n";
    /** The beginning of the SHA-256 of {@link #SONG}. */
    private static final String SONG_ID = "f64872c31466bb3a";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Library library;

    @BeforeEach
    void open() {
        library = new Library(directory, FetchedData.directory());
    }

    @AfterEach
    void close() {
        library.close();
    }

    private void reopen() {
        close();
        open();
    }

    private static FileSource file(String text) {
        return () -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void hasThreePlaysOfShakespeareAsTheyWereMeasured() {
        String text = library.text("shakespeare");
        assertThat(text).hasSize(402_008).startsWith("BERNARDO:\nWho's there?\n\nFRANCISCO:\n");
        assertThat(text.chars().distinct().count()).isEqualTo(63);
    }

    @Test
    void keepsAnUploadUnderItsContent() throws IOException {
        Dataset card = library.add("../../etc/song.txt", file(SONG)).join();
        assertThat(card.kind()).isEqualTo(Dataset.Kind.TEXT);
        assertThat(card.name()).isEqualTo("song.txt");
        assertThat(files()).containsExactly(card.id() + ".card", card.id() + ".text");
        reopen();
        assertThat(library.text(card.id())).isEqualTo(SONG);
        assertThat(library.add("again.txt", file(SONG)).join()).isEqualTo(card);
        assertThat(library.delete(card.id())).isTrue();
        assertThat(files()).isEmpty();
        reopen();
        assertThat(library.find(card.id())).isEmpty();
    }

    @Test
    void takesAColumnOfNumbersAsNumbers() {
        Dataset card = library.add("samples.csv", file("1.5\n-2\n\n3e-1\n")).join();
        assertThat(card.kind()).isEqualTo(Dataset.Kind.NUMBERS);
        assertThat(library.numbers(card.id())).containsExactly(1.5, -2, .3);
        assertThatThrownBy(() -> library.text(card.id())).hasMessageContaining("is of kind NUMBERS, not TEXT");
    }

    @Test
    void saysWhereAFileIsNotUtf8() {
        byte[] broken = {'a', 'b', (byte) 0xff, 'c'};
        assertThatThrownBy(library.add("broken.txt", () -> new ByteArrayInputStream(broken))::join)
                .hasCauseInstanceOf(DataException.class)
                .hasMessageContaining("byte 2 (0xff)");
        assertThat(directory).isEmptyDirectory();
    }

    // ---- names

    /** What people call a file, and what it is called here. */
    record Name(String given, String kept) {}

    static List<Name> names() {
        return List.of(
                new Name("歌".repeat(100), "歌".repeat(100)),
                new Name("歌".repeat(2000) + ".txt", "歌".repeat(96) + ".txt"),
                new Name("🎵".repeat(120), "🎵".repeat(100)),
                new Name("हिन्दी.txt", "हिन्दी.txt"),
                new Name("cafe\u0301.txt", "café.txt"),
                new Name("a/b/../song.txt", "song.txt"),
                new Name("C:\\fakepath\\song.txt", "song.txt"),
                new Name("con.txt", "con.txt"),
                new Name("what: <\"it\" | is?>*", "what: <\"it\" | is?>*"),
                new Name("a\u0000b\n\tc\u202etxt", "abctxt"),
                new Name("half \ud83c of a pair", "half  of a pair"),
                new Name("\udfb5", "upload"),
                new Name("..", "upload.."),
                new Name(".bashrc", "upload.bashrc"),
                new Name("card", "card"),
                new Name("a.tmp", "a.tmp"),
                new Name("/", "upload"),
                new Name(" ", "upload"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void aNameIsForPeopleAndNeverAFiles(Name name) throws IOException {
        Dataset card = library.add(name.given(), file(SONG)).join();
        assertThat(card.name()).isEqualTo(name.kept());
        assertThat(files()).containsExactly(SONG_ID + ".card", SONG_ID + ".text");
        reopen();
        assertThat(library.find(SONG_ID)).contains(card);
        assertThat(library.text(SONG_ID)).isEqualTo(SONG);
    }

    @Test
    void whatAnEarlierVersionKeptIsFoundUnderItsName() throws IOException {
        close();
        Files.writeString(directory.resolve(SONG_ID + ".my song.txt"), SONG);
        Files.writeString(
                directory.resolve(SONG_ID + ".card"),
                "format=TEXT\nkind=TEXT\nbytes=6\nsha256=" + SONG_ID + "\nsummary=6 characters, 4 symbols\n");
        open();
        assertThat(library.find(SONG_ID).orElseThrow().name()).isEqualTo("my song.txt");
        assertThat(library.text(SONG_ID)).isEqualTo(SONG);
        assertThat(library.delete(SONG_ID)).isTrue();
        assertThat(files()).isEmpty();
    }

    // ---- cards that are missing

    @Test
    void aFileWithoutACardIsReadAgain() throws IOException {
        close();
        Files.writeString(directory.resolve(SONG_ID + ".my song.txt"), SONG);
        Files.write(directory.resolve(SONG_ID + ".card"), new byte[] {(byte) 0xff});
        Files.writeString(directory.resolve("0123456789abcdef.csv"), "no table");
        Files.writeString(directory.resolve("left over.tmp"), "half");
        open();
        assertThat(library.text(SONG_ID)).isEqualTo(SONG); // waits for it
        assertThat(library.find(SONG_ID).orElseThrow().name()).isEqualTo("my song.txt");
        await().atMost(PATIENCE).until(() -> library.find("0123456789abcdef").isEmpty());
        assertThat(files()).containsExactly("0123456789abcdef.csv", SONG_ID + ".card", SONG_ID + ".my song.txt");
    }

    /** A pipe that nobody writes to takes longer to read than any file. */
    @Test
    void aStartWaitsForNoFile() throws Exception {
        close();
        Path pipe = directory.resolve("0123456789abcdef.zip");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        CompletableFuture<Library> opened =
                CompletableFuture.supplyAsync(() -> new Library(directory, FetchedData.directory()));
        try {
            await().atMost(PATIENCE).until(opened::isDone);
            library = opened.join();
            Dataset listed = library.find("0123456789abcdef").orElseThrow();
            assertThat(listed.available()).isFalse();
            assertThat(listed.summary()).isEqualTo("being read");
        } finally {
            Files.newOutputStream(pipe).close(); // lets the reader go
        }
    }

    // ---- readings

    /** A file whose end does not come. */
    private static FileSource endless(CountDownLatch begun, CountDownLatch interrupted) {
        return () -> new InputStream() {
            @Override
            public int read() throws IOException {
                begun.countDown();
                try {
                    new CountDownLatch(1).await();
                    return -1;
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw new InterruptedIOException("interrupted");
                }
            }
        };
    }

    @Test
    void whoIsNotWaitedForAnyMoreIsNotReadAnyMore() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        CompletableFuture<Dataset> upload = library.add("a.txt", endless(begun, interrupted));
        await().atMost(PATIENCE).until(() -> begun.getCount() == 0);
        upload.cancel(true);
        await().atMost(PATIENCE).until(() -> interrupted.getCount() == 0);
        assertThat(library.add("song.txt", file(SONG)).join().id()).isEqualTo(SONG_ID);
        assertThat(files()).hasSize(2);
    }

    @Test
    void onlySoManyWait() {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Dataset> first = library.add("a.txt", endless(begun, new CountDownLatch(1)));
        await().atMost(PATIENCE).until(() -> begun.getCount() == 0);
        for (int i = 0; i < UploadLimits.DEFAULT.waiting(); i++) {
            library.add("b.txt", file(SONG + i));
        }
        assertThatThrownBy(() -> library.add("c.txt", file(SONG)))
                .isInstanceOf(Library.BusyException.class)
                .hasMessageContaining("64 uploads are waiting to be read");
        first.cancel(true);
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> library.add("c.txt", file(SONG)).join() != null);
    }

    @Test
    void aReadingHasAnEnd() {
        WatchedStream late = new WatchedStream("file", InputStream.nullInputStream(), 0, Duration.ZERO);
        assertThatThrownBy(late::read)
                .isInstanceOf(DataException.class)
                .hasMessage("file: it takes more than 0 s to read; make it smaller");
    }
}
