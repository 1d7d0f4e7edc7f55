package dev.tenth.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** HTTP itself: every path with every method, headers that nobody sends, requests that are none. */
@AddLifecycleHook(FuzzHook.class)
class HttpFuzzIT {
    private final FuzzedService service = FuzzedService.get();

    @Property(tries = 400)
    void everyPathAnswersEveryMethod(@ForAll("requests") RawRequest request) {
        service.ask(request);
    }

    @Provide
    Arbitrary<RawRequest> requests() {
        Arbitrary<String> type = Texts.mostly(
                        "application/json", "application/octet-stream", "text/plain", "multipart/form-data")
                .map(Texts::header);
        Arbitrary<String> body = Arbitraries.oneOf(Arbitraries.just(""), Json.text(Json.any()));
        return Combinators.combine(methods(), paths(), type, body, headers())
                .as((method, path, sent, text, more) -> RawRequest.of(
                                method, path, sent, text.getBytes(StandardCharsets.UTF_8))
                        .with(more.toArray(String[]::new)));
    }

    private static Arbitrary<String> methods() {
        return Arbitraries.of(
                "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X");
    }

    /** The paths of the contract and those that stand in none, with something in their places. */
    private Arbitrary<String> paths() {
        List<String> known = new ArrayList<>(List.of(
                "/",
                "/index.html",
                "/favicon.ico",
                "/runs/x",
                "/q/health",
                "/q/health/live",
                "/q/metrics",
                "/q/openapi",
                "/q/dev",
                "/api",
                "/api/v1",
                "/ws/v1/runs/{id}",
                "/ws/v1/models/{id}/generate",
                "/ws/v1/models/{id}/walk",
                "/v1/completions",
                "/v1/models",
                "/v2/models/{id}/infer",
                "/v2/models/{id}/generate",
                "/api/v1/runs/{id}/timelapse.gif",
                "*",
                "http://localhost/api/v1/runs",
                "//x",
                "/api/v1/../v1/runs",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/api/v1/runs;a=b",
                "/?token=x"));
        service.ask(RawRequest.get("/q/openapi"))
                .text()
                .lines()
                .filter(line -> line.matches("  /.*:"))
                .forEach(line -> known.add(line.strip().replace(":", "")));
        Arbitrary<String> place = Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.of(service.someRuns())),
                Tuple.of(1, Texts.any().map(Texts::encoded)));
        Arbitrary<String> end = Texts.mostly("", "", "/", "?", "?a=b")
                .map(text -> text.isEmpty() || text.startsWith("?") || text.equals("/")
                        ? text
                        : "?q=" + Texts.encoded(text));
        return Combinators.combine(Arbitraries.of(known), place, end)
                .as((path, text, tail) ->
                        path.replaceAll("\\{[^}]*}", java.util.regex.Matcher.quoteReplacement(text)) + tail);
    }

    private static Arbitrary<List<String>> headers() {
        Arbitrary<String> header = Combinators.combine(
                        Arbitraries.of(
                                "Host",
                                "Origin",
                                "Authorization",
                                "Accept",
                                "Accept-Encoding",
                                "Accept-Language",
                                "Cookie",
                                "Range",
                                "If-None-Match",
                                "If-Modified-Since",
                                "Referer",
                                "X-Forwarded-For",
                                "X-Forwarded-Host",
                                "X-HTTP-Method-Override",
                                "Forwarded",
                                "Upgrade",
                                "Connection",
                                "Sec-WebSocket-Version",
                                "Sec-Fetch-Site",
                                "X-Request-Id",
                                "Idempotency-Key",
                                "Last-Event-ID",
                                "User-Agent",
                                "Content-Encoding",
                                "TE"),
                        Texts.mostly(
                                "localhost",
                                "evil@localhost",
                                "localhost:99999",
                                "[::1]",
                                "[",
                                "a b",
                                "http://localhost",
                                "null",
                                "Bearer x",
                                "Bearer",
                                "Basic eDp5",
                                "Basic !",
                                "*/*",
                                "text/html",
                                "a/b;q=2",
                                ";;",
                                ",",
                                "gzip",
                                "br;q=x",
                                "bytes=0-1",
                                "bytes=9-1",
                                "W/\"x\"",
                                "*",
                                "Thu, 01 Jan 1970 00:00:00 GMT",
                                "websocket",
                                "h2c",
                                "upgrade",
                                "close",
                                "keep-alive, Upgrade",
                                "token=x; token=y",
                                "trailers"))
                .as((name, value) -> name + ": " + Texts.header(value));
        return header.list().ofMaxSize(3);
    }

    @Property(tries = 300)
    void whateverIsSentIsAnswered(@ForAll("raw") String bytes) {
        service.ask(bytes.getBytes(StandardCharsets.ISO_8859_1), bytes);
    }

    /**
     * Heads that are not quite HTTP; all of them end, so that an answer can be expected. A client of another version of HTTP than 1.0 and
     * 1.1, or of a chunk whose length is no number, gets no answer: Vert.x closes its connection.
     */
    @Provide
    Arbitrary<String> raw() {
        Arbitrary<String> method = Arbitraries.frequencyOf(Tuple.of(3, methods()), Tuple.of(1, latin()));
        Arbitrary<String> target = Arbitraries.frequencyOf(
                Tuple.of(
                        3,
                        Arbitraries.of(
                                "/",
                                "/api/v1/runs",
                                "/api/v1/datasets?name=a.txt",
                                "/v2",
                                "/q/health/ready",
                                "/" + "a".repeat(5000),
                                "/%",
                                "/%zz",
                                "/?%",
                                "localhost:80",
                                "/\u00e9")),
                Tuple.of(1, latin().map(text -> "/" + text)));
        Arbitrary<String> version =
                Arbitraries.of("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.1 x", "HTCPCP/x", "");
        Arbitrary<String> header = Arbitraries.frequencyOf(
                Tuple.of(
                        4,
                        Arbitraries.of(
                                "Host: localhost",
                                "Host: evil@localhost",
                                "Host:",
                                "Host: a\r\nHost: b",
                                "Content-Length: 0",
                                "Content-Length: 5",
                                "Content-Length: -1",
                                "Content-Length: x",
                                "Content-Length: 99999999999999999999",
                                "Content-Length: 5\r\nContent-Length: 6",
                                "Transfer-Encoding: chunked",
                                "Transfer-Encoding: gzip",
                                "Transfer-Encoding: chunked\r\nContent-Length: 3",
                                "Transfer-Encoding: x",
                                "Expect: 100-continue",
                                "Expect: x",
                                "Connection: close",
                                "Content-Type: application/json",
                                "Content-Type: text/plain",
                                " folded: x",
                                "NoColon",
                                ": empty",
                                "A: " + "a".repeat(9000))),
                Tuple.of(1, Combinators.combine(latin(), latin()).as((name, value) -> name + ": " + value)));
        Arbitrary<String> body =
                Arbitraries.of("", "hello", "{}", "5\r\nhello\r\n0\r\n\r\n", "5\r\nhello", "0\r\nA: b\r\n\r\n");
        return Combinators.combine(method, target, version, header.list().ofMaxSize(4), body)
                .as((verb, where, protocol, headers, content) -> verb + " " + where + " " + protocol + "\r\n"
                        + (headers.isEmpty() ? "" : String.join("\r\n", headers) + "\r\n") + "\r\n" + content);
    }

    private static Arbitrary<String> latin() {
        return Arbitraries.strings()
                .withCharRange('\u0000', '\u00ff')
                .ofMaxLength(12)
                .map(text -> text.replace("\n", ""));
    }
}
