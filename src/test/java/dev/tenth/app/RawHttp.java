package dev.tenth.app;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Requests as they are written here, byte by byte: clients put a path in order before they send it. */
public final class RawHttp {
    private static final int PATIENCE_MILLIS = 20_000;

    private RawHttp() {}

    /**
     * What came back.
     *
     * @param status 0 if the connection was closed without an answer
     */
    public record Answer(int status, List<String> headers, byte[] bytes) {
        public Optional<String> header(String name) {
            String start = name.toLowerCase() + ":";
            return headers.stream()
                    .filter(line -> line.toLowerCase().startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .findFirst();
        }

        public String body() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Sends a request; it has {@code Host: localhost} unless its headers say otherwise. */
    public static Answer send(int port, String method, String target, String... headers) throws IOException {
        return sendBody(port, method, target, "", headers);
    }

    public static Answer sendBody(int port, String method, String target, String body, String... headers)
            throws IOException {
        List<String> lines = new ArrayList<>(List.of(headers));
        if (lines.stream().noneMatch(line -> line.toLowerCase().startsWith("host:"))) {
            lines.addFirst("Host: localhost:" + port);
        }
        if (!body.isEmpty()) {
            lines.add("Content-Type: application/json");
            lines.add("Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length);
        }
        return exchange(port, method + " " + target + " HTTP/1.1\r\n" + String.join("\r\n", lines) + "\r\n\r\n" + body);
    }

    /** Sends text as it is. */
    public static Answer exchange(int port, String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return read(new BufferedInputStream(socket.getInputStream()), request.startsWith("HEAD "));
        }
    }

    /** Reads an answer with a {@code Content-Length}, without a body, or in chunks to their end. */
    private static Answer read(InputStream input, boolean headOnly) throws IOException {
        String status = line(input);
        if (status.isEmpty()) {
            return new Answer(0, List.of(), new byte[0]);
        }
        List<String> headers = new ArrayList<>();
        for (String line; !(line = line(input)).isEmpty(); ) {
            headers.add(line);
        }
        Answer head = new Answer(Integer.parseInt(status.split(" ")[1]), headers, new byte[0]);
        if (headOnly || head.status() == 101 || head.status() == 204 || head.status() == 304) {
            return head;
        }
        byte[] body = head.header("Content-Length").isPresent()
                ? input.readNBytes(
                        Integer.parseInt(head.header("Content-Length").get()))
                : head.header("Transfer-Encoding").isPresent() ? chunks(input) : new byte[0];
        return new Answer(head.status(), headers, body);
    }

    private static byte[] chunks(InputStream input) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size; (size = Integer.parseInt(line(input), 16)) > 0; line(input)) {
            body.write(input.readNBytes(size));
        }
        return body.toByteArray();
    }

    public static String line(InputStream input) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int each; (each = input.read()) >= 0 && each != '\n'; ) {
            line.write(each);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }
}
