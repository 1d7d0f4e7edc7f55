package dev.tenth.data;

import java.util.List;
import java.util.Optional;

/** The data sets of the house: packaged, downloaded and uploaded ones, by id. Safe for many threads. */
public interface Datasets {
    /** Everything that is there, built-in first. */
    List<Dataset> list();

    Optional<Dataset> find(String id);

    /**
     * A text.
     *
     * @throws DataException if there is no such data set, it is not a text, or it cannot be read
     */
    String text(String id);

    /**
     * A column of numbers.
     *
     * @throws DataException if there is no such data set, it is not a column of numbers, or it cannot be read
     */
    double[] numbers(String id);

    /**
     * Rows with classes.
     *
     * @throws DataException if there is no such data set, it is of another kind, or it cannot be read
     */
    Table table(String id);

    /**
     * Pictures with classes.
     *
     * @throws DataException if there is no such data set, it is of another kind, or it cannot be read
     */
    LabelledImages images(String id);
}
