package dev.tenth.recipes.rnn;

import dev.tenth.torch.DType;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Shape;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Variable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.PrimitiveIterator;

/** The characters of a text, in the order of their code points, and their numbers. */
final class Vocabulary {
    /** Its name in a saved state. */
    static final String SAVED = "vocabulary";

    private final int[] characters;
    private final Map<Integer, Integer> numbers = new HashMap<>();

    private Vocabulary(int[] characters) {
        this.characters = characters;
        for (int i = 0; i < characters.length; i++) {
            numbers.put(characters[i], i);
        }
    }

    static Vocabulary of(String text) {
        BitSet seen = new BitSet();
        text.codePoints().forEach(seen::set);
        return new Vocabulary(seen.stream().toArray());
    }

    /** The vocabulary that {@link #save} gave. */
    static Vocabulary load(TensorSource saved) {
        if (saved == null) {
            throw new IllegalArgumentException("state: vocabulary is missing");
        }
        return new Vocabulary(
                Arrays.stream(saved.read().longs()).mapToInt(Math::toIntExact).toArray());
    }

    HostTensor save() {
        return HostTensor.of(Arrays.stream(characters).asLongStream().toArray(), characters.length);
    }

    /** Where a program's state keeps it. */
    Variable variable() {
        return new Variable(SAVED, DType.INT64, Shape.of(size()), Variable.Initial.zeros(), Variable.Role.STATE);
    }

    int size() {
        return characters.length;
    }

    /** The numbers of the text that this is the vocabulary of; there are fewer than 2¹⁵ characters. */
    short[] number(String text) {
        short[] symbols = new short[text.codePointCount(0, text.length())];
        PrimitiveIterator.OfInt characters = text.codePoints().iterator();
        for (int i = 0; i < symbols.length; i++) {
            symbols[i] = numbers.get(characters.nextInt()).shortValue();
        }
        return symbols;
    }

    /**
     * The numbers of a text's characters.
     *
     * @throws IllegalArgumentException if it has one that is not in the vocabulary
     */
    long[] encode(String text) {
        return text.codePoints()
                .mapToLong(character -> {
                    Integer number = numbers.get(character);
                    if (number == null) {
                        throw new IllegalArgumentException("prefix: the model never saw the character \""
                                + Character.toString(character) + "\"; it knows "
                                + decode(Arrays.stream(characters)
                                                .mapToLong(numbers::get)
                                                .toArray())
                                        .strip());
                    }
                    return number;
                })
                .toArray();
    }

    /** What stands before a text that begins with nothing: a new line, or the first character where there is none. */
    String newLine() {
        return Character.toString(numbers.containsKey((int) '\n') ? '\n' : characters[0]);
    }

    String decode(long[] symbols) {
        StringBuilder text = new StringBuilder();
        for (long symbol : symbols) {
            text.appendCodePoint(characters[Math.toIntExact(symbol)]);
        }
        return text.toString();
    }
}
