package dev.tenth.recipe;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Pictures as PNG files. */
public final class Png {
    private Png() {}

    /** A picture is larger than what is taken. */
    public static final class TooLargeException extends IOException {
        TooLargeException(String message) {
            super(message);
        }
    }

    /** The file of a picture. */
    public static byte[] write(Shown.Image image) {
        BufferedImage picture = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = image.rgb();
        for (int i = 0; i < image.width() * image.height(); i++) {
            int color = (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff;
            picture.setRGB(i % image.width(), i / image.width(), color);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array takes every PNG", e);
        }
        return bytes.toByteArray();
    }

    /**
     * The picture in a file that may say anything. What is transparent lies over black.
     *
     * @param mostSide pixels that it may be wide or high; no memory is taken for more
     * @throws TooLargeException if it is larger
     * @throws IOException if it is not a whole PNG file; the message says what is wrong
     */
    public static Shown.Image read(byte[] file, int mostSide) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(input, true, true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            if (width > mostSide || height > mostSide) {
                throw new TooLargeException(
                        "a picture of %d × %d is larger than %d × %d".formatted(width, height, mostSide, mostSide));
            }
            return picture(reader.read(0));
        } catch (RuntimeException e) {
            throw new IOException("the PNG is broken: " + e.getMessage(), e); // the decoder's word for some of them
        } finally {
            reader.dispose();
        }
    }

    private static Shown.Image picture(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] rgb = new byte[3 * width * height];
        Raster raster = image.getRaster();
        boolean grey = raster.getNumBands() <= 2 && !(image.getColorModel() instanceof IndexColorModel);
        for (int i = 0; i < width * height; i++) {
            int x = i % width;
            int y = i / width;
            int color = grey ? grey(raster, x, y) : image.getRGB(x, y);
            int alpha = color >>> 24;
            for (int channel = 0; channel < 3; channel++) {
                int value = color >> 16 - 8 * channel & 0xff;
                rgb[3 * i + channel] = (byte) Math.round(value * alpha / 255f);
            }
        }
        return new Shown.Image("image", width, height, rgb, null);
    }

    /** The sample itself: {@link BufferedImage#getRGB} takes grey for linear light and brightens it. */
    private static int grey(Raster raster, int x, int y) {
        int value = sample(raster, x, y, 0);
        int alpha = raster.getNumBands() == 2 ? sample(raster, x, y, 1) : 0xff;
        return alpha << 24 | value * 0x010101;
    }

    private static int sample(Raster raster, int x, int y, int band) {
        int bits = raster.getSampleModel().getSampleSize(band);
        return raster.getSample(x, y, band) * 0xff / ((1 << bits) - 1);
    }
}
