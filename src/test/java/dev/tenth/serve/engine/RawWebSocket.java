package dev.tenth.serve.engine;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** A WebSocket frame by frame: it can break the protocol, say nothing, read nothing, and go away without a word. */
public final class RawWebSocket implements AutoCloseable {
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;
    public static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;

    /** A frame of the service. */
    public record Frame(int opcode, byte[] payload) {
        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        public int closeCode() {
            return opcode == CLOSE ? ByteBuffer.wrap(payload).getShort() & 0xffff : -opcode;
        }
    }

    /** Asks for the upgrade; the answer is not read. */
    public RawWebSocket(int port, String path) throws IOException {
        socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nConnection: Upgrade\r\n"
                                + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    /** The answer to the upgrade. */
    public record Answer(int status, Map<String, String> headers, String body) {}

    public Answer answer() throws IOException {
        int status = Integer.parseInt(line().split(" ")[1]);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String header; !(header = line()).isEmpty(); ) {
            String[] parts = header.split(": ", 2);
            headers.put(parts[0], parts[1]);
        }
        int length = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
        return new Answer(status, headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int each; (each = in.readUnsignedByte()) != '\n'; ) {
            line.write(each);
        }
        return line.toString(StandardCharsets.US_ASCII).strip();
    }

    public void say(String message) throws IOException {
        send(FINAL | TEXT, message.getBytes(StandardCharsets.UTF_8));
    }

    /** A frame whose mask is zero, so that its bytes are the payload's. */
    public void send(int first, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14).put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (MASKED | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) (MASKED | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (MASKED | 127)).putLong(payload.length);
        }
        frame.putInt(0).put(payload);
        raw(frame.array(), frame.position());
    }

    public void raw(byte[] bytes, int length) throws IOException {
        socket.getOutputStream().write(bytes, 0, length);
    }

    /** The next frame, pings too. */
    public Frame next() throws IOException {
        int opcode = in.readUnsignedByte() & 0xf;
        int length = in.readUnsignedByte();
        long size = length < 126 ? length : length == 126 ? in.readUnsignedShort() : in.readLong();
        return new Frame(opcode, in.readNBytes((int) size));
    }

    /** The next frame that is no ping; pings are answered. */
    public Frame read() throws IOException {
        for (Frame frame = next(); ; frame = next()) {
            if (frame.opcode() != PING) {
                return frame;
            }
            send(FINAL | PONG, frame.payload());
        }
    }

    /** The code with which the service closes; what comes before is read over. After it comes nothing. */
    public int closeCode() throws IOException {
        Frame frame = read();
        while (frame.opcode() != CLOSE) {
            frame = read();
        }
        return frame.closeCode();
    }

    public boolean isAtEnd() throws IOException {
        try {
            in.readByte();
            return false;
        } catch (EOFException _) {
            return true;
        }
    }

    /** Goes away without a word, and what was not sent is not sent. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
