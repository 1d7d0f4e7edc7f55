package dev.tenth.recipe;

/** Small pictures of one size side by side in one: filters, samples, feature maps. */
public final class Tiles {
    /** Pixels between two tiles. */
    private static final int GAP = 1;

    private static final int BACKGROUND = 0x60;

    private Tiles() {}

    /**
     * Grey tiles.
     *
     * @param values tile by tile, row by row from the top; 0 is black, 1 white, and what is beyond is cut off
     * @param columns tiles in a row
     * @param caption what is to be seen, for people
     */
    public static Shown.Image grey(String id, float[] values, int height, int width, int columns, String caption) {
        return draw(id, values.length, height, width, columns, caption, place -> grey(values[place]));
    }

    /**
     * Tiles in colour.
     *
     * @param values as of grey ones, red, green and blue for each pixel
     */
    public static Shown.Image colored(String id, float[] values, int height, int width, int columns, String caption) {
        return draw(
                id,
                values.length / 3,
                height,
                width,
                columns,
                caption,
                place -> channel(values[3 * place]) << 16
                        | channel(values[3 * place + 1]) << 8
                        | channel(values[3 * place + 2]));
    }

    /** The same with 0 white, negative values blue and positive ones red, each tile scaled to its largest magnitude. */
    public static Shown.Image signed(String id, float[] values, int height, int width, int columns, String caption) {
        float[] scaled = values.clone();
        int size = height * width;
        for (int tile = 0; tile < values.length / size; tile++) {
            float largest = 0;
            for (int i = 0; i < size; i++) {
                largest = Math.max(largest, Math.abs(values[tile * size + i]));
            }
            for (int i = 0; i < size && largest > 0; i++) {
                scaled[tile * size + i] /= largest;
            }
        }
        return draw(id, scaled.length, height, width, columns, caption, place -> signed(scaled[place]));
    }

    @FunctionalInterface
    private interface Pixels {
        /** The colour of a pixel, by its place tile by tile, as 0xRRGGBB. */
        int at(int place);
    }

    private static int grey(float value) {
        return channel(value) * 0x010101;
    }

    private static int signed(float value) {
        int pale = channel(1 - Math.abs(value));
        return value < 0 ? pale << 16 | pale << 8 | 0xff : 0xff << 16 | pale << 8 | pale;
    }

    private static int channel(float share) {
        return Math.round(255 * Math.clamp(share, 0f, 1f));
    }

    private static Shown.Image draw(
            String id, int pixels, int height, int width, int columns, String caption, Pixels colors) {
        int tiles = pixels / (height * width);
        int rows = (tiles + columns - 1) / columns;
        int pictureWidth = columns * (width + GAP) - GAP;
        int pictureHeight = rows * (height + GAP) - GAP;
        byte[] rgb = new byte[3 * pictureWidth * pictureHeight];
        java.util.Arrays.fill(rgb, (byte) BACKGROUND);
        for (int i = 0; i < tiles * height * width; i++) {
            int tile = i / (height * width);
            int y = tile / columns * (height + GAP) + i / width % height;
            int x = tile % columns * (width + GAP) + i % width;
            int color = colors.at(i);
            int place = 3 * (y * pictureWidth + x);
            rgb[place] = (byte) (color >> 16);
            rgb[place + 1] = (byte) (color >> 8);
            rgb[place + 2] = (byte) color;
        }
        return new Shown.Image(id, pictureWidth, pictureHeight, rgb, caption);
    }
}
