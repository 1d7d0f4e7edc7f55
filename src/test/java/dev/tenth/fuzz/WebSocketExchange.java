package dev.tenth.fuzz;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** One WebSocket, written and read byte by byte. */
final class WebSocketExchange {
    private static final int NO_CODE = 1005;

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
     * Connects, sends frames, closes with 1000 and reads until the service closes.
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
            try {
                for (Frames.Frame frame : frames) {
                    socket.getOutputStream().write(frame.bytes());
                }
                socket.getOutputStream().write(Frames.close(1000).bytes());
            } catch (IOException e) {
                // The service may close before it has read all; it says why.
            }
            return end(input);
        }
    }

    private static int status(DataInputStream input) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) input.readUnsignedByte());
        }
        return Integer.parseInt(head.substring(9, 12));
    }

    private static End end(DataInputStream input) throws IOException {
        for (int messages = 0; ; messages++) {
            int opcode = input.readUnsignedByte() & 0xf;
            int length = input.readUnsignedByte();
            long size = length < 126 ? length : length == 126 ? input.readUnsignedShort() : input.readLong();
            byte[] payload = input.readNBytes((int) size);
            if (payload.length < size) {
                throw new EOFException("the connection ends in a frame");
            }
            if (opcode == Frames.CLOSE) {
                int code = payload.length < 2 ? NO_CODE : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
                return new End(101, code, messages);
            }
        }
    }
}
