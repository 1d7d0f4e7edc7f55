package dev.tenth.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Pictures as files: what is written others read, and what others write is read, whatever it is. */
class PngTest {
    private static byte[] file(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    private static int[] rgb(Shown.Image image, int pixel) {
        return new int[] {
            image.rgb()[3 * pixel] & 0xff, image.rgb()[3 * pixel + 1] & 0xff, image.rgb()[3 * pixel + 2] & 0xff
        };
    }

    @Test
    void whatIsWrittenIsReadPixelByPixel() throws IOException {
        byte[] rgb = new byte[3 * 5 * 7];
        new SplittableRandom(1).nextBytes(rgb);
        byte[] file = Png.write(new Shown.Image("x", 7, 5, rgb, null));
        BufferedImage theirs = ImageIO.read(new ByteArrayInputStream(file));
        for (int i = 0; i < 35; i++) {
            assertThat(theirs.getRGB(i % 7, i / 7) & 0xffffff)
                    .isEqualTo((rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff);
        }
        assertThat(Png.read(file, 7).rgb()).isEqualTo(rgb);
    }

    @Test
    void greyOfAnyDepthIsTakenAsItIs() throws IOException {
        BufferedImage bytes = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage words = new BufferedImage(256, 1, BufferedImage.TYPE_USHORT_GRAY);
        for (int i = 0; i < 256; i++) {
            bytes.getRaster().setSample(i, 0, 0, i);
            words.getRaster().setSample(i, 0, 0, 257 * i);
        }
        for (BufferedImage each : new BufferedImage[] {bytes, words}) {
            Shown.Image read = Png.read(file(each, "png"), 256);
            for (int i = 0; i < 256; i++) {
                assertThat(rgb(read, i)).containsExactly(i, i, i);
            }
        }
        BufferedImage bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
        bits.getRaster().setSample(1, 0, 0, 1);
        Shown.Image read = Png.read(file(bits, "png"), 2);
        assertThat(rgb(read, 0)).containsExactly(0, 0, 0);
        assertThat(rgb(read, 1)).containsExactly(255, 255, 255);
    }

    @Test
    void whatIsTransparentLiesOverBlack() throws IOException {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x00ffffff);
        image.setRGB(1, 0, 0x80ff0000);
        image.setRGB(2, 0, 0xff102030);
        Shown.Image read = Png.read(file(image, "png"), 3);
        assertThat(rgb(read, 0)).containsExactly(0, 0, 0);
        assertThat(rgb(read, 1)).containsExactly(128, 0, 0);
        assertThat(rgb(read, 2)).containsExactly(0x10, 0x20, 0x30);
        ColorModel greyAndAlpha = new ComponentColorModel(
                java.awt.color.ColorSpace.getInstance(java.awt.color.ColorSpace.CS_GRAY),
                true,
                false,
                java.awt.Transparency.TRANSLUCENT,
                DataBuffer.TYPE_BYTE);
        WritableRaster raster = greyAndAlpha.createCompatibleWritableRaster(1, 1);
        raster.setPixel(0, 0, new int[] {100, 51});
        Shown.Image grey = Png.read(file(new BufferedImage(greyAndAlpha, raster, false, null), "png"), 1);
        assertThat(rgb(grey, 0)).containsExactly(20, 20, 20);
    }

    @Test
    void whatIsNoWholePngIsRefused() throws IOException {
        BufferedImage noise = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 400; i++) {
            noise.setRGB(i % 20, i / 20, random.nextInt());
        }
        byte[] file = file(noise, "png");
        for (int length = 0; length < file.length - 20; length += 7) {
            byte[] torn = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> Png.read(torn, 100)).as("%d bytes", length).isInstanceOf(IOException.class);
        }
        byte[] jpeg = file(noise, "jpeg");
        assertThatThrownBy(() -> Png.read(jpeg, 100)).isInstanceOf(IOException.class);
        for (int i = 0; i < 500; i++) {
            byte[] damaged = file.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                Png.read(damaged, 100);
            } catch (IOException _) {
                // what it must be, if it is not read in spite of the damage
            }
        }
    }

    @Test
    void aFileThatClaimsToBeHugeTakesNoMemory() {
        byte[] header = ByteBuffer.allocate(17)
                .put(new byte[] {'I', 'H', 'D', 'R'})
                .putInt(2_000_000_000)
                .putInt(1)
                .put(new byte[] {16, 6, 0, 0, 0})
                .array();
        CRC32 checksum = new CRC32();
        checksum.update(header);
        byte[] file = ByteBuffer.allocate(8 + 4 + 17 + 4)
                .putLong(0x89504e470d0a1a0aL)
                .putInt(13)
                .put(header)
                .putInt((int) checksum.getValue())
                .array();
        assertThatThrownBy(() -> Png.read(file, 2048))
                .isInstanceOf(Png.TooLargeException.class)
                .hasMessageContaining("2000000000 × 1");
    }
}
