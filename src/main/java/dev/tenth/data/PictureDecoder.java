package dev.tenth.data;

import dev.tenth.text.Excerpt;
import java.awt.Rectangle;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** PNG and JPEG files of people to small squares. What a header promises is looked at before anything is decoded. */
final class PictureDecoder {
    /** Pixels that are decoded along the shorter side, at most, for each that is kept. */
    private static final int FINE = 8;

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};
    private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};

    private static final byte START_OF_SCAN = (byte) 0xda;

    private final long mostPixels;

    PictureDecoder(long mostPixels) {
        this.mostPixels = mostPixels;
    }

    /** What is wrong with a file, so that it is passed over. */
    static final class UnfitException extends Exception {
        private UnfitException(String message) {
            super(message, null, false, false);
        }
    }

    /** How large a picture is. */
    record Size(int width, int height) {}

    /** What its header says. */
    Size size(byte[] file) throws UnfitException {
        return read(file, (reader, _) -> new Size(reader.getWidth(0), reader.getHeight(0)));
    }

    /**
     * The middle square of a picture, made smaller (or larger) to {@code side × side}: three bytes a pixel, red, green and blue, on
     * white where it is transparent.
     */
    byte[] square(byte[] file, int side) throws UnfitException {
        return read(file, (reader, parameters) -> {
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            int shorter = Math.min(width, height);
            parameters.setSourceRegion(new Rectangle((width - shorter) / 2, (height - shorter) / 2, shorter, shorter));
            int step = Math.max(1, shorter / (FINE * side));
            parameters.setSourceSubsampling(step, step, 0, 0);
            return scaled(reader.read(0, parameters), side);
        });
    }

    private interface Reading<T> {
        T of(ImageReader reader, ImageReadParam parameters) throws IOException;
    }

    private <T> T read(byte[] file, Reading<T> reading) throws UnfitException {
        ImageReader reader = reader(file);
        if (begins(file, JPEG) && scans(file) > ImageLimits.MOST_SCANS) {
            throw new UnfitException("more than %d scans".formatted(ImageLimits.MOST_SCANS));
        }
        try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(input, true, true);
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            if (pixels > mostPixels) {
                throw new UnfitException("%d × %d pixels; at most %,d are taken"
                        .formatted(reader.getWidth(0), reader.getHeight(0), mostPixels));
            }
            if (Math.max(reader.getWidth(0), reader.getHeight(0)) > ImageLimits.LONGEST_SIDE) {
                throw new UnfitException("%d × %d pixels; at most %,d along a side are taken"
                        .formatted(reader.getWidth(0), reader.getHeight(0), ImageLimits.LONGEST_SIDE));
            }
            return reading.of(reader, reader.getDefaultReadParam());
        } catch (IOException | RuntimeException e) {
            // The decoders answer to broken files with exceptions of all kinds.
            throw new UnfitException("it cannot be decoded: " + Excerpt.of(e.getMessage()));
        } finally {
            reader.dispose();
        }
    }

    /** How often the decoder goes over all of a JPEG file; inside of a scan the marker's bytes cannot be. */
    private static int scans(byte[] file) {
        int scans = 0;
        for (int i = 0; i + 1 < file.length; i++) {
            scans += file[i] == (byte) 0xff && file[i + 1] == START_OF_SCAN ? 1 : 0;
        }
        return scans;
    }

    private static ImageReader reader(byte[] file) throws UnfitException {
        Optional<String> format =
                begins(file, PNG) ? Optional.of("png") : begins(file, JPEG) ? Optional.of("jpeg") : Optional.empty();
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(
                format.orElseThrow(() -> new UnfitException("it is neither PNG nor JPEG")));
        return readers.next();
    }

    private static boolean begins(byte[] file, byte[] with) {
        for (int i = 0; i < with.length; i++) {
            if (i >= file.length || file[i] != with[i]) {
                return false;
            }
        }
        return true;
    }

    /** Each pixel is the mean of those that it covers. */
    private static byte[] scaled(BufferedImage image, int side) {
        boolean grey = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY
                && !image.getColorModel().hasAlpha();
        int bits = image.getSampleModel().getSampleSize(0);
        byte[] rgb = new byte[3 * side * side];
        for (int y = 0; y < side; y++) {
            int top = y * image.getHeight() / side;
            int bottom = Math.max(top + 1, (y + 1) * image.getHeight() / side);
            for (int x = 0; x < side; x++) {
                int left = x * image.getWidth() / side;
                int right = Math.max(left + 1, (x + 1) * image.getWidth() / side);
                int[] sums = new int[3];
                for (int j = top; j < bottom; j++) {
                    for (int i = left; i < right; i++) {
                        add(sums, grey ? shade(image.getRaster().getSample(i, j, 0), bits) : image.getRGB(i, j));
                    }
                }
                int covered = (bottom - top) * (right - left);
                for (int channel = 0; channel < 3; channel++) {
                    rgb[3 * (y * side + x) + channel] = (byte) ((sums[channel] + covered / 2) / covered);
                }
            }
        }
        return rgb;
    }

    /** A grey value as it is in the file: as a colour, Java would make it lighter. */
    private static int shade(int sample, int bits) {
        int grey = bits > 8 ? sample >> (bits - 8) : sample * 255 / ((1 << bits) - 1);
        return 0xff000000 | grey * 0x010101;
    }

    private static void add(int[] sums, int argb) {
        int alpha = argb >>> 24;
        for (int channel = 0; channel < 3; channel++) {
            int value = argb >> (16 - 8 * channel) & 0xff;
            sums[channel] += (value * alpha + 255 * (255 - alpha)) / 255;
        }
    }
}
