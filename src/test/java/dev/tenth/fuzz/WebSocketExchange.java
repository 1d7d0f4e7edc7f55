package dev.tenth.fuzz;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** One WebSocket, written and read byte by byte. */
final class WebSocketExchange {
    private static final int NO_CODE = 1005;
    private static final byte[] BARRIER = "so far".getBytes(StandardCharsets.US_ASCII);

    private WebSocketExchange() {}

    /**
     * How it ended.
     *
     * @param status of the handshake; all else is 0 if that is not 101
     * @param closeCode with which the service closed; 1005 for a close frame without one
     * @param messages that it sent before
     */
    record End(int status, int closeCode, int messages) {}

    /**
     * Connects, sends frames, closes with 1000 and reads until the service closes. What ends the connection, a malformed frame or a
     * close, waits until the service has answered a ping, or closed: then it has handled what came before.
     *
     * @throws EOFException if the service ends the connection without a close frame
     * @throws java.net.SocketTimeoutException if it sends nothing for so long
     */
    static End talk(int port, String path, List<Frames.Frame> frames, Duration patience) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout((int) patience.toMillis());
            socket.setTcpNoDelay(true);
            socket.getOutputStream()
                    .write(("GET " + path
                                    + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            DataInputStream input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            int status = status(input);
            if (status != 101) {
                return new End(status, 0, 0);
            }
            Answers answers = new Answers(input);
            Frames.Grammar grammar = new Frames.Grammar();
            try {
                OutputStream output = socket.getOutputStream();
                List<Frames.Frame> all = new ArrayList<>(frames);
                all.add(Frames.close(1000));
                for (int i = 0; i < all.size() && !answers.closed(); i++) {
                    Frames.Frame frame = all.get(i);
                    boolean ends = !grammar.allows(frame) || frame.isClose();
                    if (ends && i > 0) {
                        output.write(Frames.ping(BARRIER).bytes());
                        answers.readUntilPong(BARRIER);
                    }
                    output.write(frame.bytes());
                }
            } catch (SocketException e) {
                // The service may close before it has read all; it says why.
            }
            return answers.end();
        }
    }

    private static int status(DataInputStream input) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) input.readUnsignedByte());
        }
        return Integer.parseInt(head.substring(9, 12));
    }

    /** What the service sends, up to its close frame. */
    private static final class Answers {
        private final DataInputStream input;
        private int messages;
        private OptionalInt closeCode = OptionalInt.empty();

        Answers(DataInputStream input) {
            this.input = input;
        }

        boolean closed() {
            return closeCode.isPresent();
        }

        End end() throws IOException {
            readUntilPong(null);
            return new End(101, closeCode.orElseThrow(), messages);
        }

        /** Reads up to a pong, or the close frame. */
        void readUntilPong(byte[] content) throws IOException {
            while (!closed()) {
                int opcode = input.readUnsignedByte() & 0xf;
                int length = input.readUnsignedByte();
                long size = length < 126 ? length : length == 126 ? input.readUnsignedShort() : input.readLong();
                byte[] payload = input.readNBytes((int) size);
                if (payload.length < size) {
                    throw new EOFException("the connection ends in a frame");
                }
                if (opcode == Frames.CLOSE) {
                    closeCode =
                            OptionalInt.of(payload.length < 2 ? NO_CODE : (payload[0] & 0xff) << 8 | payload[1] & 0xff);
                } else if (opcode == Frames.PONG && Arrays.equals(payload, content)) {
                    return;
                } else {
                    messages++;
                }
            }
        }
    }
}
