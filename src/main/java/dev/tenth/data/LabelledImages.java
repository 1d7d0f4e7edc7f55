package dev.tenth.data;

import java.util.List;

/**
 * Grey pictures of one size, each with its class, in a part to learn from and one to be tested with.
 *
 * @param classes the names of the classes; a label is a place in it
 */
public record LabelledImages(Part training, Part test, List<String> classes) {
    /**
     * These, if a net for pictures of {@code side × side} can take them.
     *
     * @param id the data set's, for the message
     * @throws DataException if they are of another size
     */
    public LabelledImages requireSide(String id, int side) {
        if (training.height() != side || training.width() != side) {
            throw new DataException("data: \"%s\" has pictures of %d × %d; this net takes %d × %d"
                    .formatted(id, training.width(), training.height(), side, side));
        }
        return this;
    }

    /**
     * Some pictures.
     *
     * @param pixels {@code count · height · width} bytes, 0 black to 255 white, picture by picture, row by row from the top
     * @param labels one a picture
     */
    public record Part(byte[] pixels, int count, int height, int width, byte[] labels) {
        public Part {
            if (pixels.length != count * height * width || labels.length != count) {
                throw new IllegalArgumentException("pixels: %d bytes and %d labels are not %d pictures of %d × %d"
                        .formatted(pixels.length, labels.length, count, height, width));
            }
        }
    }
}
