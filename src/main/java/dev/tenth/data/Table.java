package dev.tenth.data;

import java.util.List;

/**
 * Rows of numbers, each with its class.
 *
 * @param values {@code rows · features}, row by row
 * @param labels of each row: a place in {@code classes}
 * @param classes the names of the classes, as the file has them, sorted
 */
public record Table(float[] values, int rows, int features, int[] labels, List<String> classes) {
    public Table {
        if (values.length != rows * features || labels.length != rows) {
            throw new IllegalArgumentException("values: %d numbers and %d labels are not %d rows of %d"
                    .formatted(values.length, labels.length, rows, features));
        }
    }
}
