package dev.tenth.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LibsvmReaderTest {
    private static final TableLimits SMALL = new TableLimits(5, 20, 60, 3, 1000);

    static List<BrokenFile> broken() {
        return List.of(
                BrokenFile.of("nothing", "", "0 rows; at least 3"),
                BrokenFile.of("only comments", "# 1 1:1\n\n", "0 rows"),
                BrokenFile.of("two rows", "1 1:1\n2 1:1\n", "2 rows; at least 3"),
                BrokenFile.of("no features", "1\n2\n1\n", "no features"),
                BrokenFile.of("one class", "1 1:1\n+1 1:1\n1 1:1\n", "one class"),
                BrokenFile.of("no label", "1 1:1\n1:1 2:1\n", "line 2: found \"1:1\"; expected a whole number"),
                BrokenFile.of("a name as the label", "yes 1:1\n", "line 1: found \"yes\""),
                BrokenFile.of("a broken number as the label", "1.5 1:1\n", "line 1: found \"1.5\""),
                BrokenFile.of("a label that is too large", "12345678901 1:1\n", "line 1: found \"12345678901\""),
                BrokenFile.of("no colon", "1 1:1\n\n2 7\n", "line 3: found \"7\"; expected index:value"),
                BrokenFile.of("a query", "1 qid:3 1:1\n", "line 1: found \"qid:3\"; expected index:value"),
                BrokenFile.of("no index", "1 :3\n", "line 1: found \":3\""),
                BrokenFile.of("index 0", "1 0:3\n", "line 1: found the index 0; indices begin at 1"),
                BrokenFile.of("a negative index", "1 -1:3\n", "line 1: found \"-1:3\""),
                BrokenFile.of("an index twice", "1 2:3 2:3\n", "line 1: found the index 2 after 2"),
                BrokenFile.of("a falling index", "1 1:1\n1 3:1 2:1\n", "line 2: found the index 2 after 3"),
                BrokenFile.of("no value", "1 1:\n", "line 1: feature 1: found \"\""),
                BrokenFile.of("a word as the value", "1 1:1 4:x\n", "line 1: feature 4: found \"x\""),
                BrokenFile.of("NaN", "1 1:nan\n", "feature 1: found \"nan\"; expected a finite number"),
                BrokenFile.of("infinity", "1 1:Infinity\n", "found \"Infinity\""),
                BrokenFile.of("too large for a float", "1 1:1e39\n", "found \"1e39\""),
                BrokenFile.of("Java's own numbers", "1 1:0x1p3\n", "found \"0x1p3\""),
                BrokenFile.of("too many rows", "1 1:1\n2 1:1\n".repeat(3), "line 6: there are more than 5 rows"),
                BrokenFile.of("too many features", "1 21:1\n", "line 1: 21 features; at most 20"),
                BrokenFile.of(
                        "too large a table", "1 20:1\n".repeat(4), "line 4: 4 rows × 20 features are more than 60"),
                BrokenFile.of(
                        "too many classes",
                        "1 1:1\n2 1:1\n3 1:1\n4 1:1\n",
                        "line 4: the label \"4\" is one class more"),
                BrokenFile.of(
                        "a zero byte", "1 1:1\n1 \u00001:1\n", "line 2: character 8 is the control character U+0000"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void saysWhatIsWrongAndWhere(BrokenFile file) {
        file.isRefusedBy((name, bytes) -> LibsvmReader.read(name, bytes, SMALL));
    }

    private static Table read(String text) throws IOException {
        return LibsvmReader.read(
                "file", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), TableLimits.DEFAULT);
    }

    @Test
    void fillsWhatIsLeftOutWithZeros() throws IOException {
        Table table = read("3 2:.5 4:-1e-1  # a remark\r\n\n-1\t1:1\n03 3:2\n10\n");
        assertThat(table.rows()).isEqualTo(4);
        assertThat(table.features()).isEqualTo(4);
        assertThat(table.values()).containsExactly(0, .5f, 0, -.1f, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0);
        assertThat(table.classes()).containsExactly("-1", "3", "10");
        assertThat(table.labels()).containsExactly(1, 0, 1, 2);
    }

    @Test
    void readsHeartScaleAsItIsPublished() throws IOException {
        try (InputStream bytes = Files.newInputStream(FetchedData.file("heart_scale"))) {
            Table table = LibsvmReader.read("heart_scale", bytes, TableLimits.DEFAULT);
            assertThat(table.rows()).isEqualTo(270);
            assertThat(table.features()).isEqualTo(13);
            assertThat(table.classes()).containsExactly("-1", "+1");
            assertThat(Arrays.stream(table.labels()).filter(label -> label == 0))
                    .hasSize(150);
            assertThat(Arrays.stream(table.labels()).filter(label -> label == 1))
                    .hasSize(120);
            assertThat(table.labels()[0]).isEqualTo(1);
            assertThat(Arrays.copyOf(table.values(), 13))
                    .containsExactly(.708333f, 1, 1, -.320755f, -.105023f, -1, 1, -.419847f, -1, -.225806f, 0, 1, -1);
        }
    }
}
