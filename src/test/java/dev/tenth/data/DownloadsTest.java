package dev.tenth.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads from a real server that behaves badly. */
class DownloadsTest {
    private static final int SIZE = 300_000;
    private static final byte[] CONTENT = new byte[SIZE];

    static {
        new Random(1).nextBytes(CONTENT);
    }

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private Path target;
    private Path part;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        target = directory.resolve("set/file");
        part = directory.resolve("set/file.part");
        Files.createDirectories(part.getParent());
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private Downloads.Source source() {
        return new Downloads.Source(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/file"),
                SIZE,
                HexFormat.of().formatHex(Downloads.sha256().digest(CONTENT)));
    }

    private void serve(HttpHandler handler) {
        server.createContext("/file", exchange -> {
            try (exchange) {
                String range = exchange.getRequestHeaders().getFirst("Range");
                ranges.add(range == null ? "all" : range);
                handler.handle(exchange);
            }
        });
    }

    private void get() throws IOException {
        new Downloads(Duration.ofSeconds(20)).get(source(), target, (_, _) -> {});
    }

    private static int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
    }

    /** Answers what was asked for, but sends only so many bytes of it. */
    private static void send(HttpExchange exchange, byte[] content, int from, int bytes) throws IOException {
        if (from > 0) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        exchange.getResponseBody().write(content, from, Math.min(bytes, content.length - from));
        exchange.getResponseBody().flush();
    }

    @Test
    void bringsAFileAndSaysHowFarItIs() throws IOException {
        serve(exchange -> send(exchange, CONTENT, 0, SIZE));
        AtomicLong last = new AtomicLong();
        new Downloads(Duration.ofSeconds(20)).get(source(), target, (bytes, of) -> {
            assertThat(of).isEqualTo(SIZE);
            assertThat(bytes).isGreaterThan(last.getAndSet(bytes));
        });
        assertThat(last).hasValue(SIZE);
        assertThat(target).hasBinaryContent(CONTENT);
        assertThat(part).doesNotExist();
    }

    @Test
    void goesOnWhereTheConnectionWasCut() throws IOException {
        serve(exchange -> send(exchange, CONTENT, from(exchange), 70_000));
        get();
        assertThat(target).hasBinaryContent(CONTENT);
        assertThat(ranges)
                .hasSizeGreaterThanOrEqualTo(5)
                .doesNotHaveDuplicates()
                .startsWith("all");
    }

    @Test
    void goesOnWithWhatAnEarlierTryLeft() throws IOException {
        Files.write(part, Arrays.copyOf(CONTENT, 123_456));
        serve(exchange -> send(exchange, CONTENT, from(exchange), SIZE));
        get();
        assertThat(target).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("bytes=123456-");
    }

    @Test
    void beginsAnewWhereTheServerKnowsNoRanges() throws IOException {
        Files.write(part, Arrays.copyOf(CONTENT, 123_456));
        serve(exchange -> send(exchange, CONTENT, 0, SIZE));
        get();
        assertThat(target).hasBinaryContent(CONTENT);
        assertThat(ranges).hasSize(1);
    }

    @Test
    void beginsAnewWhereTheServerSendsAnotherPart() throws IOException {
        Files.write(part, Arrays.copyOf(CONTENT, 123_456));
        serve(exchange -> send(exchange, CONTENT, from(exchange) == 0 ? 0 : 1000, SIZE));
        get();
        assertThat(target).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("bytes=123456-", "all");
    }

    @Test
    void beginsAnewWhereWhatIsThereIsOfAnotherFile() throws IOException {
        Files.write(part, new byte[100_000]);
        serve(exchange -> send(exchange, CONTENT, from(exchange), SIZE));
        get();
        assertThat(target).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("bytes=100000-", "all");
    }

    @Test
    void refusesWrongBytesAndKeepsNothingOfThem() {
        byte[] wrong = CONTENT.clone();
        wrong[SIZE / 2]++;
        serve(exchange -> send(exchange, wrong, from(exchange), SIZE));
        assertThatThrownBy(this::get)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("/file: the file has the SHA-256 ")
                .hasMessageContaining("expected " + source().sha256());
        assertThat(target).doesNotExist();
        assertThat(part).doesNotExist();
    }

    @Test
    void refusesMoreThanTheFileHas() {
        byte[] more = Arrays.copyOf(CONTENT, 2 * SIZE);
        serve(exchange -> send(exchange, more, from(exchange), 2 * SIZE));
        assertThatThrownBy(this::get)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("sends more than the 300,000 bytes");
        assertThat(target).doesNotExist();
    }

    @Test
    void saysWhatTheServerAnswered() {
        serve(exchange -> exchange.sendResponseHeaders(404, -1));
        assertThatThrownBy(this::get)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("/file: the server answered with status 404");
        assertThat(ranges).hasSize(1);
    }

    @Test
    void givesUpWhereConnectionsBringNothingAndKeepsWhatIsThere() throws IOException {
        Files.write(part, Arrays.copyOf(CONTENT, 1000));
        serve(exchange -> send(exchange, CONTENT, from(exchange), 0));
        assertThatThrownBy(this::get)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("with 1,000 of 300,000 bytes there");
        assertThat(ranges).hasSize(3);
        assertThat(part).hasSize(1000);
    }

    @Test
    void givesUpAServerThatFallsSilent() {
        CountDownLatch end = new CountDownLatch(1);
        serve(exchange -> {
            send(exchange, CONTENT, from(exchange), from(exchange) == 0 ? 50_000 : 0);
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThatThrownBy(() -> new Downloads(Duration.ofMillis(300)).get(source(), target, (_, _) -> {}))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("with 50,000 of 300,000 bytes there");
        end.countDown();
    }

    @Test
    void saysThatNobodyIsThere() {
        Downloads.Source nowhere = source();
        server.stop(0);
        assertThatThrownBy(() -> new Downloads(Duration.ofSeconds(20)).get(nowhere, target, (_, _) -> {}))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("/file: ")
                .hasMessageContaining("with 0 of 300,000 bytes there");
    }
}
