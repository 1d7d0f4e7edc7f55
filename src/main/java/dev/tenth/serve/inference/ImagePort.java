package dev.tenth.serve.inference;

import dev.tenth.recipe.Shown;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.recipe.Tiles;
import dev.tenth.torch.DType;
import dev.tenth.torch.HostTensor;
import java.util.List;
import java.util.Optional;

/**
 * A tensor that is a picture: the port {@code image}, {@code float32} from 0 to 1, in each row {@code [height, width]} grey,
 * {@code [height, width, 3]} red, green and blue, or the grey pixels of a square {@code [side²]}.
 */
record ImagePort(Port port, int height, int width, int channels) {
    static final String NAME = "image";

    /** The one among some ports. */
    static Optional<ImagePort> of(List<Port> ports) {
        return ports.stream()
                .filter(port -> port.name().equals(NAME) && port.type() == DType.FLOAT32)
                .flatMap(port -> of(port).stream())
                .findFirst();
    }

    private static Optional<ImagePort> of(Port port) {
        List<Long> row = port.row();
        if (row.size() == 1) {
            int side = (int) Math.sqrt(row.getFirst());
            return (long) side * side == row.getFirst()
                    ? Optional.of(new ImagePort(port, side, side, 1))
                    : Optional.empty();
        }
        if (row.size() == 2 || row.size() == 3 && row.getLast() == 3) {
            int height = Math.toIntExact(row.get(0));
            int width = Math.toIntExact(row.get(1));
            return Optional.of(new ImagePort(port, height, width, row.size() == 2 ? 1 : 3));
        }
        return Optional.empty();
    }

    /** Some rows as one picture, side by side. */
    Shown.Image tiled(HostTensor rows) {
        int columns = (int) Math.ceil(Math.sqrt(rows.shape()[0]));
        return channels == 1
                ? Tiles.grey(NAME, rows.floats(), height, width, columns, null)
                : Tiles.colored(NAME, rows.floats(), height, width, columns, null);
    }

    /** A picture of any size as one row: stretched or shrunk to the size, and made grey where that is asked for. */
    HostTensor row(Shown.Image picture) {
        float[] pixels = channels == 1 ? grey(picture.rgb()) : channels(picture.rgb());
        float[] lines = resampled(pixels, picture.height(), height, picture.width() * channels);
        // [height, old width, channels] to [old width, height, channels] and back, since one direction is written here.
        float[] turned = turned(lines, height, picture.width());
        float[] columns = resampled(turned, picture.width(), width, height * channels);
        return HostTensor.of(turned(columns, width, height), port.shape(1));
    }

    /** The luma of ITU-R BT.601. */
    private static float[] grey(byte[] rgb) {
        float[] grey = new float[rgb.length / 3];
        for (int i = 0; i < grey.length; i++) {
            grey[i] = (.299f * (rgb[3 * i] & 0xff) + .587f * (rgb[3 * i + 1] & 0xff) + .114f * (rgb[3 * i + 2] & 0xff))
                    / 255;
        }
        return grey;
    }

    private static float[] channels(byte[] rgb) {
        float[] values = new float[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            values[i] = (rgb[i] & 0xff) / 255f;
        }
        return values;
    }

    /**
     * Lines in another number: each is the mean of the old ones around its place, weighted by a triangle that is as wide as two
     * lines of the coarser side.
     *
     * @param values {@code [from, size]}
     * @return {@code [to, size]}
     */
    private static float[] resampled(float[] values, int from, int to, int size) {
        if (from == to) {
            return values;
        }
        double scale = (double) from / to;
        double reach = Math.max(1, scale);
        float[] results = new float[to * size];
        for (int line = 0; line < to; line++) {
            double center = (line + .5) * scale - .5;
            double sum = 0;
            int last = (int) Math.min(from - 1, Math.floor(center + reach));
            for (int old = (int) Math.max(0, Math.ceil(center - reach)); old <= last; old++) {
                double weight = 1 - Math.abs(old - center) / reach;
                sum += weight;
                for (int i = 0; i < size; i++) {
                    results[line * size + i] += (float) weight * values[old * size + i];
                }
            }
            for (int i = 0; i < size; i++) {
                results[line * size + i] /= (float) sum;
            }
        }
        return results;
    }

    /** {@code [rows, columns, channels]} as {@code [columns, rows, channels]}. */
    private float[] turned(float[] values, int rows, int columns) {
        float[] turned = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                System.arraycopy(
                        values,
                        (row * columns + column) * channels,
                        turned,
                        (column * rows + row) * channels,
                        channels);
            }
        }
        return turned;
    }
}
