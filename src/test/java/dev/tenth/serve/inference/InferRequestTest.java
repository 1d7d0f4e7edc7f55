package dev.tenth.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/** How requests for inference are read. */
class InferRequestTest {
    private static InferRequest read(String json) {
        return InferRequest.read(json.getBytes(StandardCharsets.UTF_8), Optional.empty());
    }

    private static float[] floats(String json) {
        return read(json).inputs().get("x").floats();
    }

    @Test
    void theOrderOfFieldsAndTheShapeOfDataDoNotMatter() {
        float[] expected = {1, -2.5f, 3e10f, Float.NaN, Float.NEGATIVE_INFINITY, 0};
        for (String data : new String[] {
            "[1, -2.5, 3e10, \"NaN\", \"-Infinity\", 0]", "[[1, -2.5, 3e10], [\"NaN\", \"-Infinity\", 0]]"
        }) {
            assertThat(
                            floats(
                                    "{\"inputs\":[{\"data\":" + data
                                            + ",\"shape\":[2,3],\"ü\":{\"data\":[1]},\"datatype\":\"FP32\",\"name\":\"x\"}],\"id\":\"ü\"}"))
                    .isEqualTo(expected);
        }
        assertThat(
                        floats(
                                "\uFEFF{\"id\":\"é\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[7]}]}"))
                .containsExactly(7);
        assertThat(read("{\"inputs\":[{\"name\":\"x\",\"datatype\":\"INT64\",\"shape\":[0],\"data\":[]}]}")
                        .inputs()
                        .get("x")
                        .longs())
                .isEmpty();
    }

    @Test
    void dataThatDoesNotFitIsRefusedWhereverItIs() {
        for (String data :
                new String[] {"[1,2]", "[1,2,3,4]", "[[1,2,3]]", "[[1],[2],[3]]", "[1,[2],3]", "[[1],2,3]", "3"}) {
            assertThatThrownBy(() -> read("{\"inputs\":[{\"data\":" + data
                            + ",\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[3]}]}"))
                    .as(data)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("inputs[0].data");
        }
        assertThatThrownBy(() -> read("{\"inputs\":[{\"data\":[1,2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("malformed");
    }

    @Test
    void largeDataTakesLittleMoreThanItself() {
        int elements = 2_000_000;
        StringJoiner data = new StringJoiner(",", "[", "]");
        for (int i = 0; i < elements; i++) {
            data.add(Double.toString(i / 8.));
        }
        byte[] body = ("{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[" + elements + "],\"data\":"
                        + data + "}]}")
                .getBytes(StandardCharsets.UTF_8);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        float[] values =
                InferRequest.read(body, Optional.empty()).inputs().get("x").floats();
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(values[elements - 1]).isEqualTo((elements - 1) / 8f);
        // The tensor, what it grew out of, and the array here.
        assertThat(allocated).isLessThan(4L * body.length);
    }

    @Test
    void whatIsNotDataIsLittle() {
        String many = "[" + "0,".repeat(20_000) + "0]";
        for (String field :
                new String[] {"\"parameters\":{\"x\":" + many + "}", "\"x\":" + many, "\"outputs\":" + many}) {
            assertThatThrownBy(() -> read("{" + field
                            + ",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}"))
                    .as(field.substring(0, 12))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("beside the data");
        }
    }
}
