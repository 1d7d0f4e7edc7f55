package dev.tenth.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads pictures and their labels in the IDX format of MNIST, packed with gzip or not. Pictures: {@code int32 2051, count, height,
 * width}, then a byte a pixel; labels: {@code int32 2049, count}, then a byte each; all big-endian. In colour pictures begin with
 * {@code int32 2052, count, height, width, 3} and have three bytes a pixel; attributes are {@code int32 2050, count, names}, then a
 * byte for each of both. Offsets in errors count from the beginning of the unpacked file.
 *
 * @see <a href="https://yann.lecun.com/exdb/mnist/">LeCun, Cortes, Burges: The MNIST Database of Handwritten Digits</a>
 */
final class IdxReader {
    private static final int PICTURES = 2051;
    private static final int LABELS = 2049;
    private static final int COLORED = 2052;
    private static final int ATTRIBUTES = 2050;
    private static final int CHANNELS = 3;
    private static final int GZIP = 0x1f8b;
    /** The largest side of a picture. */
    private static final int LARGEST_SIDE = 1024;
    /** The most pixels that are taken, in all pictures of a file. */
    private static final int MOST_PIXELS = 1 << 27;

    /** What a file of pictures holds. */
    record Pictures(byte[] pixels, int count, int height, int width, int channels) {
        /** Some of them: a part of a data set. */
        LabelledImages.Part part(int first, int count, byte[] labels) {
            int size = height * width * channels;
            return new LabelledImages.Part(
                    Arrays.copyOfRange(pixels, first * size, (first + count) * size),
                    count,
                    height,
                    width,
                    channels,
                    labels);
        }
    }

    private final String file;
    private final InputStream bytes;
    private long offset;

    private IdxReader(String file, InputStream bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /**
     * Pictures.
     *
     * @param file names it in errors
     * @throws DataException if the file is not as it should be, with the byte, what was expected and what was found
     */
    static Pictures pictures(String file, InputStream bytes) throws IOException {
        IdxReader reader = open(file, bytes);
        reader.magic(PICTURES, "pictures");
        return reader.pictures(1);
    }

    /** The same of pictures in colour. */
    static Pictures colored(String file, InputStream bytes) throws IOException {
        IdxReader reader = open(file, bytes);
        reader.magic(COLORED, "pictures in colour");
        return reader.pictures(CHANNELS);
    }

    private Pictures pictures(int channels) throws IOException {
        int count = size("pictures", MOST_PIXELS);
        int height = size("rows of a picture", LARGEST_SIDE);
        int width = size("columns of a picture", LARGEST_SIDE);
        if (channels > 1) {
            exactly("channels", channels);
        }
        long pixels = (long) count * height * width * channels;
        if (pixels > MOST_PIXELS) {
            throw new DataException("%s: byte 4: found %d pictures of %d × %d; expected at most %d pixels"
                    .formatted(file, count, height, width, MOST_PIXELS / channels));
        }
        return new Pictures(rest((int) pixels), count, height, width, channels);
    }

    /**
     * Attributes, for each picture 0 or 1 for each name.
     *
     * @param count as many as there are pictures
     * @throws DataException if the file is not as it should be, with the byte, what was expected and what was found
     */
    static byte[] attributes(String file, InputStream bytes, int count, int names) throws IOException {
        IdxReader reader = open(file, bytes);
        reader.magic(ATTRIBUTES, "attributes");
        reader.exactly("pictures", count);
        reader.exactly("attributes", names);
        long begin = reader.offset;
        byte[] attributes = reader.rest(count * names);
        for (int i = 0; i < attributes.length; i++) {
            if (attributes[i] >>> 1 != 0) {
                throw new DataException(
                        "%s: byte %d: found %d; expected 0 or 1".formatted(file, begin + i, attributes[i] & 0xff));
            }
        }
        return attributes;
    }

    private void exactly(String what, int expected) throws IOException {
        long place = offset;
        int found = int32();
        if (found != expected) {
            throw new DataException(
                    "%s: byte %d: found %d %s; expected %d".formatted(file, place, found, what, expected));
        }
    }

    /**
     * Labels.
     *
     * @param file names it in errors
     * @param count as many as there are pictures
     * @param classes a label is less than this
     * @throws DataException if the file is not as it should be, with the byte, what was expected and what was found
     */
    static byte[] labels(String file, InputStream bytes, int count, int classes) throws IOException {
        IdxReader reader = open(file, bytes);
        reader.magic(LABELS, "labels");
        int found = reader.size("labels", MOST_PIXELS);
        if (found != count) {
            throw new DataException(
                    "%s: byte 4: found %d labels; expected %d as there are pictures".formatted(file, found, count));
        }
        long begin = reader.offset;
        byte[] labels = reader.rest(count);
        for (int i = 0; i < count; i++) {
            if ((labels[i] & 0xff) >= classes) {
                throw new DataException("%s: byte %d: label %d is not 0 to %d"
                        .formatted(file, begin + i, labels[i] & 0xff, classes - 1));
            }
        }
        return labels;
    }

    /**
     * A part of a data set.
     *
     * @param pictures the file of the pictures
     * @param labels the file of their labels
     */
    static LabelledImages.Part part(DataFile pictures, DataFile labels, List<String> classes) throws IOException {
        Pictures read;
        try (InputStream bytes = pictures.open()) {
            read = pictures(pictures.name(), bytes);
        }
        try (InputStream bytes = labels.open()) {
            return new LabelledImages.Part(
                    read.pixels(),
                    read.count(),
                    read.height(),
                    read.width(),
                    labels(labels.name(), bytes, read.count(), classes.size()));
        }
    }

    private static IdxReader open(String file, InputStream bytes) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(bytes, 1 << 16);
        buffered.mark(2);
        int magic = buffered.read() << 8 | buffered.read();
        buffered.reset();
        if (magic != GZIP) {
            return new IdxReader(file, buffered);
        }
        try {
            return new IdxReader(file, new GZIPInputStream(buffered, 1 << 16));
        } catch (EOFException | ZipException e) {
            throw new DataException(file + ": byte 0: the gzip file is damaged: " + e.getMessage(), e);
        }
    }

