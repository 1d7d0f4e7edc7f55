package dev.tenth.serve.text;

import dev.tenth.recipe.TextModel.Choice;
import dev.tenth.serve.engine.Fields;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A text that a client wants written.
 *
 * @param length in characters
 * @param stop the text ends before the first of these
 */
record TextRequest(String prefix, int length, Choice choice, List<String> stop, long seed) {
    static final int LONGEST = 100_000;
    private static final int LONGEST_PREFIX = 10_000;
    private static final int MOST_STOPS = 8;
    private static final int LONGEST_STOP = 1000;
    /** Of so many characters at most can be told how probable they are, where the answer is not sent as it is written. */
    private static final int MOST_KEPT = 10_000;

    private static final Set<String> FIELDS =
            Set.of("prefix", "length", "temperature", "topK", "topP", "stop", "seed", "step", "cancel");

    TextRequest {
        if (prefix.length() > LONGEST_PREFIX) {
            throw new IllegalArgumentException(
                    "prefix: a text of %d characters is longer than %d".formatted(prefix.length(), LONGEST_PREFIX));
        }
        if (stop.contains("")) {
            throw new IllegalArgumentException("stop: a text is empty, which would stop at once");
        }
        if (stop.stream().anyMatch(word -> word.length() > LONGEST_STOP)) {
            throw new IllegalArgumentException("stop: a text is longer than " + LONGEST_STOP + " characters");
        }
        stop = List.copyOf(stop);
    }

    /**
     * Reads a message of the WebSocket.
     *
     * @throws IllegalArgumentException naming the field, its value and what is allowed
     */
    static TextRequest read(Fields fields) {
        fields.only(FIELDS);
        return new TextRequest(
                fields.text("prefix").orElse(""),
                (int) fields.integer("length", 300, 1, LONGEST),
                choice(fields, new Choice(1, 0, 1)),
                stops(fields),
                seed(fields));
    }

    /** The same text drawn otherwise from here on. */
    TextRequest turned(Fields fields) {
        return new TextRequest(prefix, length, choice(fields, choice), stop, seed);
    }

    /**
     * Makes sure that what is told of the characters of an answer can be kept until it is sent as a whole.
     *
     * @throws IllegalArgumentException if there are too many
     */
    static void requireFewToKeep(long characters) {
        if (characters > MOST_KEPT) {
            throw Fields.wrong(
                    "max_tokens",
                    characters + " in all",
                    "at most " + MOST_KEPT + " where log probabilities are requested and the answer is not streamed");
        }
    }

    static List<String> stops(Fields fields) {
        return fields.texts("stop", MOST_STOPS);
    }

    /** The seed that is given, or a new one. */
    static long seed(Fields fields) {
        return fields.integer("seed", ThreadLocalRandom.current().nextLong(1L << 53), 0, Long.MAX_VALUE);
    }

    /** How the HTTP protocols choose characters: a temperature of 0 takes the most probable one. */
    static Choice choice(Fields fields) {
        double temperature = fields.number("temperature", 1);
        int topK = (int) fields.integer("top_k", 0, 0, Integer.MAX_VALUE);
        return temperature == 0 ? new Choice(1, 1, 1) : new Choice(temperature, topK, fields.number("top_p", 1));
    }

    private static Choice choice(Fields fields, Choice before) {
        return new Choice(
                fields.number("temperature", before.temperature()),
                (int) fields.integer("topK", before.topK(), 0, Integer.MAX_VALUE),
                fields.number("topP", before.topP()));
    }
}
