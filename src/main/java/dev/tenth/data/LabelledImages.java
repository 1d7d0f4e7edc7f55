package dev.tenth.data;

import java.util.List;

/**
 * Pictures of one size, each with its class, in a part to learn from and one to be tested with.
 *
 * @param classes the names of the classes; a label is a place in it
 * @param attributes what else is known of the pictures to learn from
 */
public record LabelledImages(Part training, Part test, List<String> classes, Attributes attributes) {
    /** Some of which nothing else is known. */
    public LabelledImages(Part training, Part test, List<String> classes) {
        this(training, test, classes, new Attributes(List.of(), new byte[0]));
    }

    /**
     * What pictures can have, or not: several at once.
     *
     * @param values for each picture of the training part a byte for each name: 1 if it has that, else 0
     */
    public record Attributes(List<String> names, byte[] values) {}

    /**
     * These, if a net for grey pictures of {@code side × side} can take them.
     *
     * @param id the data set's, for the message
     * @throws DataException if they are of another size, or in colour
     */
    public LabelledImages requireSide(String id, int side) {
        if (training.height() != side || training.width() != side || training.channels() != 1) {
            throw new DataException("data: \"%s\" has pictures of %d × %d%s; this net takes %d × %d in grey"
                    .formatted(
                            id,
                            training.width(),
                            training.height(),
                            training.channels() == 1 ? "" : " in colour",
                            side,
                            side));
        }
        return this;
    }

    /**
     * Some pictures.
     *
     * @param pixels {@code count · height · width · channels} bytes, 0 black to 255 white, picture by picture, row by row from the
     *     top, in colour red, green and blue for each pixel
     * @param channels 1 for grey pictures, 3 for pictures in colour
     * @param labels one a picture
     */
    public record Part(byte[] pixels, int count, int height, int width, int channels, byte[] labels) {
        public Part {
            if (pixels.length != count * height * width * channels || labels.length != count) {
                throw new IllegalArgumentException("pixels: %d bytes and %d labels are not %d pictures of %d × %d × %d"
                        .formatted(pixels.length, labels.length, count, height, width, channels));
            }
        }

        /** Grey ones. */
        public Part(byte[] pixels, int count, int height, int width, byte[] labels) {
            this(pixels, count, height, width, 1, labels);
        }

        /** The bytes of one picture. */
        public int size() {
            return height * width * channels;
        }
    }
}
