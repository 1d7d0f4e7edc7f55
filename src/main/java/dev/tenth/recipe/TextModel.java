package dev.tenth.recipe;

import java.util.List;
import java.util.Map;

/** A model that writes text. One thread at a time uses it. */
public interface TextModel extends AutoCloseable {

    /**
     * Starts a text.
     *
     * @param prefix what the model reads first; a character that it does not know is an {@link IllegalArgumentException}
     *     whose message shows it. Empty is allowed.
     * @param seed the same seed, prefix and choices give the same text
     */
    Writing start(String prefix, long seed);

    /** The names of the tensors of its state in which a value is infinite or NaN; such a model is not used. */
    default List<String> nonFinite() {
        return List.of();
    }

    /** The memory of its tensors, in bytes. */
    long bytes();

    @Override
    void close();

    /** A text in the making. */
    interface Writing {
        /** The next {@code count} characters. */
        String next(int count, Choice choice);

        /**
         * The same characters with how probable the model found them.
         *
         * @param likeliest so many of the most probable characters are named with each
         */
        List<Token> tokens(int count, Choice choice, int likeliest);
    }

    /**
     * One character of a text.
     *
     * @param id its number in the model's vocabulary
     * @param logProbability the natural logarithm of its probability, at temperature 1 and with all characters allowed
     * @param likeliest the most probable characters in its place, with theirs
     */
    record Token(int id, String text, double logProbability, Map<String, Double> likeliest) {}

    /**
     * How the next character is drawn.
     *
     * @param temperature above 0: below 1 safer, above 1 bolder
     * @param topK draw from the k most probable characters only; 0 for all
     * @param topP draw from the most probable characters whose probabilities just reach p; 1 for all
     */
    record Choice(double temperature, int topK, double topP) {
        public Choice {
            if (!(temperature > 0 && temperature <= 10)) {
                throw new IllegalArgumentException("temperature: " + temperature + " is not above 0 and at most 10");
            }
            if (topK < 0) {
                throw new IllegalArgumentException("topK: " + topK + " is negative; 0 draws from all characters");
            }
            if (!(topP > 0 && topP <= 1)) {
                throw new IllegalArgumentException("topP: " + topP + " is not above 0 and at most 1");
            }
        }
    }
}
