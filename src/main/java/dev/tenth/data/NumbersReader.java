package dev.tenth.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads a column of numbers: one finite number a line; empty lines are passed over. */
final class NumbersReader {
    private NumbersReader() {}

    /**
     * A column.
     *
     * @param file names it in errors
     * @throws DataException if a line is no number, with the line; or if there are none, or more than {@code most}
     */
    static double[] read(String file, InputStream bytes, int most) throws IOException {
        double[] column = new double[1024];
        int count = 0;
        BufferedReader lines = new BufferedReader(new Utf8Reader(file, bytes));
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            double value = Decimals.parse(line.strip());
            if (Double.isNaN(value)) {
                throw new DataException("%s: line %d: found %s; expected a finite number"
                        .formatted(file, number, Decimals.shown(line.strip())));
            }
            if (count == most) {
                throw new DataException("%s: line %d: there are more than %,d numbers".formatted(file, number, most));
            }
            if (count == column.length) {
                column = Arrays.copyOf(column, 2 * count);
            }
            column[count++] = value;
        }
        if (count == 0) {
            throw new DataException(file + ": there is no number in it");
        }
        return Arrays.copyOf(column, count);
    }
}