    private void magic(int expected, String what) throws IOException {
        int found = int32();
        if (found != expected) {
            throw new DataException("%s: byte 0: found the magic number %d; expected %d (IDX, %s, a byte each)"
                    .formatted(file, found, expected, what));
        }
    }

    private int size(String what, int most) throws IOException {
        long place = offset;
        int found = int32();
        if (found < 1 || found > most) {
            throw new DataException(
                    "%s: byte %d: found %d %s; expected 1 to %d".formatted(file, place, found, what, most));
        }
        return found;
    }

    private int int32() throws IOException {
        return ByteBuffer.wrap(bytes(Integer.BYTES)).getInt();
    }

    /** What is left of the file, which is so long. */
    private byte[] rest(int length) throws IOException {
        byte[] content = bytes(length);
        int more;
        try {
            more = bytes.read();
        } catch (EOFException | ZipException e) {
            throw damaged(e);
        }
        if (more >= 0) {
            throw new DataException("%s: byte %d: found more; expected the end of the file".formatted(file, offset));
        }
        return content;
    }

    private byte[] bytes(int length) throws IOException {
        byte[] content = new byte[length];
        int read = 0;
        while (read < length) {
            int count;
            try {
                count = bytes.read(content, read, length - read);
            } catch (EOFException | ZipException e) {
                throw damaged(e);
            }
            if (count < 0) {
                throw new DataException("%s: byte %d: found the end of the file; expected %d more bytes"
                        .formatted(file, offset, length - read));
            }
            read += count;
            offset += count;
        }
        return content;
    }

    private DataException damaged(IOException cause) {
        return new DataException(
                "%s: byte %d: the gzip file is damaged: %s".formatted(file, offset, cause.getMessage()), cause);
    }
}
