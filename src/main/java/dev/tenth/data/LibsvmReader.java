package dev.tenth.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.StringTokenizer;
import java.util.regex.Pattern;

/**
 * Reads a table in libsvm's format: a row is {@code label index:value index:value …} with whole numbers as labels and indices from
 * 1 that rise; what is left out is 0. Empty lines are passed over, and so is what follows a {@code #}.
 *
 * @see <a href="https://www.csie.ntu.edu.tw/~cjlin/libsvm/">LIBSVM</a>
 */
final class LibsvmReader {
    private static final Pattern LABEL = Pattern.compile("[+-]?[0-9]{1,9}");
    private static final Pattern INDEX = Pattern.compile("[0-9]{1,9}");

    private final String file;
    private final TableLimits limits;
    private final Classes classes;
    private int[] begins = new int[256];
    private int[] indices = new int[1024];
    private float[] values = new float[1024];
    private int cells;
    private int features;

    private LibsvmReader(String file, TableLimits limits) {
        this.file = file;
        this.limits = limits;
        this.classes = new Classes(limits.classes());
    }

    /**
     * A table.
     *
     * @param file names it in errors
     * @throws DataException if a line is not as it should be, with the line, what was expected and what was found; or if the
     *     table is too large or too small
     */
    static Table read(String file, InputStream bytes, TableLimits limits) throws IOException {
        LibsvmReader reader = new LibsvmReader(file, limits);
        BufferedReader lines = new BufferedReader(new Utf8Reader(file, bytes));
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            int comment = line.indexOf('#');
            String row = comment < 0 ? line : line.substring(0, comment);
            if (!row.isBlank()) {
                reader.row(file + ": line " + number, new StringTokenizer(row, " \t"));
            }
        }
        return reader.table();
    }

    private void row(String place, StringTokenizer tokens) {
        int row = classes.rows();
        if (row == begins.length) {
            begins = Arrays.copyOf(begins, 2 * row);
        }
        begins[row] = cells;
        String label = tokens.nextToken();
        if (!LABEL.matcher(label).matches()) {
            throw new DataException(
                    place + ": found " + Decimals.shown(label) + "; expected a whole number as the label");
        }
        classes.add(place, label);
        int last = 0;
        while (tokens.hasMoreTokens()) {
            last = cell(place, tokens.nextToken(), last);
        }
        features = Math.max(features, last);
        limits.check(place, classes.rows(), features);
    }

    /** Takes in {@code index:value} and returns the index. */
    private int cell(String place, String token, int last) {
        int colon = token.indexOf(':');
        if (colon < 0 || !INDEX.matcher(token.substring(0, colon)).matches()) {
            throw new DataException(place + ": found " + Decimals.shown(token) + "; expected index:value");
        }
        int index = Integer.parseInt(token.substring(0, colon));
        if (index <= last) {
            throw new DataException("%s: found the index %d%s; indices begin at 1 and rise"
                    .formatted(place, index, last == 0 ? "" : " after " + last));
        }
        if (index > limits.features()) {
            limits.check(place, 1, index);
        }
        if (cells == indices.length) {
            indices = Arrays.copyOf(indices, 2 * cells);
            values = Arrays.copyOf(values, 2 * cells);
        }
        indices[cells] = index;
        values[cells++] = Decimals.single(place + ": feature " + index, token.substring(colon + 1));
        return index;
    }

    private Table table() {
        int rows = classes.rows();
        limits.checkWhole(file, rows, features, classes.size());
        float[] dense = new float[rows * features];
        for (int row = 0; row < rows; row++) {
            int end = row + 1 < rows ? begins[row + 1] : cells;
            for (int cell = begins[row]; cell < end; cell++) {
                dense[row * features + indices[cell] - 1] = values[cell];
            }
        }
        return classes.table(dense, features);
    }
}
