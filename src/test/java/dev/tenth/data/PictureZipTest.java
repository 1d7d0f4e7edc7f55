package dev.tenth.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PictureZipTest {
    private static final int RED = 0xffc81e0a;

    @TempDir
    Path directory;

    private static byte[] picture(String format, int type, int width, int height, int argb) {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (type == BufferedImage.TYPE_BYTE_GRAY) {
                    image.getRaster().setSample(x, y, 0, argb & 0xff);
                } else {
                    image.setRGB(x, y, argb);
                }
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            assertThat(ImageIO.write(image, format, file)).isTrue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    private static byte[] red() {
        return picture("png", BufferedImage.TYPE_INT_RGB, 60, 60, RED);
    }

    private static byte[] zip(Map<String, byte[]> files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Map<String, byte[]> tenOf(byte[] picture) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int i = 0; i < 10; i++) {
            files.put("all/" + i + ".png", picture);
        }
        return files;
    }

    private static Content.Pictures read(byte[] zip) throws IOException {
        return PictureZip.read("file", () -> new ByteArrayInputStream(zip), ImageLimits.DEFAULT);
    }

    @Test
    void picturesOfAllShapesBecomeSquaresInTheirColours() throws IOException {
        Map<String, byte[]> files = tenOf(red());
        files.put("all/wide.jpg", picture("jpeg", BufferedImage.TYPE_INT_RGB, 900, 300, RED));
        files.put("all/huge.png", picture("png", BufferedImage.TYPE_INT_RGB, 2000, 3000, RED));
        files.put("all/clear.png", picture("png", BufferedImage.TYPE_INT_ARGB, 70, 80, 0));
        LabelledImages images = read(zip(files)).images();
        assertThat(List.of(images.training().count(), images.test().count())).containsExactly(12, 1);
        assertThat(images.training().height()).isEqualTo(64);
        assertThat(images.training().channels()).isEqualTo(3);
        byte[] all = Arrays.copyOf(images.training().pixels(), 13 * 3 * 64 * 64);
        System.arraycopy(images.test().pixels(), 0, all, 12 * 3 * 64 * 64, 3 * 64 * 64);
        int white = 0;
        for (int i = 0; i < all.length; i += 3) {
            boolean clear = (all[i + 1] & 0xff) == 255;
            white += clear ? 1 : 0;
            // JPEG is not exact.
            assertThat(all[i] & 0xff).isCloseTo(clear ? 255 : 0xc8, within(3));
            assertThat(all[i + 2] & 0xff).isCloseTo(clear ? 255 : 0x0a, within(6));
        }
        assertThat(white).isEqualTo(64 * 64);
    }

    @Test
    void greyPicturesKeepTheirGreyAndDigitsTheirSize() throws IOException {
        LabelledImages images = read(zip(tenOf(picture("png", BufferedImage.TYPE_BYTE_GRAY, 28, 28, 100))))
                .images();
        assertThat(images.training().channels()).isEqualTo(1);
        assertThat(images.training().width()).isEqualTo(28);
        assertThat(images.training().pixels()).containsOnly((byte) 100);
    }

    /** Left half black, right half white, in 128 columns: the 64 that remain are each of one side. */
    @Test
    void theMiddleSquareIsMadeSmallerWithoutMirrorOrShift() throws IOException {
        BufferedImage image = new BufferedImage(256, 128, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 128; y++) {
            for (int x = 0; x < 256; x++) {
                image.setRGB(x, y, x < 128 ? (y < 64 ? 0xff0000 : 0) : 0xffffff);
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(image, "png", file);
        byte[] pixels = read(zip(tenOf(file.toByteArray()))).images().test().pixels();
        for (int y = 0; y < 64; y++) {
            for (int x = 0; x < 64; x++) {
                int expected = x >= 32 ? 0xffffff : y < 32 ? 0xff0000 : 0;
                int place = 3 * (64 * y + x);
                assertThat((pixels[place] & 0xff) << 16 | (pixels[place + 1] & 0xff) << 8 | pixels[place + 2] & 0xff)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void foldersAreClasses() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int i = 0; i < 20; i++) {
            boolean cat = i % 2 == 0;
            files.put(
                    "my pictures/" + (cat ? "cats/" : "dogs/") + i + ".png",
                    picture("png", BufferedImage.TYPE_BYTE_GRAY, 40, 40, cat ? 10 : 200));
        }
        LabelledImages images = read(zip(files)).images();
        assertThat(images.classes()).containsExactly("cats", "dogs");
        for (LabelledImages.Part part : List.of(images.training(), images.test())) {
            for (int i = 0; i < part.count(); i++) {
                assertThat(part.pixels()[i * part.size()]).isEqualTo(part.labels()[i] == 0 ? (byte) 10 : (byte) 200);
            }
        }
    }

    @Test
    void whatIsNoPictureIsPassedOverAndNamed() throws IOException {
        byte[] torn = Arrays.copyOf(picture("jpeg", BufferedImage.TYPE_INT_RGB, 90, 90, RED), 200);
        byte[] bent = red();
        Arrays.fill(bent, 16, 24, (byte) 0x7f); // its width and height
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("notes.txt", "no picture".getBytes());
        files.putAll(tenOf(red()));
        files.put("torn.jpg", torn);
        files.put("bent.png", bent);
        files.put("__MACOSX/._0.png", new byte[] {1});
        files.put("all/.DS_Store", new byte[] {1});
        Dataset card = new Library(directory, FetchedData.directory())
                .add("mine.zip", () -> new ByteArrayInputStream(zip(files)))
                .join();
        assertThat(card.kind()).isEqualTo(Dataset.Kind.IMAGES);
        assertThat(card.summary())
                .startsWith("9 + 1 pictures of 64 × 64 in colour, 1 class; 3 skipped: ")
                .contains("notes.txt (it is neither PNG nor JPEG)", "torn.jpg (it cannot be decoded", "bent.png (");
        // Again from the file that was kept.
        assertThat(new Library(directory, FetchedData.directory())
                        .images(card.id())
                        .training()
                        .count())
                .isEqualTo(9);
    }

    @Test
    void aNameNeverBecomesAPath() throws IOException {
        Map<String, byte[]> files = tenOf(red());
        files.put("../../../outside.png", red());
        files.put("/etc/passwd.png", red());
        Library library = new Library(directory.resolve("uploads"), FetchedData.directory());
        assertThat(library.add("mine.zip", () -> new ByteArrayInputStream(zip(files)))
                        .join()
                        .summary())
                .startsWith("11 + 1 pictures");
        assertThat(directory).isDirectoryNotContaining(file -> file.toString().contains("outside"));
        try (Stream<Path> kept = Files.walk(directory)) {
            assertThat(kept.filter(Files::isRegularFile)).hasSize(2);
        }
    }

    static List<BrokenFile> broken() {
        byte[] good = zip(tenOf(red()));
        Map<String, byte[]> few = tenOf(red());
        few.remove("all/0.png");
        Map<String, byte[]> nothing = new LinkedHashMap<>();
        nothing.put("a.gif", "GIF89a".getBytes());
        Map<String, byte[]> bomb = tenOf(red());
        bomb.put("bomb.png", new byte[2_000_000]);
        Map<String, byte[]> crowd = new LinkedHashMap<>();
        for (int i = 0; i < 60; i++) {
            crowd.put(i + ".txt", new byte[1]);
        }
        return List.of(
                new BrokenFile("a text", "hello".getBytes(), "this is no zip file"),
                new BrokenFile("nothing", new byte[0], "this is no zip file"),
                new BrokenFile("half a zip", Arrays.copyOf(good, good.length / 2), "damaged"),
                new BrokenFile("nine pictures", zip(few), "9 pictures (PNG or JPEG); at least 10 are needed"),
                new BrokenFile("another format", zip(nothing), "a.gif (it is neither PNG nor JPEG)"),
                new BrokenFile("a bomb", zip(bomb), "bomb.png is more than 1,000,000 bytes"),
                new BrokenFile("a crowd", zip(crowd), "more than 50 entries"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void saysWhatIsWrongWithAZip(BrokenFile file) {
        ImageLimits limits = new ImageLimits(50, 40, 1_000_000, 1L << 30, 40_000_000, 200_000_000, 100);
        file.isRefusedBy((name, _) -> PictureZip.read(name, () -> new ByteArrayInputStream(file.bytes()), limits));
    }

    @Test
    void manySmallBombsAreOneLargeOne() {
        Map<String, byte[]> files = tenOf(red());
        for (int i = 0; i < 11; i++) {
            files.put(i + ".bin", new byte[900_000]);
        }
        byte[] zip = zip(files);
        assertThat(zip.length).isLessThan(100_000);
        ImageLimits limits = new ImageLimits(50, 40, 1_000_000, 5_000_000, 40_000_000, 200_000_000, 100);
        assertThatThrownBy(() -> PictureZip.read("file", () -> new ByteArrayInputStream(zip), limits))
                .isInstanceOf(DataException.class)
                .hasMessage("file: it unpacks to more than 5,000,000 bytes");
    }

    /** A picture whose header says what its data cannot keep. */
    private static byte[] promising(int width, int height) {
        byte[] picture = red();
        ByteBuffer header = ByteBuffer.wrap(picture);
        header.putInt(16, width).putInt(20, height);
        CRC32 sum = new CRC32();
        sum.update(picture, 12, 17);
        header.putInt(29, (int) sum.getValue());
        return picture;
    }

    /** Decoded one after the other, twelve pictures of 6300 × 6300 take half a minute: they are counted before. */
    @Test
    void picturesThatPromiseTooManyPixelsTogetherAreRefusedBeforeAnyIsDecoded() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int i = 0; i < 12; i++) {
            files.put(i + ".png", promising(6300, 6300));
        }
        assertThatThrownBy(() -> read(zip(files)))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "file: its pictures have more than 200,000,000 pixels together; make them smaller, or fewer");
    }

    @Test
    void rowsWithoutEndAndScansWithoutEndArePassedOver() throws IOException {
        byte[] jpeg = picture("jpeg", BufferedImage.TYPE_INT_RGB, 60, 60, RED);
        byte[] scans = Arrays.copyOf(jpeg, jpeg.length + 202);
        for (int i = jpeg.length; i < scans.length; i += 2) {
            scans[i] = (byte) 0xff;
            scans[i + 1] = (byte) 0xda;
        }
        Map<String, byte[]> files = tenOf(red());
        files.put("tall.png", promising(1, 39_000_000));
        files.put("scans.jpg", scans);
        assertThat(read(zip(files)).note().orElseThrow())
                .contains("tall.png (1 × 39000000 pixels; at most 20,000 along a side are taken)")
                .contains("scans.jpg (more than 100 scans)");
    }

    /** A PNG of a few bytes that promises 100,000 × 100,000 pixels is not decoded. */
    @Test
    void aPictureThatPromisesTooManyPixelsIsPassedOver() throws IOException {
        byte[] giant = promising(100_000, 100_000);
        Map<String, byte[]> files = tenOf(red());
        files.put("giant.png", giant);
        assertThat(read(zip(files)).note().orElseThrow())
                .contains("giant.png (100000 × 100000 pixels; at most 40,000,000 are taken)");
    }
}
