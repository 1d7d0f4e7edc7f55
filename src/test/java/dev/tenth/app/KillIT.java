package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service, killed with SIGKILL at random moments while two runs train. */
class KillIT {
    private static final int KILLS = 20;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GAN =
            "{\"recipe\":\"gan-1d\",\"seed\":11,\"params\":{\"steps\":9000,\"checkpointEvery\":150,\"showEvery\":25}}";
    private static final String HEART =
            "{\"recipe\":\"heart\",\"seed\":12,\"params\":{\"epochs\":40,\"checkpointEvery\":2000,\"showEvery\":500}}";

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

    private void start() throws Exception {
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
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> get("/q/health/ready") != null);
    }

    private String get(String path) throws IOException, InterruptedException {
        var answer = http.send(request(path).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return answer.body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    private JsonNode post(String path, String body) throws IOException, InterruptedException {
        var answer = http.send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body());
    }

    private String state(String run) throws IOException, InterruptedException {
        return JSON.readTree(get("/api/v1/runs/" + run)).path("state").asText();
    }

    /** Keeps every line that a viewer sees until the service dies. */
    private Thread watch(String run, List<String> seen) {
        HttpRequest request = request("/api/v1/runs/" + run + "/events?superseded=true")
                .header("Accept", "application/x-ndjson")
                .build();
        return Thread.ofVirtual().start(() -> {
            try {
                http.send(request, BodyHandlers.ofLines()).body().forEach(seen::add);
            } catch (Exception e) {
                // the service was killed
            }
        });
    }

    @Test
    void nothingThatWasSeenIsLostAndTheWeightsAreTheSame() throws Exception {
        start();
        List<String> runs = List.of(
                post("/api/v1/runs", GAN).path("id").asText(),
                post("/api/v1/runs", HEART).path("id").asText());
        SplittableRandom random = new SplittableRandom(1);
        for (int kill = 0; kill < KILLS; kill++) {
            Map<String, List<String>> seen = new HashMap<>();
            List<Thread> watchers = new ArrayList<>();
            for (String run : runs) {
                if (state(run).equals("INTERRUPTED")) {
                    post("/api/v1/runs/" + run + "/commands", "{\"type\":\"resume\"}");
                }
                List<String> lines = Collections.synchronizedList(new ArrayList<>());
                seen.put(run, lines);
                watchers.add(watch(run, lines));
            }
            // The moment is what is random here; nothing is waited for.
            service.waitFor(300 + random.nextInt(1200), TimeUnit.MILLISECONDS);
            service.destroyForcibly().waitFor();
            for (Thread watcher : watchers) {
                watcher.join();
            }
            start();
            for (String run : runs) {
                List<String> log = events(run);
                List<String> lines = seen.get(run);
                // A line that was cut off by the kill is no event yet.
                List<String> whole =
                        lines.stream().filter(line -> line.endsWith("}")).toList();
                assertThat(log.size()).isGreaterThanOrEqualTo(whole.size());
                assertThat(log.subList(0, Math.max(0, whole.size() - 1)))
                        .isEqualTo(whole.subList(0, Math.max(0, whole.size() - 1)));
            }
        }
        for (String run : runs) {
            if (state(run).equals("INTERRUPTED")) {
                post("/api/v1/runs/" + run + "/commands", "{\"type\":\"resume\"}");
            }
        }
        List<String> undisturbed = List.of(
                post("/api/v1/runs", GAN).path("id").asText(),
                post("/api/v1/runs", HEART).path("id").asText());
        for (int i = 0; i < runs.size(); i++) {
            String run = runs.get(i);
            String other = undisturbed.get(i);
            await().atMost(Duration.ofMinutes(5))
                    .until(() -> state(run).equals("SUCCEEDED") && state(other).equals("SUCCEEDED"));
            assertThat(weights(run)).isEqualTo(weights(other));
        }
    }

    private List<String> events(String run) throws IOException, InterruptedException {
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

    private Map<String, HostTensor> weights(String run) throws IOException, InterruptedException {
        int last = JSON.readTree(get("/api/v1/runs/" + run)).path("steps").asInt();
        byte[] file = http.send(
                        request("/api/v1/runs/" + run + "/checkpoints/" + last)
                                .header("Accept", "application/octet-stream")
                                .build(),
                        BodyHandlers.ofByteArray())
                .body();
        return Safetensors.read(Channels.newChannel(new ByteArrayInputStream(file)))
                .tensors();
    }
}
