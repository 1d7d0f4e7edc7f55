package dev.tenth.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Starts of runs: the recipes as the service describes them, their parameters at, inside and beyond their bounds. */
final class Recipes {
    private static final int MOST_CHANGED = 4;

    private Recipes() {}

    /** The body of a start. */
    static Arbitrary<Map<String, Object>> starts() {
        List<Arbitrary<Map<String, Object>>> all = new ArrayList<>();
        for (JsonNode item : FuzzedService.get().json("/api/v1/recipes").path("items")) {
            all.add(start(FuzzedService.get()
                    .json("/api/v1/recipes/" + item.path("id").asText())));
        }
        return Arbitraries.oneOf(all);
    }

    private static Arbitrary<Map<String, Object>> start(JsonNode recipe) {
        String[] presets = recipe.path("presets").findValuesAsText("name").toArray(String[]::new);
        Arbitrary<Object> preset = Json.mostly(Arbitraries.of(presets));
        Arbitrary<Object> seed = Json.mostly(Arbitraries.of(0L, 1L, (1L << 53) - 1));
        return Combinators.combine(preset, parameters(recipe.path("schema").path("properties")), seed)
                .as((name, params, number) -> {
                    Map<String, Object> start = new LinkedHashMap<>();
                    start.put("recipe", recipe.path("id").asText());
                    start.put("preset", name);
                    start.put("params", params);
                    start.put("seed", number);
                    return start;
                });
    }

    private static Arbitrary<Map<String, Object>> parameters(JsonNode properties) {
        List<Arbitrary<Map.Entry<String, Object>>> each = new ArrayList<>();
        properties.properties().forEach(property -> {
            Arbitrary<Object> values = value(property.getValue());
            each.add(values.map(value -> new java.util.AbstractMap.SimpleEntry<>(property.getKey(), value)));
        });
        return Arbitraries.oneOf(each).list().ofMaxSize(MOST_CHANGED).map(entries -> {
            Map<String, Object> params = new LinkedHashMap<>();
            entries.forEach(entry -> params.put(entry.getKey(), entry.getValue()));
            return params;
        });
    }

    /** A value of a parameter's type at its bounds, between and beyond them; now and then of any type. */
    private static Arbitrary<Object> value(JsonNode about) {
        Arbitrary<?> typed =
                switch (about.path("type").asText()) {
                    case "integer", "number" -> number(about);
                    case "boolean" -> Arbitraries.of(true, false);
                    default -> text(about);
                };
        return Arbitraries.frequencyOf(Tuple.of(8, typed.map(Object.class::cast)), Tuple.of(1, Json.any()));
    }

    private static Arbitrary<?> number(JsonNode about) {
        BigDecimal least = about.path("minimum").isNumber()
                ? about.path("minimum").decimalValue()
                : about.path("exclusiveMinimum").decimalValue();
        BigDecimal most = about.path("maximum").isNumber()
                ? about.path("maximum").decimalValue()
                : least.add(BigDecimal.TEN.pow(9));
        BigDecimal unit = about.path("type").asText().equals("integer") ? BigDecimal.ONE : new BigDecimal("1E-9");
        BigDecimal middle = least.add(most).divide(BigDecimal.TWO);
        Arbitrary<BigDecimal> edges = Arbitraries.of(
                least,
                most,
                least.subtract(unit),
                most.add(unit),
                least.add(unit),
                most.subtract(unit),
                middle,
                about.path("default").decimalValue());
        return Arbitraries.frequencyOf(
                Tuple.of(3, edges),
                Tuple.of(
                        1,
                        Arbitraries.bigDecimals()
                                .between(least, most)
                                .ofScale(Math.max(2, Math.max(least.scale(), most.scale())))));
    }

    private static Arbitrary<?> text(JsonNode about) {
        List<String> known = new ArrayList<>(List.of(about.path("default").asText()));
        about.path("enum").forEach(choice -> known.add(choice.asText()));
        if (about.has("x-dataset")) {
            known.addAll(
                    FuzzedService.get().json("/api/v1/datasets").path("items").findValuesAsText("id"));
        }
        if (about.has("maxLength")) {
            int length = about.path("maxLength").asInt();
            known.add("x".repeat(length));
            known.add("x".repeat(length + 1));
        }
        return Texts.mostly(known.toArray(String[]::new));
    }
}
