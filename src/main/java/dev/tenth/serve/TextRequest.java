package dev.tenth.serve;

import dev.tenth.recipe.TextModel.Choice;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a client wants written.
 *
 * @param step of the checkpoint; the newest if empty
 */
record TextRequest(String prefix, int length, Choice choice, List<String> stop, long seed, Optional<Long> step) {
    private static final int LONGEST_PREFIX = 10_000;
    private static final int LONGEST = 100_000;
    private static final int MOST_STOPS = 8;
    private static final Set<String> FIELDS =
            Set.of("prefix", "length", "temperature", "topK", "topP", "stop", "seed", "step", "cancel");

    /**
     * Reads a request.
     *
     * @throws IllegalArgumentException naming the field, its value and what is allowed
     */
    static TextRequest read(JsonObject json) {
        for (String field : json.fieldNames()) {
            if (!FIELDS.contains(field)) {
                throw new IllegalArgumentException(
                        field + ": is not one of " + FIELDS.stream().sorted().toList());
            }
        }
        Object prefix = json.getValue("prefix", "");
        if (!(prefix instanceof String text) || text.length() > LONGEST_PREFIX) {
            throw wrong("prefix", prefix, "a text of at most " + LONGEST_PREFIX + " characters");
        }
        long length = integer(json, "length", 300, 1, LONGEST);
        long seed = json.containsKey("seed")
                ? integer(json, "seed", 0, 0, Long.MAX_VALUE)
                : ThreadLocalRandom.current().nextLong(1L << 53);
        return new TextRequest(text, (int) length, choice(json, new Choice(1, 0, 1)), stops(json), seed, step(json));
    }

    /** The same text drawn otherwise from here on. */
    TextRequest turned(JsonObject json) {
        return new TextRequest(prefix, length, choice(json, choice), stop, seed, step);
    }

    private static Choice choice(JsonObject json, Choice before) {
        return new Choice(
                number(json, "temperature", before.temperature()),
                (int) integer(json, "topK", before.topK(), 0, Integer.MAX_VALUE),
                number(json, "topP", before.topP()));
    }

    private static List<String> stops(JsonObject json) {
        Object value = json.getValue("stop", new JsonArray());
        if (!(value instanceof JsonArray array)
                || array.size() > MOST_STOPS
                || !array.stream().allMatch(each -> each instanceof String text && !text.isEmpty())) {
            throw wrong("stop", value, "a list of at most " + MOST_STOPS + " texts");
        }
        return array.stream().map(String.class::cast).toList();
    }

    private static Optional<Long> step(JsonObject json) {
        Object value = json.getValue("step", "latest");
        if ("latest".equals(value)) {
            return Optional.empty();
        }
        return Optional.of(integer(json, "step", 0, 0, Long.MAX_VALUE));
    }

    private static double number(JsonObject json, String name, double otherwise) {
        Object value = json.getValue(name, otherwise);
        if (!(value instanceof Number number)) {
            throw wrong(name, value, "a number");
        }
        return number.doubleValue();
    }

    private static long integer(JsonObject json, String name, long otherwise, long least, long largest) {
        Object value = json.getValue(name, otherwise);
        boolean whole = value instanceof Integer || value instanceof Long;
        if (!whole || ((Number) value).longValue() < least || ((Number) value).longValue() > largest) {
            throw wrong(name, value, "an integer from " + least + " to " + largest);
        }
        return ((Number) value).longValue();
    }

    private static IllegalArgumentException wrong(String name, Object value, String allowed) {
        return new IllegalArgumentException(name + ": " + value + " is not " + allowed);
    }
}
