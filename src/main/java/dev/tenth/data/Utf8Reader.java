package dev.tenth.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Plain text from bytes: UTF-8 and no control characters but tab, line feed and carriage return. The first thing that is neither
 * ends the reading with its line and place. A byte order mark at the beginning is left out.
 */
final class Utf8Reader extends Reader {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final String file;
    private final InputStream bytes;
    private final CharsetDecoder decoder =
            StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
    private final ByteBuffer input = ByteBuffer.allocate(1 << 13).flip();
    private final CharBuffer output = CharBuffer.allocate(1 << 13).flip();
    /** The bytes before those in {@link #input}. */
    private long before;

    private long characters;
    private long line = 1;
    private boolean end;

    Utf8Reader(String file, InputStream bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!output.hasRemaining()) {
            if (end) {
                return -1;
            }
            fill();
        }
        int count = Math.min(length, output.remaining());
        output.get(target, offset, count);
        return count;
    }

    private void fill() throws IOException {
        before += input.position();
        input.compact();
        int read = bytes.read(input.array(), input.position(), input.remaining());
        input.position(input.position() + Math.max(read, 0)).flip();
        output.clear();
        CoderResult result = decoder.decode(input, output, read < 0);
        output.flip();
        check();
        if (result.isError()) {
            long place = before + input.position();
            throw new DataException("%s: line %d: byte %d (0x%02x) is not UTF-8; save the file as UTF-8 text"
                    .formatted(file, line, place, input.get(input.position()) & 0xff));
        }
        end = read < 0 && result.isUnderflow();
    }

    private void check() {
        if (characters == 0 && output.hasRemaining() && output.get(0) == BYTE_ORDER_MARK) {
            output.get();
            characters++;
        }
        for (int i = output.position(); i < output.limit(); i++) {
            char c = output.get(i);
            if (c == '\n') {
                line++;
            } else if (c < ' ' && c != '\t' && c != '\r') {
                throw new DataException(
                        "%s: line %d: character %d is the control character U+%04X; plain text is wanted"
                                .formatted(file, line, characters, (int) c));
            }
            characters++;
        }
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
