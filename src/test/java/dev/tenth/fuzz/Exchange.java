package dev.tenth.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** One request over a connection of its own, written byte by byte: what no HTTP client would send is sent, too. */
final class Exchange {
    private static final Map<String, String> NO_HEADERS = Map.of();

    private Exchange() {}

    /**
     * What came back.
     *
     * @param status 0 if the connection was closed without an answer
     * @param headers by their names in lower case
     * @param body empty where it is a stream without an end
     */
    record Answer(int status, Map<String, String> headers, byte[] body, Duration took) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /**
     * Sends bytes and reads the answer.
     *
     * @param patience the longest silence
     * @throws java.net.SocketTimeoutException if the service is silent for longer
     */
    static Answer send(int port, byte[] request, Duration patience) throws IOException {
        long since = System.nanoTime();
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout((int) patience.toMillis());
            try {
                socket.getOutputStream().write(request);
            } catch (IOException e) {
                // The service may answer and close before it has read all.
            }
            boolean head =
                    new String(request, 0, Math.min(5, request.length), StandardCharsets.ISO_8859_1).equals("HEAD ");
            return read(new BufferedInputStream(socket.getInputStream()), head, since);
        }
    }

    private static Answer read(InputStream input, boolean headOnly, long since) throws IOException {
        String statusLine = line(input);
        if (!statusLine.startsWith("HTTP/1.")) {
            return new Answer(0, NO_HEADERS, statusLine.getBytes(StandardCharsets.UTF_8), since(since));
        }
        int status = Integer.parseInt(statusLine.split(" ")[1]);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line; !(line = line(input)).isEmpty(); ) {
            String[] parts = line.split(":", 2);
            headers.put(parts[0].toLowerCase(Locale.ROOT), parts.length > 1 ? parts[1].strip() : "");
        }
        if (status == 100) {
            return read(input, headOnly, since);
        }
        byte[] body = headOnly || status < 200 || status == 204 || status == 304 ? new byte[0] : body(input, headers);
        return new Answer(status, headers, body, since(since));
    }

    private static byte[] body(InputStream input, Map<String, String> headers) throws IOException {
        String type = headers.getOrDefault("content-type", "");
        if (type.startsWith("text/event-stream") || type.startsWith("application/x-ndjson")) {
            return new byte[0];
        } else if (headers.containsKey("content-length")) {
            return whole(input, Integer.parseInt(headers.get("content-length")));
        } else if (headers.containsKey("transfer-encoding")) {
            return chunks(input);
        }
        return input.readAllBytes();
    }

    private static byte[] chunks(InputStream input) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size; (size = Integer.parseInt(line(input), 16)) > 0; line(input)) {
            body.write(whole(input, size));
        }
        return body.toByteArray();
    }

    private static byte[] whole(InputStream input, int length) throws IOException {
        byte[] bytes = input.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("the answer ends after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private static String line(InputStream input) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int each; (each = input.read()) >= 0 && each != '\n'; ) {
            line.write(each);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
