package dev.tenth.data;

import dev.tenth.data.PictureDecoder.UnfitException;
import dev.tenth.text.Excerpt;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * A folder of pictures, packed as a zip. Folders in it are classes. The first picture tells how large all become: 28 × 28 if it is
 * that, 32 × 32 if it is small, else 64 × 64. What is no picture, or a broken one, is passed over and named. Nothing is ever written
 * to where an entry's name says.
 */
final class PictureZip {
    private static final int DIGITS = 28;
    private static final int SMALL = 32;
    private static final int LARGE = 64;
    /** A shorter side from here on is worth {@link #LARGE}. */
    private static final int NOT_SMALL = 48;
    /** So many files that were passed over are named. */
    private static final int NAMED = 5;

    private static final int LONGEST_NAME = 60;
    private static final double TESTED = .1;
    private static final String NO_FOLDER = "pictures";

    private final String file;
    private final ImageLimits limits;
    private final PictureDecoder decoder;
    private final List<byte[]> pictures = new ArrayList<>();
    private final List<String> folders = new ArrayList<>();
    private final List<String> passedOver = new ArrayList<>();
    private int passed;
    private int side;
    private int promised;
    private long pixels;

    private PictureZip(String file, ImageLimits limits) {
        this.file = file;
        this.limits = limits;
        this.decoder = new PictureDecoder(limits.pixels());
    }

    /**
     * Reads all pictures.
     *
     * @param file names it in errors
     * @throws DataException if it is no zip, is damaged, too large in any way, or has too few pictures
     */
    static Content.Pictures read(String file, FileSource bytes, ImageLimits limits) throws IOException {
        PictureZip zip = new PictureZip(file, limits);
        zip.each(bytes, zip::survey);
        zip.each(bytes, zip::add);
        return zip.content();
    }

    private interface Entry {
        void take(String name, byte[] content);
    }

    private void each(FileSource bytes, Entry taken) throws IOException {
        try (ZipInputStream entries = new ZipInputStream(bytes.open())) {
            each(entries, taken);
        } catch (ZipException | EOFException | IllegalArgumentException e) {
            throw new DataException("%s: the zip file is damaged: %s".formatted(file, Excerpt.of(e.getMessage())), e);
        }
    }

