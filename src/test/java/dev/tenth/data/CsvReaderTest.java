package dev.tenth.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CsvReaderTest {
    private static final TableLimits SMALL = new TableLimits(5, 4, 12, 3, 1000);

    static List<BrokenFile> broken() {
        return List.of(
                BrokenFile.of("nothing", "", "0 rows; at least 3"),
                BrokenFile.of("only a header", "a,b,label\n", "0 rows"),
                BrokenFile.of("two rows", "1,x\n2,y\n", "2 rows; at least 3"),
                BrokenFile.of("one class", "1,x\n2,x\n3,x\n", "one class"),
                BrokenFile.of("one column", "1\n2\n", "line 1: found one field"),
                BrokenFile.of("semicolons", "a;b;c\n1;2;3\n", "line 1: found one field; expected"),
                BrokenFile.of("a field too few", "1,2,x\n1,2,x\n1,x\n", "line 3: found 2 fields; expected 3"),
                BrokenFile.of("a field too many", "a,b,label\n1,2,x\n1,2,3,x\n", "line 3: found 4 fields; expected 3"),
                BrokenFile.of("a decimal comma", "a,b\n1,5,x\n", "line 2: found 3 fields; expected 2"),
                BrokenFile.of(
                        "a word", "a,b,label\n1,2,x\n1,two,y\n", "line 3: column 2: found \"two\"; expected a finite"),
                BrokenFile.of("an empty field", "a,b,label\n1,,x\n", "line 2: column 2: found \"\""),
                BrokenFile.of("NaN", "a,label\n\nNaN,x\n", "line 3: column 1: found \"NaN\""),
                BrokenFile.of("infinity", "1,x\n-Infinity,x\n", "line 2: column 1: found \"-Infinity\""),
                BrokenFile.of("too large for a float", "1,x\n1e39,x\n", "line 2: column 1: found \"1e39\""),
                BrokenFile.of("a header of words and numbers", "a,1,label\n1,2,x\n", "line 1: column 1: found \"a\""),
                BrokenFile.of("an empty label", "a,label\n1,x\n2,\n", "line 3: found the label \"\""),
                BrokenFile.of("a long label", "1,x\n2," + "y".repeat(61) + "\n", "line 2: found the label \"yyy"),
                BrokenFile.of("a column without a name", ",label\n1,x\n", "line 1: column 1 has no name"),
                BrokenFile.of("an open quote", "1,x\n2,\"y\n3,z\n", "line 3: "),
                BrokenFile.of("something after a quote", "1,x\n\"2\"2,y\n", "line 2: "),
                BrokenFile.of("too many rows", "1,x\n2,y\n".repeat(3), "line 6: there are more than 5 rows"),
                BrokenFile.of("too many features", "1,2,3,4,5,x\n", "line 1: 5 features; at most 4"),
                BrokenFile.of(
                        "too large a table", "1,2,3,4,x\n".repeat(4), "line 4: 4 rows × 4 features are more than 12"),
                BrokenFile.of("too many classes", "1,a\n1,b\n1,c\n1,d\n", "line 4: the label \"d\" is one class more"),
                BrokenFile.of("a zero byte", "1,x\n2\u0000,y\n", "line 2: character 5 is the control character U+0000"),
                new BrokenFile("Latin-1", "1,x\n2,é\n".getBytes(StandardCharsets.ISO_8859_1), "line 2: byte 6 (0xe9)"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void saysWhatIsWrongAndWhere(BrokenFile file) {
        file.isRefusedBy((name, bytes) -> CsvReader.read(name, bytes, SMALL));
    }

    private static Table read(String text) throws IOException {
        return CsvReader.read(
                "file", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), TableLimits.DEFAULT);
    }

    @Test
    void takesTheLastColumnAsTheLabelWithoutAHeader() throws IOException {
        Table table = read("5.1, 3.5, setosa\r\n7,3.2,versicolor\r\n6.3,3.3,\"virginica\"\r\n4.9,3,setosa");
        assertThat(table.values()).containsExactly(5.1f, 3.5f, 7, 3.2f, 6.3f, 3.3f, 4.9f, 3);
        assertThat(table.classes()).containsExactly("setosa", "versicolor", "virginica");
        assertThat(table.labels()).containsExactly(0, 1, 2, 0);
    }

    @Test
    void takesTheColumnThatIsCalledClass() throws IOException {
        Table table = read("\uFEFFa,Class,y\n1,10,2\n3,9,4\n5,10,6\n");
        assertThat(table.values()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(table.classes()).containsExactly("9", "10");
        assertThat(table.labels()).containsExactly(1, 0, 1);
    }

    @Test
    void takesALabelWithCommasAndLineBreaksInQuotes() throws IOException {
        Table table = read("1,\"a, \"\"b\"\"\"\n2,\"c\nd\"\n3,e\n");
        assertThat(table.classes()).containsExactly("a, \"b\"", "c\nd", "e");
    }

    /** A row is in memory as a whole, with an object for each field: millions of empty ones must not come so far. */
    @Test
    void aRowOfMillionsOfFieldsIsRefusedWhileItIsRead() {
        for (String row : List.of(",".repeat(4 << 20), "\"\n\",".repeat(1 << 20))) {
            assertThatThrownBy(() -> read(row))
                    .isInstanceOf(DataException.class)
                    .hasMessage("file: a row has more than 1,048,576 characters");
        }
    }
}
