package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service, asked to leave with SIGTERM while a run trains and somebody looks. */
class ShutdownIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RUN =
            "{\"recipe\":\"gan-1d\",\"seed\":11,\"params\":{\"steps\":4000,\"checkpointEvery\":1000000,\"showEvery\":10}}";
    private static final String WRITER =
            "{\"recipe\":\"char-rnn\",\"params\":{\"hidden\":8,\"layers\":1,\"batch\":10,\"sequence\":10,\"checkpointEvery\":10}}";
    private static final int TEXT = 1;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int CLOSE = 8;
    private static final int SERVICE_RESTART = 1012;

    @TempDir
    Path home;

    private final HttpClient http = HttpClient.newHttpClient();
    private int port;
    private Process service;

    @AfterEach
    void stop() {
        if (service != null) {
            service.destroyForcibly();
        }
    }

    private void start() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder("deploy/tenth")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log.txt").toFile());
        builder.environment()
                .putAll(Map.of(
                        "TENTH_HOME",
                        home.resolve("store").toString(),
                        "TENTH_FIRST_RUN",
                        "false",
                        "QUARKUS_HTTP_PORT",
                        Integer.toString(port)));
        service = builder.start();
        await().atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> get("/q/health/ready").contains("UP"));
    }

    private String get(String path) throws IOException, InterruptedException {
        return http.send(request(path).build(), BodyHandlers.ofString()).body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    private String submit(String wish) throws IOException, InterruptedException {
        HttpRequest post = request("/api/v1/runs")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(wish))
                .build();
        return JSON.readTree(http.send(post, BodyHandlers.ofString()).body())
                .path("id")
                .asText();
    }

    private JsonNode run(String id) throws IOException, InterruptedException {
        return JSON.readTree(get("/api/v1/runs/" + id));
    }

    private byte[] weights(String id) throws IOException, InterruptedException {
        await().atMost(Duration.ofMinutes(10)).until(() -> run(id).path("state").asText(), "SUCCEEDED"::equals);
        HttpRequest last = request("/api/v1/runs/" + id + "/checkpoints/4000")
                .header("Accept", "application/octet-stream")
                .build();
        byte[] file = http.send(last, BodyHandlers.ofByteArray()).body();
        // The tensors follow the header, whose length stands first; the header names the run.
        int header = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return Arrays.copyOfRange(file, Long.BYTES + header, file.length);
    }

    /** Sends a text, reads messages until the service closes, and gives the close code. */
    private CompletableFuture<Integer> talk(String path, String say, Consumer<String> heard) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket socket = new Socket("localhost", port)) {
                OutputStream output = socket.getOutputStream();
                output.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                                + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                InputStream input = new BufferedInputStream(socket.getInputStream());
                for (int ends = 0; ends < 4; ) { // the head ends with \r\n\r\n
                    ends = input.read() == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : 0;
                }
                if (!say.isEmpty()) {
                    output.write(new byte[] {(byte) (FINAL | TEXT), (byte) (MASKED | say.length()), 0, 0, 0, 0
                    }); // a mask of zeros
                    output.write(say.getBytes(StandardCharsets.US_ASCII));
                }
                return read(new DataInputStream(input), heard);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static int read(DataInputStream frames, Consumer<String> heard) throws IOException {
        while (true) {
            int opcode = frames.readUnsignedByte() & 0xf;
            int length = frames.readUnsignedByte();
            long size = length < 126 ? length : length == 126 ? frames.readUnsignedShort() : frames.readLong();
            if (opcode == CLOSE) {
                return frames.readUnsignedShort();
            }
            String message = new String(frames.readNBytes((int) size), StandardCharsets.UTF_8);
            if (opcode == TEXT) {
                message.lines().forEach(heard);
            }
        }
    }

    @Test
    void aServiceAskedToLeaveTellsItsViewersAndItsRunsGoOnByThemselves() throws Exception {
        start();
        String id = submit(RUN);
        List<String> seen = new ArrayList<>();
        CompletableFuture<Void> moving = new CompletableFuture<>();
        CompletableFuture<Integer> closed = talk("/ws/v1/runs/" + id, "", message -> {
            seen.add(message);
            if (message.contains("\"metrics\"") && !message.contains("\"step\":0,")) {
                moving.complete(null);
            }
        });
        moving.get(5, TimeUnit.MINUTES);
        service.destroy(); // SIGTERM
        assertThat(service.waitFor(2, TimeUnit.MINUTES)).as("it left").isTrue();
        assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo(SERVICE_RESTART);
        JsonNode last = JSON.readTree(seen.getLast());
        assertThat(last.path("data").path("state").asText()).as(seen.getLast()).isEqualTo("QUEUED");
        assertThat(seen)
                .anyMatch(message -> message.contains("\"checkpoint\"")
                        && message.contains("\"step\":" + last.path("step").asLong()));
        assertThat(last.path("step").asLong()).isBetween(1L, 3999L);

        start();
        byte[] resumed = weights(id); // nobody asked it to go on
        assertThat(get("/api/v1/runs/" + id + "/events?follow=false&superseded=true"))
                .contains("\"fromStep\":" + last.path("step").asLong());
        assertThat(resumed).isEqualTo(weights(submit(RUN)));
    }

    @Test
    void aTextThatIsBeingWrittenEndsWithTheSameWord() throws Exception {
        start();
        String id = submit(WRITER);
        await().atMost(Duration.ofMinutes(5))
                .until(() -> run(id).path("checkpoints").asInt() > 0);
        CompletableFuture<Void> writing = new CompletableFuture<>();
        CompletableFuture<Integer> closed =
                talk("/ws/v1/models/" + id + "/generate", "{\"length\":100000}", message -> writing.complete(null));
        writing.get(5, TimeUnit.MINUTES);
        service.destroy(); // SIGTERM
        assertThat(closed.get(1, TimeUnit.MINUTES)).isEqualTo(SERVICE_RESTART);
        assertThat(service.waitFor(2, TimeUnit.MINUTES)).as("it left").isTrue();
    }
}
