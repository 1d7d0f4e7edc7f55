package dev.tenth.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A request as it goes over the wire, right or wrong. */
record RawRequest(String method, String target, List<String> headers, byte[] body) {
    private static final int SHOWN = 2000;

    /** One whose body has the length that it says. */
    static RawRequest of(String method, String target, String contentType, byte[] body) {
        return new RawRequest(
                method, target, List.of("Content-Type: " + contentType, "Content-Length: " + body.length), body);
    }

    static RawRequest json(String method, String target, String body) {
        return of(method, target, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    static RawRequest get(String target, String... headers) {
        return new RawRequest("GET", target, List.of(headers), new byte[0]);
    }

    /** The same with further headers. */
    RawRequest with(String... more) {
        List<String> all = new ArrayList<>(headers);
        all.addAll(List.of(more));
        return new RawRequest(method, target, all, body);
    }

    byte[] bytes() {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        if (headers.stream().noneMatch(header -> header.toLowerCase().startsWith("host:"))) {
            head.append("Host: localhost\r\n");
        }
        headers.forEach(header -> head.append(header).append("\r\n"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    @Override
    public String toString() {
        String text = new String(bytes(), StandardCharsets.UTF_8);
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "… of " + text.length() + " characters" : text;
    }
}
