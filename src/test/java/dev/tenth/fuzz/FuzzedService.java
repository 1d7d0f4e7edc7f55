package dev.tenth.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenth.app.ServiceProcess;
import dev.tenth.fuzz.Exchange.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The packaged service under all fuzz tests: one process for the JVM of the tests, with a trained run of each kind. */
final class FuzzedService {
    /** No room now, and the disk is full: all other answers from 500 on are faults, which no request may cause. */
    private static final Set<Integer> REFUSALS = Set.of(503, 507);

    private static final Duration LONGEST = Duration.ofSeconds(5);
    /** How long work that was begun may take to end: training threads look for a stop between two steps. */
    private static final Duration SETTLING = Duration.ofSeconds(60);
    /** Where a head says more than its body has, the service waits so long for the rest. */
    private static final String BODY_PAUSE = "1s";

    /** Small, so that the largest model that is taken ends soon. */
    private static final String MODEL_BYTES = "268435456";

    private static final Path LOG = Path.of("target", "fuzzed-service.log");
    private static FuzzedService only;

    private final ServiceProcess process;
    /** Lines of the log that were looked at. */
    private int looked;

    private final Map<String, String> runs = new LinkedHashMap<>();

    private FuzzedService() {
        String data = System.getenv().getOrDefault("TENTH_DATA", System.getProperty("user.home") + "/.tenth/data");
        try {
            Files.createDirectories(LOG.getParent());
            Files.deleteIfExists(LOG);
            process = new ServiceProcess(
                    Files.createTempDirectory("tenth-fuzz"),
                    LOG,
                    Map.of(
                            "TENTH_DATA",
                            data,
                            "TENTH_LIMITS_BODY_PAUSE",
                            BODY_PAUSE,
                            "TENTH_LIMITS_MODEL_BYTES",
                            MODEL_BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it, and trains a run of each kind of model. */
    private void begin() {
        Runtime.getRuntime().addShutdownHook(new Thread(process::close));
        try {
            process.start();
        } catch (Exception e) {
            throw new IllegalStateException("the service under test cannot be started; see " + LOG, e);
        }
        begin("gan-1d", "{\"steps\":40,\"checkpointEvery\":20,\"pretrainEpochs\":1}", "SUCCEEDED");
        begin("heart", "{\"epochs\":1,\"hidden\":4,\"batch\":1000}", "SUCCEEDED");
        byte[] text = "to be or not to be\n".repeat(40).getBytes(StandardCharsets.UTF_8);
        Answer corpus = ask(RawRequest.of("POST", "/api/v1/datasets?name=corpus.txt", "text/plain", text));
        begin(
                "char-rnn",
                "{\"corpus\":\"%s\",\"hidden\":8,\"layers\":1,\"epochs\":1,\"batch\":10,\"sequence\":10}"
                        .formatted(json(corpus).path("id").asText()),
                "SUCCEEDED");
        // Of pictures the first checkpoint will do, where the machine has MNIST.
        begin("vae", "{}", "RUNNING");
        begin("lenet", "{}", "RUNNING");
    }

    private void begin(String recipe, String params, String until) {
        String body = "{\"recipe\":\"%s\",\"params\":%s}".formatted(recipe, params);
        Answer answer = ask(RawRequest.json("POST", "/api/v1/runs", body));
        assertThat(answer.status() == 202 || until.equals("RUNNING"))
                .as(answer.text())
                .isTrue();
        if (answer.status() == 202) {
            String run = json(answer).path("id").asText();
            process.awaitState(run, until);
            await().atMost(SETTLING).until(() -> !json("/api/v1/runs/" + run + "/checkpoints")
                    .path("items")
                    .isEmpty());
            if (until.equals("RUNNING")) {
                ask(RawRequest.json("POST", "/api/v1/runs/" + run + "/commands", "{\"type\":\"stop\"}"));
                process.awaitState(run, "CANCELLED");
            }
            runs.put(recipe, run);
        }
    }

    /** The service, which the first who asks starts. */
    static synchronized FuzzedService get() {
        if (only == null) {
            only = new FuzzedService();
            only.begin();
        }
        return only;
    }

    int port() {
        return process.request("/").build().uri().getPort();
    }

    /** The trained run of a recipe. */
    String run(String recipe) {
        return runs.get(recipe);
    }

    /** Runs that there are, those that there are not, and what is no id. */
    String[] someRuns() {
        List<String> all = new ArrayList<>(runs.values());
        all.add("nothing");
        return all.toArray(String[]::new);
    }

    /** Sends a request, and makes sure that it has an answer, in time, that is no fault of the service. */
    Answer ask(RawRequest request) {
        return ask(request.bytes(), request);
    }

    Answer ask(byte[] bytes, Object shown) {
        Answer answer = send(bytes, shown);
        assertThat(answer.status()).as("closed without an answer: %s", shown).isPositive();
        assertThat(answer.status() < 500 || REFUSALS.contains(answer.status()))
                .as("%s to %s: %s", answer.status(), shown, answer.text())
                .isTrue();
        assertThat(answer.took()).as("slow: %s", shown).isLessThan(patience());
        return answer;
    }

    private Answer send(byte[] bytes, Object shown) {
        try {
            return Exchange.send(port(), bytes, patience());
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer within " + patience() + " to " + shown, e);
        } catch (IOException e) {
            throw new AssertionError("the connection broke: " + e.getMessage() + ", of " + shown, e);
        }
    }

    JsonNode json(String path) {
        return json(ask(RawRequest.get(path)));
    }

    static JsonNode json(Answer answer) {
        try {
            return Json.MAPPER.readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(answer.text(), e);
        }
    }

    /** Five seconds; where other programs hold the processors, as many times more as there are threads for each. */
    static Duration patience() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        double load = system.getSystemLoadAverage() / system.getAvailableProcessors();
        return Duration.ofMillis((long) (LONGEST.toMillis() * Math.clamp(load, 1, 6)));
    }

    /** Stops and removes whatever a test began: every run but the trained ones. */
    void clear() {
        await().atMost(SETTLING.multipliedBy(patience().toMillis() / LONGEST.toMillis()))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> {
                    for (JsonNode run : json("/api/v1/runs?limit=200").path("items")) {
                        remove(run.path("id").asText());
                    }
                    assertThat(json("/api/v1/runs?limit=200").path("items").findValuesAsText("id"))
                            .containsExactlyInAnyOrderElementsOf(runs.values());
                });
    }

    /** Stops and deletes a run, if it lets itself be deleted yet. */
    void remove(String run) {
        if (!runs.containsValue(run)) {
            ask(RawRequest.json("POST", "/api/v1/runs/" + run + "/commands", "{\"type\":\"stop\"}"));
            ask(new RawRequest("DELETE", "/api/v1/runs/" + run, List.of(), new byte[0]));
        }
    }

    /** Makes sure that the service is as it was: ready, without viewers, and without an error in its log. */
    void assertHealthy() throws IOException {
        assertThat(process.process().isAlive())
                .as("the process lives; see %s", LOG)
                .isTrue();
        assertThat(ask(RawRequest.get("/q/health/ready")).status()).isEqualTo(200);
        await().atMost(SETTLING).until(() -> gauge("stream_viewers ") == 0);
        List<String> log = Files.readAllLines(LOG);
        List<String> fresh = log.subList(looked, log.size());
        looked = log.size();
        assertThat(fresh.stream().filter(line -> line.contains(" ERROR ")))
                .as("errors in %s", LOG)
                .isEmpty();
    }

    private double gauge(String name) {
        return ask(RawRequest.get("/q/metrics"))
                .text()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