    private void each(ZipInputStream entries, Entry taken) throws IOException {
        int count = 0;
        long unpacked = 0;
        for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
            if (++count > limits.entries()) {
                throw new DataException("%s: more than %,d entries".formatted(file, limits.entries()));
            }
            String name = entry.getName().replace('\\', '/');
            byte[] content = unpack(name, entries);
            unpacked += content.length;
            if (unpacked > limits.unpackedBytes()) {
                throw new DataException(
                        "%s: it unpacks to more than %,d bytes".formatted(file, limits.unpackedBytes()));
            }
            if (!entry.isDirectory() && !isHidden(name)) {
                taken.take(name, content);
            }
        }
        if (count == 0) {
            throw new DataException(file + ": byte 0: this is no zip file, or an empty one");
        }
    }

    /** What systems put there for themselves, such as {@code .DS_Store} and {@code __MACOSX/}. */
    private static boolean isHidden(String name) {
        return Arrays.stream(name.split("/"))
                .anyMatch(part -> part.startsWith(".") && !part.equals("..") || part.equals("__MACOSX"));
    }

    /** An entry whole. */
    private byte[] unpack(String name, ZipInputStream entries) throws IOException {
        byte[] content = entries.readNBytes(limits.entryBytes() + 1);
        if (content.length > limits.entryBytes()) {
            throw new DataException(
                    "%s: %s is more than %,d bytes".formatted(file, shortened(name), limits.entryBytes()));
        }
        return content;
    }

    /** Counts what a picture's header promises, so that too much is refused before any of it is decoded. */
    private void survey(String name, byte[] content) {
        PictureDecoder.Size size;
        try {
            size = decoder.size(content);
        } catch (UnfitException e) {
            return; // passed over, and named, when its turn comes
        }
        if (++promised > limits.pictures()) {
            throw new DataException("%s: more than %,d pictures".formatted(file, limits.pictures()));
        }
        pixels += (long) size.width() * size.height();
        if (pixels > limits.allPixels()) {
            throw new DataException("%s: its pictures have more than %,d pixels together; make them smaller, or fewer"
                    .formatted(file, limits.allPixels()));
        }
        if (side == 0) {
            side = sideFor(Math.min(size.width(), size.height()));
        }
    }

    private void add(String name, byte[] content) {
        try {
            pictures.add(decoder.square(content, side));
            String[] path = name.split("/");
            folders.add(path.length < 2 ? NO_FOLDER : shortened(path[path.length - 2]));
        } catch (UnfitException e) {
            passed++;
            if (passedOver.size() < NAMED) {
                passedOver.add(shortened(name) + " (" + e.getMessage() + ")");
            }
        }
    }

    private static int sideFor(int shorter) {
        return shorter == DIGITS ? DIGITS : shorter < NOT_SMALL ? SMALL : LARGE;
    }

    private static String shortened(String name) {
        String plain = name.replaceAll("[^\\p{L}\\p{N} ./_-]", "_");
        return plain.length() <= LONGEST_NAME ? plain : "…" + plain.substring(plain.length() - LONGEST_NAME);
    }

    // ---- as a data set

    private Content.Pictures content() {
        if (pictures.size() < ImageLimits.FEWEST_PICTURES) {
            throw new DataException("%s: %d pictures (PNG or JPEG); at least %d are needed%s"
                    .formatted(
                            file,
                            pictures.size(),
                            ImageLimits.FEWEST_PICTURES,
                            note().map(note -> "; " + note).orElse("")));
        }
        List<String> classes = List.copyOf(new TreeSet<>(folders));
        if (classes.size() > limits.classes()) {
            classes = List.of(NO_FOLDER);
        }
        int[] order = permutation(pictures.size());
        int tested = Math.max(1, (int) (TESTED * pictures.size()));
        int channels = pictures.stream().allMatch(PictureZip::isGrey) ? 1 : 3;
        int learned = pictures.size() - tested;
        return new Content.Pictures(
                new LabelledImages(
                        part(Arrays.copyOf(order, learned), channels, classes),
                        part(Arrays.copyOfRange(order, learned, order.length), channels, classes),
                        classes),
                note());
    }

    /** What was passed over, for people. */
    private Optional<String> note() {
        if (passed == 0) {
            return Optional.empty();
        }
        String more = passed > passedOver.size() ? ", …" : "";
        return Optional.of("%,d skipped: %s%s".formatted(passed, String.join(", ", passedOver), more));
    }

    private LabelledImages.Part part(int[] places, int channels, List<String> classes) {
        int pixels = side * side;
        byte[] bytes = new byte[places.length * pixels * channels];
        byte[] labels = new byte[places.length];
        for (int i = 0; i < places.length; i++) {
            byte[] rgb = pictures.get(places[i]);
            for (int j = 0; j < pixels * channels; j++) {
                bytes[i * pixels * channels + j] = rgb[channels == 1 ? 3 * j : j];
            }
            labels[i] = (byte) Math.max(0, classes.indexOf(folders.get(places[i])));
        }
        return new LabelledImages.Part(bytes, places.length, side, side, channels, labels);
    }

    private static boolean isGrey(byte[] rgb) {
        for (int i = 0; i < rgb.length; i += 3) {
            if (rgb[i] != rgb[i + 1] || rgb[i] != rgb[i + 2]) {
                return false;
            }
        }
        return true;
    }

    /** Folders come one after the other: without another order the parts would not be alike. */
    private static int[] permutation(int size) {
        SplittableRandom random = new SplittableRandom(1);
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }
}
