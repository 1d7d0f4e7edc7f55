package dev.tenth.recipe;

import java.util.List;
import java.util.Map;

/**
 * What a training lets people see. Each kind is one type of event on the wire; numbers travel as columns. A later one
 * with the same {@code id} takes the place of an earlier one on the page.
 */
public sealed interface Shown {

    /** Figures at a step, such as a loss. */
    record Metrics(Map<String, Double> values) implements Shown {}

    /** Lines over a common x. */
    record Curve(String id, double[] x, Map<String, double[]> series) implements Shown {}

    /**
     * A function over a rectangle, as numbers on a regular grid.
     *
     * @param values row by row from {@code y0} upwards, each from {@code x0}; {@code width · height} of them
     */
    record Field(String id, double x0, double x1, double y0, double y1, int width, int height, float[] values)
            implements Shown {
        public Field {
            if (values.length != width * height) {
                throw new IllegalArgumentException(
                        "values: %d do not fill %d × %d".formatted(values.length, width, height));
            }
        }
    }

    /**
     * A picture.
     *
     * @param rgb three bytes a pixel, row by row from the top
     */
    record Image(String id, int width, int height, byte[] rgb, String caption) implements Shown {
        public Image {
            if (rgb.length != 3 * width * height) {
                throw new IllegalArgumentException(
                        "rgb: %d bytes do not fill %d × %d pixels".formatted(rgb.length, width, height));
            }
        }
    }

    /** Text that was made by the model. */
    record Text(String id, String text) implements Shown {}

    /**
     * Counts (or shares) in bins.
     *
     * @param edges one more than there are bins
     */
    record Histogram(String id, double[] edges, Map<String, double[]> series) implements Shown {}

    /** A table of numbers with named rows and columns, such as a confusion matrix. */
    record Matrix(String id, List<String> rows, List<String> columns, double[][] values) implements Shown {}

    /** Paths in the plane, by name: each a list of points {@code [x, y]}. */
    record Trail(String id, Map<String, double[][]> series) implements Shown {}
}
