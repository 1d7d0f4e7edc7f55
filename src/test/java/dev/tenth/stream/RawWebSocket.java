package dev.tenth.stream;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A WebSocket by hand, which does what no client library does: it reads nothing, breaks the rules, or resets the connection. Also
 * because the JDK's client now and then garbles the message across the 16 KiB that it reads along with the handshake (JDK 25; about
 * one connection of 300 fails with "Invalid UTF-8").
 */
final class RawWebSocket implements AutoCloseable {
    /** Opcodes of RFC 6455. */
    static final int CONTINUATION = 0;

    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int SMALL_WINDOW = 4096;

    private final Socket socket = new Socket();
    private DataInputStream input;

    /** What the service sent: a message, or why it closed. */
    record Received(int opcode, String text, int closeCode) {}

    /** Connects and asks for an upgrade with further header lines; nothing is read yet. */
    RawWebSocket(int port, String path, String... headers) throws IOException {
        socket.setReceiveBufferSize(SMALL_WINDOW);
        socket.connect(new InetSocketAddress("localhost", port));
        socket.setSoTimeout(60_000);
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost:" + port
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** The head of the response. */
    String head() throws IOException {
        input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) input.readUnsignedByte());
        }
        return head.toString();
    }

    /** The next message whole, or the close frame. */
    Received receive() throws IOException {
        if (input == null) {
            head();
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int kind = CONTINUATION;
        while (true) {
            int begin = input.readUnsignedByte();
            int opcode = begin & 0xf;
            int length = input.readUnsignedByte();
            long size = length < 126 ? length : length == 126 ? input.readUnsignedShort() : input.readLong();
            byte[] payload = input.readNBytes((int) size);
            if (opcode == CLOSE) {
                int code = payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
                String reason =
                        payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
                return new Received(CLOSE, reason, code);
            }
            if (opcode <= BINARY) {
                kind = Math.max(kind, opcode);
                message.write(payload);
                if ((begin & FINAL) != 0) {
                    return new Received(kind, message.toString(StandardCharsets.UTF_8), 0);
                }
            }
        }
    }

    /** The code with which the service closes, after whatever it sends before. */
    int closeCode() throws IOException {
        Received received = receive();
        while (received.opcode() != CLOSE) {
            received = receive();
        }
        return received.closeCode();
    }

    /** Sends a frame as a client has to: final and masked. */
    void send(int opcode, byte[] payload) throws IOException {
        frame(FINAL | opcode, true, payload);
    }

    /** Sends a frame with this first byte. */
    void frame(int begin, boolean masked, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        int mask = masked ? MASKED : 0;
        frame.write(begin);
        if (payload.length < 126) {
            frame.write(mask | payload.length);
        } else {
            frame.write(mask | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        if (masked) {
            frame.write(new byte[4]); // a mask of zeros
        }
        frame.write(payload);
        socket.getOutputStream().write(frame.toByteArray());
    }

    /** Ends the connection without a word. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
