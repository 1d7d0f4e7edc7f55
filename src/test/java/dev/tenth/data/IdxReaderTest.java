package dev.tenth.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IdxReaderTest {
    @TempDir
    Path directory;

    private static final List<String> DIGITS =
            IntStream.range(0, 10).mapToObj(String::valueOf).toList();

    /** Whole numbers big-endian, then bytes from 0 on. */
    private static byte[] idx(int content, int... header) {
        ByteBuffer file = ByteBuffer.allocate(Integer.BYTES * header.length + content);
        Arrays.stream(header).forEach(file::putInt);
        for (int i = 0; i < content; i++) {
            file.put((byte) i);
        }
        return file.array();
    }

    private static byte[] packed(byte[] content) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(file)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    private static byte[] changed(byte[] content, int place, int value) {
        byte[] other = content.clone();
        other[Math.floorMod(place, other.length)] = (byte) value;
        return other;
    }

    private static BrokenFile broken(String what, byte[] bytes, String says) {
        return new BrokenFile(what, bytes, says);
    }

    static List<BrokenFile> brokenPictures() {
        byte[] good = idx(24, 2051, 2, 3, 4);
        return List.of(
                broken("nothing", new byte[0], "byte 0: found the end of the file; expected 4 more bytes"),
                broken("three bytes", new byte[3], "byte 3: found the end of the file; expected 1 more bytes"),
                broken("labels", idx(2, 2049, 2), "byte 0: found the magic number 2049; expected 2051"),
                broken("little-endian", idx(24, 0x03080000), "byte 0: found the magic number 50855936"),
                broken("pictures of floats", idx(24, 0x0d03, 2, 3, 4), "byte 0: found the magic number 3331"),
                broken("a PNG", idx(24, 0x89504e47), "byte 0: found the magic number -1991225785"),
                broken("a header without a count", idx(0, 2051), "byte 4: found the end of the file"),
                broken(
                        "a header without a width",
                        idx(2, 2051, 2, 3),
                        "byte 14: found the end of the file; expected 2"),
                broken("no pictures", idx(0, 2051, 0, 3, 4), "byte 4: found 0 pictures; expected 1 to"),
                broken("less than no pictures", idx(24, 2051, -2, 3, 4), "byte 4: found -2 pictures"),
                broken("no rows", idx(24, 2051, 2, 0, 4), "byte 8: found 0 rows of a picture; expected 1 to 1024"),
                broken("no columns", idx(24, 2051, 2, 3, 0), "byte 12: found 0 columns of a picture"),
                broken("a huge side", idx(24, 2051, 2, 3, 1025), "byte 12: found 1025 columns of a picture"),
                broken(
                        "more than memory has",
                        idx(24, 2051, 2_000_000, 1024, 1024),
                        "byte 4: found 2000000 pictures of 1024 × 1024; expected at most"),
                broken(
                        "no pixels",
                        idx(0, 2051, 2, 3, 4),
                        "byte 16: found the end of the file; expected 24 more bytes"),
                broken(
                        "a pixel too few",
                        idx(23, 2051, 2, 3, 4),
                        "byte 39: found the end of the file; expected 1 more"),
                broken("a pixel too many", idx(25, 2051, 2, 3, 4), "byte 40: found more; expected the end"),
                broken("packed, a pixel too few", packed(idx(23, 2051, 2, 3, 4)), "byte 39: found the end"),
                broken(
                        "only the beginning of gzip",
                        Arrays.copyOf(packed(good), 5),
                        "byte 0: the gzip file is damaged"),
                broken("gzip of an unknown kind", changed(packed(good), 2, 9), "byte 0: the gzip file is damaged"),
                broken("gzip, cut", Arrays.copyOf(packed(good), 20), "the gzip file is damaged"),
                broken(
                        "gzip with a wrong check sum",
                        changed(packed(good), -6, 1),
                        "byte 40: the gzip file is damaged"),
                broken("gzip of rubbish", changed(packed(good), 10, 0xff), "the gzip file is damaged"));
    }

    @ParameterizedTest
    @MethodSource("brokenPictures")
    void saysWhatIsWrongWithPictures(BrokenFile file) {
        file.isRefusedBy(IdxReader::pictures);
    }

    static List<BrokenFile> brokenLabels() {
        return List.of(
                broken("nothing", new byte[0], "byte 0: found the end"),
                broken("pictures", idx(24, 2051, 2, 3, 4), "byte 0: found the magic number 2051; expected 2049"),
                broken("no count", idx(0, 2049), "byte 4: found the end"),
                broken("none", idx(0, 2049, 0), "byte 4: found 0 labels"),
                broken("fewer than pictures", idx(9, 2049, 9), "byte 4: found 9 labels; expected 10"),
                broken("more than pictures", idx(11, 2049, 11), "byte 4: found 11 labels; expected 10"),
                broken("one that is missing", idx(9, 2049, 10), "byte 17: found the end of the file; expected 1 more"),
                broken("one too many", idx(11, 2049, 10), "byte 18: found more; expected the end"),
                broken("a class too high", changed(idx(10, 2049, 10), 8, 12), "byte 8: label 12 is not 0 to 9"),
                broken(
                        "the class after the last",
                        changed(idx(10, 2049, 10), 17, 10),
                        "byte 17: label 10 is not 0 to 9"),
                broken("a negative class", changed(idx(10, 2049, 10), 12, -1), "byte 12: label 255 is not 0 to 9"),
                broken("packed, a class too high", packed(changed(idx(10, 2049, 10), 9, 77)), "byte 9: label 77"));
    }

    @ParameterizedTest
    @MethodSource("brokenLabels")
    void saysWhatIsWrongWithLabels(BrokenFile file) {
        file.isRefusedBy((name, bytes) -> IdxReader.labels(name, bytes, 10, 10));
    }

    @Test
    void readsPackedPicturesAsItReadsOthers() throws IOException {
        byte[] good = idx(24, 2051, 2, 3, 4);
        for (byte[] bytes : List.of(good, packed(good))) {
            IdxReader.Pictures pictures = IdxReader.pictures("file", new ByteArrayInputStream(bytes));
            assertThat(pictures.count()).isEqualTo(2);
            assertThat(pictures.height()).isEqualTo(3);
            assertThat(pictures.width()).isEqualTo(4);
            assertThat(pictures.pixels()).isEqualTo(idx(24));
        }
    }

    private static LabelledImages.Part fetched(String directory, String part, String end) throws IOException {
        String pictures = directory + "/" + part + "-images-idx3-ubyte" + end;
        String labels = directory + "/" + part + "-labels-idx1-ubyte" + end;
        return IdxReader.part(
                new DataFile(pictures, FetchedData.file(pictures)),
                new DataFile(labels, FetchedData.file(labels)),
                DIGITS);
    }

    private static double mean(LabelledImages.Part part) {
        long sum = 0;
        for (byte pixel : part.pixels()) {
            sum += pixel & 0xff;
        }
        return sum / 255. / part.pixels().length;
    }

    @Test
    void readsMnistAsItIsPublished() throws IOException {
        LabelledImages.Part training = fetched("mnist", "train", "");
        assertThat(training.count()).isEqualTo(60_000);
        assertThat(training.height()).isEqualTo(28);
        assertThat(training.width()).isEqualTo(28);
        assertThat(Arrays.copyOf(training.labels(), 10)).containsExactly(5, 0, 4, 1, 9, 2, 1, 3, 1, 4);
        assertThat(mean(training)).isEqualTo(.1307, within(5e-5));
        LabelledImages.Part test = fetched("mnist", "t10k", "");
        assertThat(test.count()).isEqualTo(10_000);
        assertThat(Arrays.copyOf(test.labels(), 5)).containsExactly(7, 2, 1, 0, 4);
    }

    @Test
    void readsFashionMnistAsItIsPublished() throws IOException {
        LabelledImages.Part training = fetched("fashion-mnist", "train", ".gz");
        assertThat(training.count()).isEqualTo(60_000);
        assertThat(mean(training)).isEqualTo(.2860, within(5e-5));
        assertThat(fetched("fashion-mnist", "t10k", ".gz").count()).isEqualTo(10_000);
    }

    static List<BrokenFile> brokenAttributes() {
        return List.of(
                broken("pictures", idx(6, 2051, 3, 2, 1), "byte 0: found the magic number 2051; expected 2050"),
                broken("of fewer pictures", idx(4, 2050, 2, 2), "byte 4: found 2 pictures; expected 3"),
                broken("of other names", idx(9, 2050, 3, 3), "byte 8: found 3 attributes; expected 2"),
                broken("neither yes nor no", idx(6, 2050, 3, 2), "byte 14: found 2; expected 0 or 1"),
                broken("an end too early", idx(5, 2050, 3, 2), "byte 17: found the end of the file"));
    }

    @ParameterizedTest
    @MethodSource("brokenAttributes")
    void saysWhereAFileOfAttributesIsWrong(BrokenFile file) {
        file.isRefusedBy((name, bytes) -> IdxReader.attributes(name, bytes, 3, 2));
    }

    @Test
    void readsColoursAsTheyLie() throws IOException {
        IdxReader.Pictures pictures = IdxReader.colored("file", new ByteArrayInputStream(idx(36, 2052, 2, 2, 3, 3)));
        LabelledImages.Part second = pictures.part(1, 1, new byte[1]);
        assertThat(second.channels()).isEqualTo(3);
        assertThat(second.pixels()).startsWith(18, 19, 20).hasSize(18);
        broken("two channels", idx(24, 2052, 2, 2, 3, 2), "byte 16: found 2 channels; expected 3")
                .isRefusedBy(IdxReader::colored);
    }

    /** The generator's own rates; some of what it may choose is nothing: no hair behind, a mask for glasses. */
    @Test
    void facesHaveTheAttributesThatTheGeneratorGivesThem() {
        FetchedData.file("faces/images-idx4-ubyte.gz");
        LabelledImages faces = new Library(directory, FetchedData.directory()).images("faces");
        assertThat(List.of(faces.training().count(), faces.test().count())).containsExactly(9000, 1000);
        double[] shares = new double[faces.attributes().names().size()];
        for (int i = 0; i < faces.attributes().values().length; i++) {
            shares[i % shares.length] += faces.attributes().values()[i] / 9000.;
        }
        assertThat(shares[faces.attributes().names().indexOf("female")]).isCloseTo(.5, within(.03));
        assertThat(shares[faces.attributes().names().indexOf("glasses")]).isCloseTo(.1 * 5 / 7, within(.02));
        assertThat(shares[faces.attributes().names().indexOf("facialHair")]).isCloseTo(.25, within(.03));
        assertThat(shares[faces.attributes().names().indexOf("longHair")])
                .isCloseTo(.5 * .9 * 7 / 8 + .5 * .1 * 2 / 3, within(.03));
    }
}
