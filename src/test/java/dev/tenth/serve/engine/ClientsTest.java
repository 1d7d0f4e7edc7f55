package dev.tenth.serve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tenth.http.MemoryBudget;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.store.Checkpoints;
import dev.tenth.torch.DType;
import dev.tenth.torch.HostTensor;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that leave early, send too much or ask for too much: it costs nobody else anything. */
@QuarkusTest
@TestProfile(OneThreadService.LittleMemory.class)
class ClientsTest extends OneThreadService {
    private final Semaphore lists = new Semaphore(1000);

    @Inject
    MemoryBudget budget;

    private static byte[] http(String path, String body, String... headers) {
        return ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("\r\n", headers)
                        + (headers.length == 0 ? "" : "\r\n") + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The store's, but each list waits for a permit. */
    @Override
    public Checkpoints checkpoints() {
        return (Checkpoints) Proxy.newProxyInstance(
                Checkpoints.class.getClassLoader(), new Class<?>[] {Checkpoints.class}, (_, method, arguments) -> {
                    if (method.getName().equals("list")) {
                        lists.acquire();
                    }
                    return method.invoke(store.checkpoints(), arguments);
                });
    }

    @Test
    void forWhoLeavesWhileTheModelIsLookedForNothingIsComputed() throws Exception {
        open(100, 1 << 20);
        model("a", 1);
        lists.drainPermits();
        List<Integer> ports;
        try (Socket leaving = connect();
                Socket reader = connect()) {
            leaving.getOutputStream().write(http("/v2/models/a/infer", request(1)));
            reader.getOutputStream().write(http("/v2/models/a/generate", "{\"text_input\":\"left\"}"));
            await().atMost(PATIENCE).until(() -> lists.getQueueLength() == 2);
            ports = List.of(leaving.getLocalPort(), reader.getLocalPort());
        }
        await().atMost(PATIENCE).until(() -> ports.stream().allMatch(connections::isClosed));
        lists.release(1000);
        recipe.gate.release(2);
        assertThat(post("/v2/models/a/infer", request(2)).join().statusCode()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> underWay() == 0);
        assertThat(recipe.computed).containsExactly(2f);
        assertThat(recipe.written).isEmpty();
    }

    /** The cancellation comes while the function runs that makes the text of the model that was found. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v2/models/a/versions/1/generate        | {"text_input": "left"}
            /v2/models/a/versions/1/generate_stream | {"text_input": "left"}
            /v1/completions                         | {"model": "a@1", "prompt": "left"}
            /v1/completions                         | {"model": "a@1", "prompt": "left", "stream": true}
            """)
    void forWhoLeavesAsTheModelIsFoundNothingIsWritten(String path, String body) throws Exception {
        open(1, 1 << 20);
        model("a", 1);
        recipe.looks.drainPermits();
        int port;
        try (Socket leaving = connect()) {
            port = leaving.getLocalPort();
            leaving.getOutputStream().write(http(path, body));
            await().atMost(PATIENCE).until(() -> recipe.looks.getQueueLength() == 1);
        }
        await().atMost(PATIENCE).until(() -> connections.isClosed(port));
        recipe.looks.release(1000);
        // Much shorter than the time after which a text that nobody requests gives its model back.
        await().atMost(Duration.ofSeconds(20)).until(() -> recipe.looks.getQueueLength() == 0 && underWay() == 0);
        assertThat(post("/v2/models/a/generate", "{\"text_input\": \"next\"}")
                        .join()
                        .statusCode())
                .isEqualTo(200);
        assertThat(recipe.written).isNotEmpty().containsOnly("next");
    }

    /** The status of the next answer, which is read to its end. */
    private static int status(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            assertThat(next).as(head.toString()).isNotEqualTo(-1);
            head.append((char) next);
        }
        String length = head.toString()
                .toLowerCase(java.util.Locale.ROOT)
                .split("content-length: ")[1]
                .split("\r")[0];
        in.skipNBytes(Long.parseLong(length));
        return Integer.parseInt(head.substring(9, 12));
    }

    @Test
    void afterARefusalTheNextRequestOfAConnectionIsHeard() throws Exception {
        open(100, 1 << 20);
        model("a", 1);
        recipe.gate.release(10);
        String large = request(1) + " ".repeat(300_000);
        try (Socket connection = connect()) {
            connection.setSoTimeout((int) PATIENCE.toMillis());
            for (byte[] refused : List.of(
                    http("/v2/models/a/infer", large, "Content-Encoding: gzip"),
                    http("/v2/models/a/infer", large, "Content-Type: image/gif"),
                    http("/v1/completions", " ".repeat(Fields.LARGEST + 1)))) {
                connection.getOutputStream().write(refused);
                assertThat(status(connection.getInputStream())).isIn(413, 415);
                connection.getOutputStream().write(http("/v2/models/a/infer", large));
                assertThat(status(connection.getInputStream())).isEqualTo(200);
            }
        }
    }

    @Test
    void bodiesThatFindNoRoomAreToldToComeBack() throws Exception {
        open(100, 1 << 20);
        model("a", 1);
        String large = request(1) + " ".repeat((int) BODIES * 2 / 3);
        CompletableFuture<HttpResponse<String>> first = post("/v2/models/a/infer", large);
        recipe.arrivals.acquire();
        HttpResponse<String> second = post("/v2/models/a/infer", large).join();
        assertThat(second.statusCode()).isEqualTo(503);
        assertThat(second.headers().firstValue("Retry-After")).isPresent();
        recipe.gate.release(3);
        assertThat(first.join().statusCode()).isEqualTo(200);
        assertThat(post("/v2/models/a/infer", large).join().statusCode()).isEqualTo(200);
        try (Socket leaving = connect()) {
            leaving.getOutputStream().write(http("/v2/models/a/infer", large), 0, large.length() / 2);
        }
        await().atMost(PATIENCE).until(() -> budget.held() == 0);
        assertThat(post("/v2/models/a/infer", large).join().statusCode()).isEqualTo(200);
    }

    /** A number becomes a million. */
    private static final class Wide implements TensorModel {
        private int computed;

        @Override
        public Signature signature() {
            return new Signature(
                    List.of(new Port("x", DType.FLOAT32, List.of(), "")),
                    List.of(new Port("y", DType.FLOAT32, List.of(1_000_000L), "")),
                    List.of());
        }

        @Override
        public Map<String, HostTensor> infer(Map<String, HostTensor> inputs) {
            computed++;
            return Map.of("y", HostTensor.of(new float[1_000_000], 1, 1_000_000));
        }

        @Override
        public long bytes() {
            return Float.BYTES;
        }

        @Override
        public void close() {}
    }

    @Test
    void anAnswerThatWouldBeTooLargeIsNotComputed() {
        open(100, 1 << 20);
        Wide model = new Wide();
        Batcher batcher = new Batcher(model, Runnable::run, null, 0, new ServeMeters(meters).inference("wide", "x"));
        CompletableFuture<Map<String, HostTensor>> one = new CompletableFuture<>();
        batcher.add(Map.of("x", HostTensor.of(new float[1], 1)), 0, one);
        assertThat(one.join().get("y").shape()).containsExactly(1, 1_000_000);
        Map<String, HostTensor> five = Map.of("x", HostTensor.of(new float[5], 5));
        assertThatThrownBy(() -> batcher.add(five, 0, new CompletableFuture<>()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("5 rows are 20,000,000 bytes");
        assertThat(model.computed).isEqualTo(1);
    }
}
