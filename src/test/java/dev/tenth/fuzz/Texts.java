package dev.tenth.fuzz;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Texts for every place that takes a text: names, ids, queries, values. */
final class Texts {
    private static final int LONG = 300;
    private static final List<String> TROUBLE = List.of(
            "",
            " ",
            ".",
            "..",
            "../..",
            "a/b",
            "a\\b",
            "%00",
            "%",
            "%zz",
            "null",
            "true",
            "NaN",
            "Infinity",
            "-1",
            "0",
            "1e999",
            "0x10",
            "00",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "latest",
            "newest",
            "\u0000",
            "\n",
            "\r\nX: y",
            "\"",
            "'",
            "';--",
            "<b>",
            "${x}",
            "{0}",
            "%s",
            "\ud800",
            "\u202e",
            "\ufeff",
            "é",
            "e\u0301",
            "١",
            "CON",
            ".DS_Store",
            "a;b=c",
            "a,b",
            "*",
            "?",
            "#",
            "~");

    private Texts() {}

    static Arbitrary<String> any() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.of(TROUBLE)),
                Tuple.of(2, Arbitraries.strings().ascii().ofMaxLength(20)),
                Tuple.of(2, Arbitraries.strings().ofMaxLength(12)),
                Tuple.of(1, Arbitraries.of("a", "文", "😀", "\u0000", " ").map(text -> text.repeat(LONG))));
    }

    /** Mostly one of these, else anything. */
    static Arbitrary<String> mostly(String... expected) {
        return Arbitraries.frequencyOf(Tuple.of(4, Arbitraries.of(expected)), Tuple.of(1, any()));
    }

    /** Without what cannot stand in a header, which is for {@link HttpFuzzIT}. */
    static String header(String text) {
        return text.replaceAll("\\p{Cntrl}", "");
    }

    /** In a place of a URL. */
    static String encoded(String text) {
        return java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.UTF_8)
                .replace("+", "%20");
    }
}
