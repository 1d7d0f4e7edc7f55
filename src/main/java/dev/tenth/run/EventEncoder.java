package dev.tenth.run;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tenth.recipe.Png;
import dev.tenth.recipe.Shown;
import dev.tenth.store.Blobs;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * Writes what a training shows as the data of events. Figures keep all their digits; pictures travel as columns of
 * {@code float32}, in the fewest digits that tell them apart. What is not finite becomes {@code null}: JSON has no other
 * word for it.
 */
final class EventEncoder {
    private static final JsonFactory JSON = new JsonFactory();
    /** Integers up to here are exact in {@code float32} and shorter without their {@code .0}. */
    private static final float LARGEST_SHORT_INTEGER = 1 << 24;

    private final Blobs blobs;

    EventEncoder(Blobs blobs) {
        this.blobs = blobs;
    }

    /** An event that has no place in the log yet. */
    record Draft(EventType type, String data) {}

    /**
     * The event of something shown; the pixels of an image go to the blobs first.
     *
     * @throws dev.tenth.store.StoreException if they cannot be stored
     */
    Draft encode(Shown shown) {
        return switch (shown) {
            case Shown.Metrics metrics ->
                draft(EventType.METRICS, json -> {
                    json.writeFieldName("values");
                    figures(json, metrics.values());
                });
            case Shown.Curve curve ->
                draft(EventType.CURVE, json -> {
                    json.writeStringField("id", curve.id());
                    column(json, "x", curve.x());
                    columns(json, curve.series());
                });
            case Shown.Field field -> draft(EventType.FIELD, json -> field(json, field));
            case Shown.Image image -> {
                String ref = "/api/v1/blobs/" + blobs.put(Png.write(image)) + ".png";
                yield draft(EventType.IMAGE, json -> image(json, image, ref));
            }
            case Shown.Text text ->
                draft(EventType.TEXT, json -> {
                    json.writeStringField("id", text.id());
                    json.writeStringField("text", text.text());
                });
            case Shown.Histogram histogram ->
                draft(EventType.HISTOGRAM, json -> {
                    json.writeStringField("id", histogram.id());
                    column(json, "edges", histogram.edges());
                    columns(json, histogram.series());
                });
            case Shown.Matrix matrix -> draft(EventType.MATRIX, json -> matrix(json, matrix));
            case Shown.Trail trail -> draft(EventType.TRAIL, json -> trail(json, trail));
        };
    }

    /** Figures by name as a JSON object. */
    static String figures(Map<String, Double> values) {
        return json(json -> figures(json, values));
    }

    private static void figures(JsonGenerator json, Map<String, Double> values) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, Double> figure : values.entrySet()) {
            json.writeFieldName(figure.getKey());
            if (figure.getValue() != null && Double.isFinite(figure.getValue())) {
                json.writeNumber(figure.getValue());
            } else {
                json.writeNull();
            }
        }
        json.writeEndObject();
    }

    private static void field(JsonGenerator json, Shown.Field field) throws IOException {
        json.writeStringField("id", field.id());
        json.writeNumberField("x0", field.x0());
        json.writeNumberField("x1", field.x1());
        json.writeNumberField("y0", field.y0());
        json.writeNumberField("y1", field.y1());
        json.writeNumberField("width", field.width());
        json.writeNumberField("height", field.height());
        json.writeArrayFieldStart("values");
        for (float value : field.values()) {
            number(json, value);
        }
        json.writeEndArray();
    }

    private static void image(JsonGenerator json, Shown.Image image, String ref) throws IOException {
        json.writeStringField("id", image.id());
        json.writeStringField("ref", ref);
        json.writeNumberField("width", image.width());
        json.writeNumberField("height", image.height());
        if (image.caption() != null) {
            json.writeStringField("caption", image.caption());
        }
    }

    private static void matrix(JsonGenerator json, Shown.Matrix matrix) throws IOException {
        json.writeStringField("id", matrix.id());
        names(json, "rows", matrix.rows());
        names(json, "columns", matrix.columns());
        json.writeFieldName("values");
        numbers(json, matrix.values());
    }

    private static void trail(JsonGenerator json, Shown.Trail trail) throws IOException {
        json.writeStringField("id", trail.id());
        json.writeObjectFieldStart("series");
        for (Map.Entry<String, double[][]> path : trail.series().entrySet()) {
            json.writeFieldName(path.getKey());
            numbers(json, path.getValue());
        }
        json.writeEndObject();
    }

    private static void columns(JsonGenerator json, Map<String, double[]> series) throws IOException {
        json.writeObjectFieldStart("series");
        for (Map.Entry<String, double[]> column : series.entrySet()) {
            column(json, column.getKey(), column.getValue());
        }
        json.writeEndObject();
    }

    private static void column(JsonGenerator json, String name, double[] values) throws IOException {
        json.writeFieldName(name);
        numbers(json, values);
    }

    private static void names(JsonGenerator json, String name, List<String> names) throws IOException {
        json.writeArrayFieldStart(name);
        for (String each : names) {
            json.writeString(each);
        }
        json.writeEndArray();
    }

    private static void numbers(JsonGenerator json, double[][] rows) throws IOException {
        json.writeStartArray();
        for (double[] row : rows) {
            numbers(json, row);
        }
        json.writeEndArray();
    }

    private static void numbers(JsonGenerator json, double[] values) throws IOException {
        json.writeStartArray();
        for (double value : values) {
            number(json, (float) value);
        }
        json.writeEndArray();
    }

    private static void number(JsonGenerator json, float value) throws IOException {
        if (!Float.isFinite(value)) {
            json.writeNull();
        } else if (value == Math.rint(value) && Math.abs(value) <= LARGEST_SHORT_INTEGER) {
            json.writeNumber((int) value);
        } else {
            json.writeNumber(value);
        }
    }

    /** Writes the fields of an object, or a whole value. */
    @FunctionalInterface
    private interface Content {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private static Draft draft(EventType type, Content fields) {
        return new Draft(type, json(json -> {
            json.writeStartObject();
            fields.writeTo(json);
            json.writeEndObject();
        }));
    }

    private static String json(Content content) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            content.writeTo(json);
        } catch (IOException e) {
            throw new UncheckedIOException("a string takes all JSON", e);
        }
        return text.toString();
    }
}
