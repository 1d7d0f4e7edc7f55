package dev.tenth.data;

/** Numbers as files have them: {@code -1}, {@code +.5}, {@code 1e-3}. */
final class Decimals {
    private static final int LONGEST_SHOWN = 40;

    private Decimals() {}

    /**
     * A finite decimal number, or NaN if it is none. What Java alone knows ({@code 1f}, {@code 0x1p3}) is none.
     */
    static double parse(String field) {
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
                return Double.NaN;
            }
        }
        try {
            double value = Double.parseDouble(field);
            return Double.isFinite(value) ? value : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /**
     * A number that a 32-bit float can hold.
     *
     * @param place file, line and field, for the error
     * @throws DataException if it is none
     */
    static float single(String place, String field) {
        float value = (float) parse(field);
        if (!Float.isFinite(value)) {
            throw new DataException(
                    place + ": found " + shown(field) + "; expected a finite number within ±" + Float.MAX_VALUE);
        }
        return value;
    }

    /** A piece of a file in an error: in quotes, and not too long. */
    static String shown(String field) {
        return '"' + (field.length() > LONGEST_SHOWN ? field.substring(0, LONGEST_SHOWN) + "…" : field) + '"';
    }
}
