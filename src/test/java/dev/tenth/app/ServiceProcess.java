package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.SavedState;
import dev.tenth.torch.TensorSource;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The packaged service as a process of its own, on a port of its own, with the home that it is given. */
public final class ServiceProcess implements AutoCloseable {
    private static final Set<String> TERMINAL = Set.of("SUCCEEDED", "FAILED", "CANCELLED");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path home;
    private final Path log;
    private final Map<String, String> settings;
    private int port;
    private Process process;

    /**
     * A service that is not started yet.
     *
     * @param log where its output goes
     */
    ServiceProcess(Path home, Path log) {
        this(home, log, Map.of());
    }

    /**
     * The same with settings of its own.
     *
     * @param settings environment variables
     */
    public ServiceProcess(Path home, Path log, Map<String, String> settings) {
        this.home = home;
        this.log = log;
        this.settings = settings;
    }

    /** Starts it, again after a kill, and waits until it is ready. */
    public void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder("deploy/tenth")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment()
                .putAll(Map.of(
                        "TENTH_HOME",
                        home.toString(),
                        "TENTH_FIRST_RUN",
                        "false",
                        "QUARKUS_HTTP_PORT",
                        Integer.toString(port)));
        builder.environment().putAll(settings);
        process = builder.start();
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> get("/q/health/ready") != null);
    }

    /** The process itself. */
    public Process process() {
        return process;
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    HttpClient http() {
        return http;
    }

    public String get(String path) throws IOException, InterruptedException {
        var answer = http.send(request(path).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return answer.body();
    }

    JsonNode post(String path, String body) throws IOException, InterruptedException {
        var answer = http.send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body());
    }

    /** Starts a run: its id. */
    public String run(String wish) throws IOException, InterruptedException {
        return post("/api/v1/runs", wish).path("id").asText();
    }

    void command(String run, String type) throws IOException, InterruptedException {
        post("/api/v1/runs/" + run + "/commands", "{\"type\":\"" + type + "\"}");
    }

    JsonNode document(String run) throws IOException, InterruptedException {
        return JSON.readTree(get("/api/v1/runs/" + run));
    }

    String state(String run) throws IOException, InterruptedException {
        return document(run).path("state").asText();
    }

    public void awaitState(String run, String state) {
        JsonNode reached = await().atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofMillis(50))
                .until(
                        () -> document(run),
                        now -> TERMINAL.contains(now.path("state").asText())
                                || now.path("state").asText().equals(state));
        assertThat(reached.path("state").asText()).as(reached.toString()).isEqualTo(state);
    }

    /** Every event of a run, whose numbers have no holes. */
    List<String> events(String run) throws IOException, InterruptedException {
        var answer = http.send(
                request("/api/v1/runs/" + run + "/events?follow=false&superseded=true")
                        .header("Accept", "application/x-ndjson")
                        .build(),
                BodyHandlers.ofLines());
        List<String> lines = answer.body().toList();
        for (int i = 0; i < lines.size(); i++) {
            assertThat(JSON.readTree(lines.get(i)).path("seq").asLong())
                    .as(lines.get(i))
                    .isEqualTo(i + 1);
        }
        return lines;
    }

    /** The state in a run's last checkpoint. */
    Map<String, TensorSource> weights(String run) throws IOException, InterruptedException {
        return weights(run, document(run).path("steps").asLong());
    }

    /** The state in the checkpoint of a step. */
    Map<String, TensorSource> weights(String run, long step) throws IOException, InterruptedException {
        byte[] file = http.send(
                        request("/api/v1/runs/" + run + "/checkpoints/" + step)
                                .header("Accept", "application/octet-stream")
                                .build(),
                        BodyHandlers.ofByteArray())
                .body();
        return SavedState.copy(Safetensors.of(file).tensors());
    }
}
