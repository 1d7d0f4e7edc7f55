package dev.tenth.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** JSON: values of any kind, objects of certain fields, and texts that are not quite JSON. */
final class Json {
    static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final int DEEP = 3;
    /** The field is left out. */
    private static final Object ABSENT = new Object();

    private Json() {}

    static Arbitrary<Object> any() {
        return any(DEEP);
    }

    private static Arbitrary<Object> any(int depth) {
        Arbitrary<Object> leaf = Arbitraries.oneOf(
                Arbitraries.of(true, false).map(Object.class::cast),
                number(),
                Texts.any().map(Object.class::cast),
                Arbitraries.just(null));
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<Object> deeper = Arbitraries.lazy(() -> any(depth - 1));
        return Arbitraries.frequencyOf(
                Tuple.of(4, leaf),
                Tuple.of(1, deeper.list().ofMaxSize(4).map(Object.class::cast)),
                Tuple.of(1, Arbitraries.maps(Texts.any(), deeper).ofMaxSize(3).map(Object.class::cast)));
    }

    /** Numbers, those at the edges of their types before all. */
    static Arbitrary<Object> number() {
        return Arbitraries.oneOf(
                Arbitraries.of(
                                0,
                                1,
                                -1,
                                2,
                                Integer.MAX_VALUE,
                                Integer.MIN_VALUE,
                                Long.MAX_VALUE,
                                Long.MIN_VALUE,
                                1L << 53,
                                0.5,
                                -0.0,
                                Double.MAX_VALUE,
                                Double.MIN_VALUE,
                                BigInteger.TWO.pow(64),
                                BigInteger.TEN.pow(400),
                                new BigDecimal("1E+400"),
                                new BigDecimal("1E-400"),
                                new BigDecimal("1E+999999999"),
                                new BigDecimal("1E-999999999"),
                                new BigDecimal("3.00"))
                        .map(Object.class::cast),
                Arbitraries.integers().map(Object.class::cast),
                Arbitraries.doubles().map(Object.class::cast));
    }

    /** Mostly such a value, else anything. */
    static Arbitrary<Object> mostly(Arbitrary<?> expected) {
        return Arbitraries.frequencyOf(Tuple.of(15, expected.map(Object.class::cast)), Tuple.of(1, any()));
    }

    static Arbitrary<Object> mostly(Object... expected) {
        return mostly(Arbitraries.of(expected));
    }

    /** An object of some of these fields, and now and then of one that nobody knows. */
    static Arbitrary<Map<String, Object>> object(Map<String, Arbitrary<Object>> fields) {
        // In an order that is the same in every JVM, as the seed wants it.
        List<String> names = fields.keySet().stream().sorted().toList();
        List<Arbitrary<Object>> values = names.stream()
                .map(name -> fields.get(name).injectNull(0.01))
                .map(value -> Arbitraries.frequencyOf(Tuple.of(7, value), Tuple.of(1, Arbitraries.just(ABSENT))))
                .toList();
        Arbitrary<Map<String, Object>> known = Combinators.combine(values).as(made -> {
            Map<String, Object> object = new LinkedHashMap<>();
            for (int i = 0; i < made.size(); i++) {
                if (made.get(i) != ABSENT) {
                    object.put(names.get(i), made.get(i));
                }
            }
            return object;
        });
        Arbitrary<Map<String, Object>> strange = Combinators.combine(known, Texts.any(), any())
                .as((object, name, value) -> {
                    object.put(name, value);
                    return object;
                });
        return Arbitraries.frequencyOf(Tuple.of(9, known), Tuple.of(1, strange));
    }

    static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what is generated can be written", e);
        }
    }

    /** Written, now and then with a fault in the text. */
    static Arbitrary<String> text(Arbitrary<?> values) {
        Arbitrary<String> right = values.map(Json::write);
        Arbitrary<String> wrong = Combinators.combine(
                        right,
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.of(
                                "",
                                "{",
                                "]",
                                ",",
                                "\"",
                                "\\u",
                                "\u0000",
                                "NaN",
                                "1e",
                                "//",
                                "[".repeat(5000),
                                "{\"a\":".repeat(100)))
                .as((text, place, fault) -> {
                    int at = (int) (place * text.length());
                    return fault.isEmpty() ? text.substring(0, at) : text.substring(0, at) + fault + text.substring(at);
                });
        return Arbitraries.frequencyOf(Tuple.of(6, right), Tuple.of(1, wrong));
    }
}
