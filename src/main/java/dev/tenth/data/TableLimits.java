package dev.tenth.data;

/**
 * How large a table may be.
 *
 * @param cells rows times features
 * @param rowCharacters of one row in CSV, line breaks in quotes included
 */
record TableLimits(int rows, int features, int cells, int classes, int rowCharacters) {
    static final TableLimits DEFAULT = new TableLimits(1_000_000, 10_000, 20_000_000, 100, 1 << 20);
    /** One each to train, to judge and to test with. */
    private static final int FEWEST_ROWS = 3;

    /** @throws DataException if a table of so many rows is too large */
    void check(String place, long rows, long features) {
        if (rows > this.rows) {
            throw new DataException("%s: there are more than %,d rows".formatted(place, this.rows));
        }
        if (features > this.features) {
            throw new DataException(
                    "%s: %,d features; at most %,d are taken".formatted(place, features, this.features));
        }
        if (rows * features > cells) {
            throw new DataException(
                    "%s: %,d rows × %,d features are more than %,d numbers".formatted(place, rows, features, cells));
        }
    }

    /** @throws DataException if a table that was read to its end cannot be learnt from */
    void checkWhole(String file, int rows, int features, int classes) {
        if (rows < FEWEST_ROWS) {
            throw new DataException("%s: %d rows; at least %d are needed".formatted(file, rows, FEWEST_ROWS));
        }
        if (features == 0) {
            throw new DataException(file + ": the rows have no features, only labels");
        }
        if (classes < 2) {
            throw new DataException(file + ": all rows are of one class; at least 2 are needed");
        }
    }
}
