package dev.tenth.torch;

/**
 * Counter-based randomness: what is random at a step depends on the run's seed and the step's number alone, so that a run
 * goes on from any step without anything random having been saved.
 */
public final class Randomness {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Randomness() {}

    /**
     * A seed for one use.
     *
     * @param seed of the run
     * @param counter of the use: a step, an epoch
     * @return from 0 to 2⁶³−1; neighbours have nothing in common
     */
    public static long mix(long seed, long counter) {
        return scramble(scramble(seed + GOLDEN_GAMMA) + counter * GOLDEN_GAMMA) >>> 1;
    }

    /** A seed for one use that has a name, such as the first weights of a layer. */
    public static long mix(long seed, String name) {
        long hash = seed;
        for (int i = 0; i < name.length(); i++) {
            hash = mix(hash, name.charAt(i));
        }
        return hash;
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
    private static long scramble(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
