package dev.tenth.data;

import java.io.BufferedReader;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads a table from comma-separated values. The first row is a header if no field of it is a number. The label is in the column
 * that is called label, class, target or y, else in the last one; all other fields are finite numbers.
 */
final class CsvReader {
    private static final CSVFormat FORMAT = CSVFormat.DEFAULT
            .builder()
            .setIgnoreSurroundingSpaces(true)
            .setIgnoreEmptyLines(true)
            .get();
    /** What the column of labels is called, in the order in which they are looked for. */
    private static final List<String> LABELS = List.of("label", "class", "target", "y");

    private final String file;
    private final TableLimits limits;
    private final Classes classes;
    private float[] values = new float[1024];
    private int columns;
    private int labelColumn;

    private CsvReader(String file, TableLimits limits) {
        this.file = file;
        this.limits = limits;
        this.classes = new Classes(limits.classes());
    }

    /**
     * A table.
     *
     * @param file names it in errors
     * @throws DataException if a row is not as it should be, with its line, what was expected and what was found; or if the table
     *     is too large or too small
     */
    static Table read(String file, InputStream bytes, TableLimits limits) throws IOException {
        CsvReader reader = new CsvReader(file, limits);
        RecordLimit characters = new RecordLimit(new Utf8Reader(file, bytes), file, limits.rowCharacters());
        CSVParser parser = CSVParser.builder()
                .setReader(new BufferedReader(characters))
                .setFormat(FORMAT)
                .get();
        try {
            for (CSVRecord record : parser) {
                characters.nextRecord();
                reader.record(file + ": line " + parser.getCurrentLineNumber(), record);
            }
        } catch (UncheckedIOException e) {
            // What the parser cannot take apart comes as this; what the reader below it finds does not.
            if (e.getCause() instanceof CSVException) {
                throw new DataException(
                        "%s: line %d: %s; expected fields with commas between them, a quoted one closed by a quote"
                                .formatted(
                                        file,
                                        parser.getCurrentLineNumber(),
                                        e.getCause().getMessage()),
                        e);
            }
            throw e.getCause();
        }
        reader.limits.checkWhole(file, reader.classes.rows(), reader.columns - 1, reader.classes.size());
        int features = reader.columns - 1;
        return reader.classes.table(Arrays.copyOf(reader.values, reader.classes.rows() * features), features);
    }

    private void record(String place, CSVRecord record) {
        if (columns == 0) {
            columns = record.size();
            labelColumn = columns - 1;
            if (columns < 2) {
                throw new DataException(
                        place + ": found one field; expected numbers and a label, with commas between them");
            }
            limits.check(place, 1, columns - 1);
            if (record.stream().allMatch(field -> Double.isNaN(Decimals.parse(field)))) {
                header(place, record);
                return;
            }
        }
        if (record.size() != columns) {
            throw new DataException(
                    "%s: found %d fields; expected %d as in the first row".formatted(place, record.size(), columns));
        }
        int row = classes.rows();
        classes.add(place, record.get(labelColumn));
        limits.check(place, row + 1L, columns - 1);
        int at = row * (columns - 1);
        if (at + columns - 1 > values.length) {
            values = Arrays.copyOf(values, Math.max(2 * values.length, at + columns - 1));
        }
        for (int i = 0; i < columns; i++) {
            if (i != labelColumn) {
                values[at++] = Decimals.single(place + ": column " + (i + 1), record.get(i));
            }
        }
    }

    private void header(String place, CSVRecord header) {
        List<String> names =
                header.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        if (names.contains("")) {
            throw new DataException(place + ": column " + (names.indexOf("") + 1) + " has no name; expected a header");
        }
        LABELS.stream().filter(names::contains).findFirst().ifPresent(name -> labelColumn = names.indexOf(name));
    }

    /** Ends a record before it has taken the memory of millions of fields: the parser hands it out only when it is whole. */
    private static final class RecordLimit extends FilterReader {
        private final String file;
        private final int most;
        private long since;

        RecordLimit(Reader text, String file, int most) {
            super(text);
            this.file = file;
            this.most = most;
        }

        void nextRecord() {
            since = 0;
        }

        @Override
        public int read(char[] target, int offset, int length) throws IOException {
            if (since > most) {
                throw new DataException("%s: a row has more than %,d characters".formatted(file, most));
            }
            int count = super.read(target, offset, length);
            since += Math.max(count, 0);
            return count;
        }
    }
}
