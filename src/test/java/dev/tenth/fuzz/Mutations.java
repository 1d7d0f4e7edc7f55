package dev.tenth.fuzz;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Files that were right before a byte of them changed, or before they were cut. */
final class Mutations {
    private Mutations() {}

    private enum Kind {
        CUT,
        CHANGE,
        INSERT,
        ZERO,
        TWICE
    }

    static Arbitrary<byte[]> of(Arbitrary<byte[]> files) {
        Arbitrary<byte[]> changed = Combinators.combine(
                        files,
                        Arbitraries.of(Kind.class),
                        // The heads of files are where most is said.
                        Arbitraries.doubles().between(0, 1).map(place -> place * place * place),
                        Arbitraries.bytes().array(byte[].class).ofMinSize(1).ofMaxSize(8))
                .as(Mutations::mutated);
        return Arbitraries.oneOf(files, changed);
    }

    private static byte[] mutated(byte[] file, Kind kind, double place, byte[] change) {
        int at = (int) (place * Math.max(0, file.length - 1));
        int end = Math.min(file.length, at + change.length);
        byte[] made =
                switch (kind) {
                    case CUT -> Arrays.copyOf(file, at);
                    case TWICE -> joined(file, file);
                    case INSERT ->
                        joined(Arrays.copyOf(file, at), joined(change, Arrays.copyOfRange(file, at, file.length)));
                    case CHANGE, ZERO -> file.clone();
                };
        if (kind == Kind.CHANGE) {
            System.arraycopy(change, 0, made, at, end - at);
        } else if (kind == Kind.ZERO) {
            Arrays.fill(made, at, end, (byte) 0);
        }
        return made;
    }

    static byte[] joined(byte[] first, byte[] second) {
        byte[] made = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, made, first.length, second.length);
        return made;
    }
}
