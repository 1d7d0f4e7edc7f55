package dev.tenth.data;

import java.util.Locale;
import java.util.Optional;

/** What is in a data set, read and checked. */
sealed interface Content {
    /** So many classes are named in a summary; of more, only their number. */
    int NAMED_CLASSES = 10;

    Dataset.Kind kind();

    /** Its counts, for people. */
    String summary();

    /** A text. */
    record Text(String text) implements Content {
        @Override
        public Dataset.Kind kind() {
            return Dataset.Kind.TEXT;
        }

        @Override
        public String summary() {
            return String.format(
                    Locale.ROOT,
                    "%,d characters, %d symbols",
                    text.codePointCount(0, text.length()),
                    text.codePoints().distinct().count());
        }
    }

    /** A column of numbers. */
    record Numbers(double[] column) implements Content {
        @Override
        public Dataset.Kind kind() {
            return Dataset.Kind.NUMBERS;
        }

        @Override
        public String summary() {
            return String.format(Locale.ROOT, "%,d numbers", column.length);
        }
    }

    /** Rows with classes. */
    record Rows(Table table) implements Content {
        @Override
        public Dataset.Kind kind() {
            return Dataset.Kind.TABLE;
        }

        @Override
        public String summary() {
            String classes = table.classes().size() <= NAMED_CLASSES
                    ? "classes " + String.join(" ", table.classes())
                    : table.classes().size() + " classes";
            return String.format(Locale.ROOT, "%,d rows, %,d features, %s", table.rows(), table.features(), classes);
        }
    }

    /**
     * Pictures with classes.
     *
     * @param note what else there is to say of them, if there is something
     */
    record Pictures(LabelledImages images, Optional<String> note) implements Content {
        Pictures(LabelledImages images) {
            this(images, Optional.empty());
        }

        @Override
        public Dataset.Kind kind() {
            return Dataset.Kind.IMAGES;
        }

        @Override
        public String summary() {
            LabelledImages.Part training = images.training();
            return String.format(
                    Locale.ROOT,
                    "%,d + %,d pictures of %d × %d%s, %s%s",
                    training.count(),
                    images.test().count(),
                    training.height(),
                    training.width(),
                    training.channels() == 1 ? "" : " in colour",
                    images.classes().size() == 1 ? "1 class" : images.classes().size() + " classes",
                    note.map(more -> "; " + more).orElse(""));
        }
    }
}
