package dev.tenth.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The labels of rows, as they are read: which classes there are, and the class of each row. */
final class Classes {
    private static final int LONGEST_NAME = 60;

    /** A class under the name that it first had: {@code 1} and {@code +1} are one. */
    private record Label(String name, int place) {}

    private final int most;
    private final Map<Object, Label> known = new LinkedHashMap<>();
    private int[] places = new int[256];
    private int rows;

    Classes(int most) {
        this.most = most;
    }

    /** @throws DataException if the label is empty or too long, or if it is one class too many */
    void add(String place, String label) {
        if (label.isBlank() || label.length() > LONGEST_NAME) {
            throw new DataException("%s: found the label %s; expected 1 to %d characters"
                    .formatted(place, Decimals.shown(label), LONGEST_NAME));
        }
        double number = Decimals.parse(label);
        // −0 and 0 are one class.
        Object key = Double.isNaN(number) ? label : (Object) (number + 0.0);
        Label found = known.get(key);
        if (found == null) {
            if (known.size() == most) {
                throw new DataException("%s: the label %s is one class more than the %d that are taken"
                        .formatted(place, Decimals.shown(label), most));
            }
            found = new Label(label, known.size());
            known.put(key, found);
        }
        if (rows == places.length) {
            places = Arrays.copyOf(places, 2 * rows);
        }
        places[rows++] = found.place();
    }

    int rows() {
        return rows;
    }

    /** So many as have been seen. */
    int size() {
        return known.size();
    }

    /** A table of what was added: its classes sorted, numbers by value, names by letter. */
    Table table(float[] values, int features) {
        Comparator<Label> byNumber = Comparator.comparingDouble(label -> Decimals.parse(label.name()));
        boolean numbers = known.values().stream().noneMatch(label -> Double.isNaN(Decimals.parse(label.name())));
        List<Label> sorted = new ArrayList<>(known.values());
        sorted.sort(numbers ? byNumber : Comparator.comparing(Label::name));
        int[] rank = new int[sorted.size()];
        for (int i = 0; i < rank.length; i++) {
            rank[sorted.get(i).place()] = i;
        }
        int[] labels = new int[rows];
        Arrays.setAll(labels, row -> rank[places[row]]);
        return new Table(
                values, rows, features, labels, sorted.stream().map(Label::name).toList());
    }
}
