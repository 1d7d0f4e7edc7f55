package dev.tenth.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Events as JSON, byte for byte as they are stored and sent since the first version, and back. */
class EventCodecTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00.120Z");

    /** Data, and how they look in a log. */
    record Known(EventData data, String json) {}

    static Stream<Known> known() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("loss", 0.1234567890123456);
        figures.put("count", 3.0);
        figures.put("far", Double.NEGATIVE_INFINITY);
        Map<String, double[]> series = new LinkedHashMap<>();
        series.put("data", new double[] {.1, 2, Double.NaN});
        series.put("model", new double[] {1e-9, -3e30, 16_777_217});
        return Stream.of(
                new Known(
                        new EventData.State("RUNNING", "it \"goes\" on\n"),
                        "{\"state\":\"RUNNING\",\"reason\":\"it \\\"goes\\\" on\\n\"}"),
                new Known(new EventData.Resumed(7, Optional.of(41L)), "{\"fromStep\":7,\"fromSeq\":41}"),
                new Known(
                        new EventData.CommandApplied("c1", "pause", 5),
                        "{\"id\":\"c1\",\"type\":\"pause\",\"step\":5}"),
                new Known(
                        new EventData.CommandApplied(
                                "c2",
                                "set",
                                5,
                                Map.of("learningRate", new BigDecimal("0.0010")),
                                Map.of("learningRate", 2.0E-4),
                                Optional.empty()),
                        "{\"id\":\"c2\",\"type\":\"set\",\"step\":5,\"parameters\":{\"learningRate\":0.001},"
                                + "\"previous\":{\"learningRate\":2.0E-4}}"),
                new Known(
                        new EventData.CommandApplied("c3", "pin", 5, Map.of(), Map.of(), Optional.of(4L)),
                        "{\"id\":\"c3\",\"type\":\"pin\",\"step\":5,\"checkpoint\":4}"),
                new Known(
                        new EventData.Checkpoint(4, "ab", 1L << 40),
                        "{\"step\":4,\"sha256\":\"ab\",\"bytes\":1099511627776}"),
                new Known(
                        new EventData.NonFinite(3, 2, List.of("w", "b")),
                        "{\"step\":3,\"count\":2,\"tensors\":[\"w\",\"b\"]}"),
                new Known(
                        new EventData.Metrics(figures),
                        "{\"values\":{\"loss\":0.1234567890123456,\"count\":3.0,\"far\":null}}"),
                new Known(
                        new EventData.Curve("d", new double[] {0, .5, 1}, series),
                        "{\"id\":\"d\",\"x\":[0,0.5,1],\"series\":{\"data\":[0.1,2,null],"
                                + "\"model\":[1.0E-9,-3.0E30,16777216]}}"),
                new Known(
                        new EventData.Field("f", -1, 1, 0, .1, 2, 1, new float[] {.3f, Float.NaN}),
                        "{\"id\":\"f\",\"x0\":-1.0,\"x1\":1.0,\"y0\":0.0,\"y1\":0.1,\"width\":2,\"height\":1,"
                                + "\"values\":[0.3,null]}"),
                new Known(
                        new EventData.Image("s", BlobPath.png("0f".repeat(32)), 28, 14, Optional.of("a four")),
                        "{\"id\":\"s\",\"ref\":\"/api/v1/blobs/" + "0f".repeat(32)
                                + ".png\",\"width\":28,\"height\":14,\"caption\":\"a four\"}"),
                new Known(new EventData.Text("t", "süß"), "{\"id\":\"t\",\"text\":\"süß\"}"),
                new Known(
                        new EventData.Histogram("h", new double[] {0, 1}, Map.of("n", new double[] {5})),
                        "{\"id\":\"h\",\"edges\":[0,1],\"series\":{\"n\":[5]}}"),
                new Known(
                        new EventData.Matrix("m", List.of("a"), List.of("b", "c"), new double[][] {{1, .25}}),
                        "{\"id\":\"m\",\"rows\":[\"a\"],\"columns\":[\"b\",\"c\"],\"values\":[[1,0.25]]}"),
                new Known(
                        new EventData.Trail("p", Map.of("sgd", new double[][] {{0, 1}, {.5, Double.NaN}})),
                        "{\"id\":\"p\",\"series\":{\"sgd\":[[0,1],[0.5,null]]}}"),
                new Known(new EventData.Gap(3, 9), "{\"from\":3,\"to\":9}"));
    }

    private static Event event(String type, String data) {
        return new Event("1c9k2j7q4tdm", 17, 300, AT, type, data);
    }

    @ParameterizedTest
    @MethodSource("known")
    void dataAreWrittenAsEver(Known known) {
        assertThat(EventCodec.encode(known.data())).isEqualTo(known.json());
    }

    @ParameterizedTest
    @MethodSource("known")
    void whatWasWrittenIsReadAsTheSame(Known known) {
        Event event = event(known.data().type().wire(), known.json());
        EventData read = EventCodec.decode(event).orElseThrow();
        assertThat(read).isInstanceOf(known.data().getClass());
        assertThat(EventCodec.encode(read)).isEqualTo(known.json());
    }

    @Test
    void everyTypeIsTried() {
        assertThat(known().map(known -> known.data().type()).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(EventType.values());
    }

    @Test
    void aLineIsTheEnvelopeWithTheDataAsTheyAre() throws Exception {
        Event event = event("odd \"type\"", "{\"a\" : 1.50}");
        String line = EventCodec.line(event);
        assertThat(line)
                .isEqualTo("{\"run\":\"1c9k2j7q4tdm\",\"seq\":17,\"step\":300,\"at\":\"2026-01-01T00:00:00.120Z\","
                        + "\"type\":\"odd \\\"type\\\"\",\"data\":{\"a\" : 1.50}}");
        JsonNode read = new ObjectMapper().readTree(line);
        assertThat(read.path("type").asText()).isEqualTo(event.type());
    }

    @Test
    void aGapHasTheNumberOfTheLastEventThatIsLeftOut() {
        assertThat(EventCodec.gap(12, event("metrics", "{}")))
                .isEqualTo("{\"run\":\"1c9k2j7q4tdm\",\"seq\":17,\"step\":300,\"at\":\"2026-01-01T00:00:00.120Z\","
                        + "\"type\":\"gap\",\"data\":{\"from\":12,\"to\":17}}");
    }

    @Test
    void aTypeThatIsNotKnownIsNotDecoded() {
        assertThat(EventCodec.decode(event("hologram", "no JSON at all"))).isEmpty();
        assertThat(EventType.isLossless("hologram")).isTrue();
    }

    @Test
    void theKeyIsTheTypeAndTheId() {
        String text = EventCodec.encode(new EventData.Text("a \"b\"", "x"));
        String other = EventCodec.encode(new EventData.Text("a \"c\"", "x"));
        assertThat(EventCodec.key(event("text", text)))
                .isNotEqualTo(EventCodec.key(event("text", other)))
                .isNotEqualTo(EventCodec.key(event("image", text)))
                .startsWith("text ");
        assertThat(EventCodec.key(event("metrics", "{\"values\":{}}"))).isEqualTo("metrics");
    }

    @Test
    void figuresKeepTheirOrder() {
        Map<String, Double> figures = new LinkedHashMap<>();
        Arrays.asList("z", "a", "m").forEach(name -> figures.put(name, .5));
        figures.put("nan", Double.NaN);
        String json = EventCodec.encodeFigures(figures);
        assertThat(json).isEqualTo("{\"z\":0.5,\"a\":0.5,\"m\":0.5,\"nan\":null}");
        assertThat(EventCodec.encodeFigures(EventCodec.decodeFigures(json))).isEqualTo(json);
    }
}
