package dev.tenth.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads the data of events. Fields that a newer version added are passed over. */
final class DataDecoder {
    private final JsonNode data;

    private DataDecoder(JsonNode data) {
        this.data = data;
    }

    /** @throws IllegalArgumentException naming the field that is missing or of another kind */
    static EventData decode(EventType type, JsonNode data) {
        return new DataDecoder(data).decode(type);
    }

    private EventData decode(EventType type) {
        return switch (type) {
            case RUN_STATE ->
                new EventData.State(text("state"), data.path("reason").asText(""));
            case RUN_RESUMED -> new EventData.Resumed(integer("fromStep"), optional("fromSeq", JsonNode::longValue));
            case COMMAND_APPLIED ->
                new EventData.CommandApplied(
                        text("id"),
                        text("type"),
                        integer("step"),
                        parameters("parameters"),
                        parameters("previous"),
                        optional("checkpoint", JsonNode::longValue));
            case CHECKPOINT -> new EventData.Checkpoint(integer("step"), text("sha256"), integer("bytes"));
            case NON_FINITE -> new EventData.NonFinite(integer("step"), (int) integer("count"), names("tensors"));
            case METRICS -> new EventData.Metrics(series(required("values"), DataDecoder::number));
            case CURVE -> new EventData.Curve(text("id"), numbers(required("x")), columns());
            case FIELD ->
                new EventData.Field(
                        text("id"),
                        number(required("x0")),
                        number(required("x1")),
                        number(required("y0")),
                        number(required("y1")),
                        (int) integer("width"),
                        (int) integer("height"),
                        floats(required("values")));
            case IMAGE ->
                new EventData.Image(
                        text("id"),
                        text("ref"),
                        (int) integer("width"),
                        (int) integer("height"),
                        optional("caption", JsonNode::textValue));
            case TEXT -> new EventData.Text(text("id"), text("text"));
            case HISTOGRAM -> new EventData.Histogram(text("id"), numbers(required("edges")), columns());
            case MATRIX -> new EventData.Matrix(text("id"), names("rows"), names("columns"), rows(required("values")));
            case TRAIL -> new EventData.Trail(text("id"), series(required("series"), DataDecoder::rows));
            case GAP -> new EventData.Gap(integer("from"), integer("to"));
        };
    }

    private JsonNode required(String name) {
        JsonNode value = data.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + ": it is missing");
        }
        return value;
    }

    private String text(String name) {
        JsonNode value = required(name);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(name + ": it is no text");
        }
        return value.textValue();
    }

    private long integer(String name) {
        JsonNode value = required(name);
        if (!value.isIntegralNumber()) {
            throw new IllegalArgumentException(name + ": it is no integer");
        }
        return value.longValue();
    }

    private <T> Optional<T> optional(String name, Function<JsonNode, T> read) {
        return data.hasNonNull(name) ? Optional.of(read.apply(data.get(name))) : Optional.empty();
    }

    private Map<String, Object> parameters(String name) {
        return optional(name, EventCodec::map).orElseGet(Map::of);
    }

    private List<String> names(String name) {
        List<String> names = new ArrayList<>();
        required(name).forEach(each -> names.add(each.asText()));
        return names;
    }

    private Map<String, double[]> columns() {
        return series(required("series"), DataDecoder::numbers);
    }

    private static <T> Map<String, T> series(JsonNode object, Function<JsonNode, T> read) {
        Map<String, T> series = new LinkedHashMap<>();
        object.properties().forEach(each -> series.put(each.getKey(), read.apply(each.getValue())));
        return series;
    }

    private static double number(JsonNode value) {
        return value.asDouble(Double.NaN);
    }

    private static double[] numbers(JsonNode array) {
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(array.get(i));
        }
        return numbers;
    }

    private static float[] floats(JsonNode array) {
        float[] numbers = new float[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) number(array.get(i));
        }
        return numbers;
    }

    private static double[][] rows(JsonNode array) {
        double[][] rows = new double[array.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = numbers(array.get(i));
        }
        return rows;
    }
}
