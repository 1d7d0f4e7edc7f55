package dev.tenth.fuzz;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Formulas by their grammar, with leaves that are none. */
final class Formulas {
    private static final int DEEP = 4;
    private static final List<String> LEAVES =
            List.of("x", "y", "X", "pi", "e", "PI", "z", "0", "1", ".5", "5.", "1e3", "1E-3");
    private static final List<String> STRANGE_LEAVES = List.of(
            "0x10",
            "0xg",
            "0b1",
            "1e400",
            "1e99999",
            "1e-99999",
            "1e",
            "1e+",
            "1..2",
            "1_000",
            "1f",
            "2d",
            "NaN",
            "Infinity",
            "null",
            "true",
            "\"x\"",
            "'x'",
            "[1]",
            "x[0]",
            "x.y",
            "x1",
            "é",
            "１",
            "٣",
            "π",
            "∞",
            "\u0000",
            "9".repeat(400),
            "x".repeat(150));
    private static final List<String> OPERATORS = List.of(
            "+", "-", "*", "/", "^", "%", "=", "==", "!=", "<", ">=", "&&", "||", ",", ";", " ", "**", "!", "$");
    private static final List<String> FUNCTIONS = List.of(
            "sqrt", "cbrt", "abs", "exp", "log", "sin", "cos", "tan", "tanh", "SIN", "min", "max", "fact", "if",
            "random", "sum", "-", "+", "!", "");

    private Formulas() {}

    static Arbitrary<String> any() {
        Arbitrary<String> deep = Combinators.combine(
                        Arbitraries.of("-", "(", "sin(", "1+(", "2^", "min(x,"),
                        Arbitraries.integers().between(1, 190))
                .as((open, times) -> (open.repeat(times) + "x"
                                + (open.endsWith("(") || open.contains("(") ? ")".repeat(times) : ""))
                        .substring(0));
        return Arbitraries.frequencyOf(Tuple.of(8, formula(DEEP)), Tuple.of(1, deep), Tuple.of(1, Texts.any()));
    }

    private static Arbitrary<String> formula(int depth) {
        Arbitrary<String> leaf = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.of(LEAVES)),
                Tuple.of(1, Arbitraries.of(STRANGE_LEAVES)),
                Tuple.of(1, Arbitraries.doubles().map(String::valueOf)));
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<String> part = Arbitraries.lazy(() -> formula(depth - 1));
        return Arbitraries.frequencyOf(
                Tuple.of(2, leaf),
                Tuple.of(
                        3,
                        Combinators.combine(part, Arbitraries.of(OPERATORS), part)
                                .as((a, op, b) -> a + op + b)),
                Tuple.of(
                        2,
                        Combinators.combine(
                                        Arbitraries.of(FUNCTIONS),
                                        part.list().ofMinSize(1).ofMaxSize(3))
                                .as((name, parts) -> name + "(" + String.join(",", parts) + ")")));
    }
}
