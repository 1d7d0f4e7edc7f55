package dev.tenth.text;

/** The beginning of what was sent, for an error that names it: a request of a megabyte gets an answer of a few lines. */
public final class Excerpt {
    /** The most characters of one value that an error repeats. */
    public static final int LONGEST = 200;

    private Excerpt() {}

    /** The value as text, cut to {@value #LONGEST} characters; what is cut ends with an ellipsis. */
    public static String of(Object value) {
        String text = String.valueOf(value);
        if (text.length() <= LONGEST) {
            return text;
        }
        // Never half of a surrogate pair: it has no UTF-8.
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 2)) ? LONGEST - 2 : LONGEST - 1;
        return text.substring(0, end) + "…";
    }

    /** The same in quotes. */
    public static String quoted(Object value) {
        return '"' + of(value) + '"';
    }
}
