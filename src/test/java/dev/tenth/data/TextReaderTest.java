package dev.tenth.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextReaderTest {
    private static BrokenFile bytes(String what, String hex, String says) {
        return new BrokenFile(what, HexFormat.of().parseHex(hex), says);
    }

    private static BrokenFile after(int length, String hex, String says) {
        byte[] end = HexFormat.of().parseHex(hex);
        byte[] all = "x".repeat(length + end.length).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(end, 0, all, length, end.length);
        return new BrokenFile(length + " characters, then " + hex, all, says);
    }

    static List<BrokenFile> broken() {
        return List.of(
                bytes("nothing", "", "empty"),
                bytes("only a byte order mark", "efbbbf", "empty"),
                bytes("a byte that is never in UTF-8", "6162ff63", "line 1: byte 2 (0xff)"),
                bytes("a continuation without a beginning", "80", "line 1: byte 0 (0x80)"),
                bytes("two bytes, cut", "61c3", "byte 1 (0xc3)"),
                bytes("three bytes, cut after one", "0ae2", "line 2: byte 1 (0xe2)"),
                bytes("three bytes, cut after two", "e282", "byte 0 (0xe2)"),
                bytes("four bytes, cut", "f09f98", "byte 0 (0xf0)"),
                bytes("a slash in two bytes", "c0af", "byte 0 (0xc0)"),
                bytes("a zero in two bytes", "61c080", "byte 1 (0xc0)"),
                bytes("half of a surrogate pair", "eda080", "byte 0 (0xed)"),
                bytes("beyond Unicode", "f4908080", "byte 0 (0xf4)"),
                bytes("Latin-1", "636166e90a", "byte 3 (0xe9)"),
                bytes("UTF-16", "fffe6100", "byte 0 (0xff)"),
                bytes("a zero", "610a620063", "line 2: character 3 is the control character U+0000"),
                bytes("a bell", "07", "line 1: character 0 is the control character U+0007"),
                bytes("an escape sequence", "0a0a1b5b", "line 3: character 2 is the control character U+001B"),
                bytes("a form feed", "610c", "U+000C"),
                bytes("a gzip file", "1f8b0800", "line 1: character 0 is the control character U+001F"),
                after(8191, "e282", "byte 8191 (0xe2)"),
                after(100_000, "ff", "byte 100000 (0xff)"),
                after(70_000, "00", "character 70000 is the control character U+0000"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void saysWhatIsWrongAndWhere(BrokenFile file) {
        file.isRefusedBy(TextReader::read);
    }

    private static String read(String text) throws IOException {
        return TextReader.read("file", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\ta\r\nb\n", "žluťoučký kůň", "春江潮水連海平", "𝄞 clef", " "})
    void givesATextAsItIs(String text) throws IOException {
        assertThat(read(text)).isEqualTo(text);
        // At every place of the buffers' edges.
        String long_ = "x".repeat(8190) + text.repeat(5000);
        assertThat(read(long_)).isEqualTo(long_);
    }

    @Test
    void leavesOutAByteOrderMark() throws IOException {
        assertThat(read("\uFEFFa\uFEFF")).isEqualTo("a\uFEFF");
    }
}
