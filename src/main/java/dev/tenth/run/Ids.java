package dev.tenth.run;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Short names that sort by the time at which they were made and need no escaping in a URL: {@code 1c9k2j7q4tdm}. */
final class Ids {
    /** Crockford's base 32: no letters that are read for digits. */
    private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();

    private static final int BITS_PER_CHARACTER = 5;
    private static final int LENGTH = 12;
    private static final int RANDOM_BITS = 15;

    private final AtomicLong last = new AtomicLong();

    /** A new one: 45 bits of milliseconds, then 15 random ones; one more than the last if that is not larger. */
    String next() {
        long random = ThreadLocalRandom.current().nextLong(1L << RANDOM_BITS);
        long candidate = System.currentTimeMillis() << RANDOM_BITS | random;
        return encode(last.accumulateAndGet(candidate, (before, now) -> Math.max(before + 1, now)));
    }

    private static String encode(long value) {
        char[] text = new char[LENGTH];
        for (int i = LENGTH - 1; i >= 0; i--) {
            text[i] = ALPHABET[(int) (value & (ALPHABET.length - 1))];
            value >>>= BITS_PER_CHARACTER;
        }
        return new String(text);
    }
}
