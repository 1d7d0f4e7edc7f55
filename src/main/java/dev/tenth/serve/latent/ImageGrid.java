package dev.tenth.serve.latent;

import dev.tenth.torch.HostTensor;
import java.util.Arrays;

/**
 * Pictures of one size side by side, as bytes.
 *
 * @param channels 1 for grey, 3 for red, green and blue
 * @param pixels row by row from the top, a byte for each channel
 */
record ImageGrid(int width, int height, int channels, byte[] pixels) {
    /** Pixels between two pictures. */
    static final int GAP = 1;

    private static final byte BACKGROUND = 0x60;

    /**
     * The rows of a tensor of pictures.
     *
     * @param images {@code float32 [n, height, width]} or {@code [n, height, width, 3]} from 0 to 1; what is beyond is cut off
     * @param columns pictures in a row of the grid
     */
    static ImageGrid of(HostTensor images, int columns) {
        long[] shape = images.shape();
        int count = (int) shape[0];
        int height = (int) shape[1];
        int width = (int) shape[2];
        int channels = shape.length == 3 ? 1 : (int) shape[3];
        int rows = (count + columns - 1) / columns;
        int fullWidth = columns * (width + GAP) - GAP;
        int fullHeight = rows * (height + GAP) - GAP;
        byte[] pixels = new byte[fullWidth * fullHeight * channels];
        Arrays.fill(pixels, BACKGROUND);
        float[] values = images.floats();
        int line = width * channels;
        for (int i = 0; i < count * height; i++) {
            int picture = i / height;
            int y = picture / columns * (height + GAP) + i % height;
            int x = picture % columns * (width + GAP);
            int place = (y * fullWidth + x) * channels;
            for (int k = 0; k < line; k++) {
                pixels[place + k] = (byte) Math.round(255 * Math.clamp(values[i * line + k], 0f, 1f));
            }
        }
        return new ImageGrid(fullWidth, fullHeight, channels, pixels);
    }

    /** How many pixels the mosaic of so many pictures has, at most. */
    static long pixels(int rows, int columns, int height, int width) {
        return (long) rows * (height + GAP) * columns * (width + GAP);
    }
}
