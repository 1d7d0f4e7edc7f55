package dev.tenth.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** Writes the data of events. What is not finite becomes {@code null}: JSON has no other word for it. */
final class DataEncoder {
    private static final JsonFactory JSON = new ObjectMapper().getFactory();
    /** Integers up to here are exact in {@code float32} and shorter without their {@code .0}. */
    private static final float LARGEST_SHORT_INTEGER = 1 << 24;

    private DataEncoder() {}

    static String encode(EventData data) {
        return json(json -> {
            json.writeStartObject();
            fields(json, data);
            json.writeEndObject();
        });
    }

    /** Figures by name. */
    static String figures(Map<String, Double> values) {
        return json(json -> figures(json, values));
    }

    @FunctionalInterface
    private interface Content {
        void writeTo(JsonGenerator json) throws IOException;
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

    private static void fields(JsonGenerator json, EventData data) throws IOException {
        switch (data) {
            case EventData.State state -> {
                json.writeStringField("state", state.state());
                json.writeStringField("reason", state.reason());
            }
            case EventData.Resumed resumed -> resumed(json, resumed);
            case EventData.CommandApplied command -> command(json, command);
            case EventData.Checkpoint checkpoint -> {
                json.writeNumberField("step", checkpoint.step());
                json.writeStringField("sha256", checkpoint.sha256());
                json.writeNumberField("bytes", checkpoint.bytes());
            }
            case EventData.NonFinite found -> {
                json.writeNumberField("step", found.step());
                json.writeNumberField("count", found.count());
                names(json, "tensors", found.tensors());
            }
            case EventData.Metrics metrics -> {
                json.writeFieldName("values");
                figures(json, metrics.values());
            }
            case EventData.Curve curve -> {
                json.writeStringField("id", curve.id());
                column(json, "x", curve.x());
                columns(json, curve.series());
            }
            case EventData.Field field -> field(json, field);
            case EventData.Image image -> image(json, image);
            case EventData.Text text -> {
                json.writeStringField("id", text.id());
                json.writeStringField("text", text.text());
            }
            case EventData.Histogram histogram -> {
                json.writeStringField("id", histogram.id());
                column(json, "edges", histogram.edges());
                columns(json, histogram.series());
            }
            case EventData.Matrix matrix -> {
                json.writeStringField("id", matrix.id());
                names(json, "rows", matrix.rows());
                names(json, "columns", matrix.columns());
                json.writeFieldName("values");
                numbers(json, matrix.values());
            }
            case EventData.Trail trail -> trail(json, trail);
            case EventData.Gap gap -> {
                json.writeNumberField("from", gap.from());
                json.writeNumberField("to", gap.to());
            }
        }
    }

    private static void resumed(JsonGenerator json, EventData.Resumed resumed) throws IOException {
        json.writeNumberField("fromStep", resumed.fromStep());
        if (resumed.fromSeq().isPresent()) {
            json.writeNumberField("fromSeq", resumed.fromSeq().get());
        }
    }

    private static void command(JsonGenerator json, EventData.CommandApplied command) throws IOException {
        json.writeStringField("id", command.id());
        json.writeStringField("type", command.command());
        json.writeNumberField("step", command.step());
        parameters(json, "parameters", command.parameters());
        parameters(json, "previous", command.previous());
        if (command.checkpoint().isPresent()) {
            json.writeNumberField("checkpoint", command.checkpoint().get());
        }
    }

    private static void parameters(JsonGenerator json, String name, Map<String, Object> values) throws IOException {
        if (!values.isEmpty()) {
            json.writeFieldName(name);
            json.writeTree(EventCodec.tree(values));
        }
    }

    private static void figures(JsonGenerator json, Map<String, Double> values) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, Double> figure : values.entrySet()) {
            json.writeFieldName(figure.getKey());
            if (Double.isFinite(figure.getValue())) {
                json.writeNumber(figure.getValue());
            } else {
                json.writeNull();
            }
        }
        json.writeEndObject();
    }

    private static void field(JsonGenerator json, EventData.Field field) throws IOException {
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

    private static void image(JsonGenerator json, EventData.Image image) throws IOException {
        json.writeStringField("id", image.id());
        json.writeStringField("ref", image.ref());
        json.writeNumberField("width", image.width());
        json.writeNumberField("height", image.height());
        if (image.caption().isPresent()) {
            json.writeStringField("caption", image.caption().get());
        }
    }

    private static void trail(JsonGenerator json, EventData.Trail trail) throws IOException {
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
}
