package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.data.FetchedData;
import dev.tenth.data.Library;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Residents;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Training;
import dev.tenth.recipes.Recipes;
import dev.tenth.torch.Device;
import dev.tenth.torch.SavedState;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Torch;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interventions, forks and looks into the past, with the service killed in the middle of each. */
class TravelIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SEED = 21;

    @TempDir
    Path directory;

    private ServiceProcess service(Map<String, String> settings) {
        return new ServiceProcess(directory.resolve("home"), directory.resolve("log.txt"), settings);
    }

    private static String gan(int steps, int checkpointEvery) {
        return "{\"recipe\":\"gan-1d\",\"seed\":%d,\"params\":{\"steps\":%d,\"checkpointEvery\":%d,\"showEvery\":50}}"
                .formatted(SEED, steps, checkpointEvery);
    }

    private static void untilStep(ServiceProcess service, String run, long step) {
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> service.document(run).path("step").asLong() > step);
    }

    private static void set(ServiceProcess service, String run, String parameters) throws Exception {
        String id = service.post(
                        "/api/v1/runs/" + run + "/commands", "{\"type\":\"set\",\"params\":" + parameters + "}")
                .path("id")
                .asText();
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> service.events(run).stream().anyMatch(event -> event.contains("\"id\":\"" + id + "\"")));
    }

    private static void killAndResume(ServiceProcess service, String run) throws Exception {
        service.kill();
        service.start();
        service.awaitState(run, "INTERRUPTED");
        service.command(run, "resume");
    }

    /** What the log tells was turned, by the step after which it took effect. */
    private static TreeMap<Long, Map<String, Object>> turns(ServiceProcess service, String run) throws Exception {
        TreeMap<Long, Map<String, Object>> turns = new TreeMap<>();
        for (String line : service.events(run)) {
            JsonNode event = JSON.readTree(line);
            if (event.path("data").path("type").asText().equals("set")) {
                Map<String, Object> parameters =
                        JSON.convertValue(event.path("data").path("parameters"), new TypeReference<>() {});
                turns.computeIfAbsent(event.path("data").path("step").asLong(), _ -> new TreeMap<>())
                        .putAll(parameters);
            }
        }
        return turns;
    }

    /**
     * The weights after the last step, without any of the machinery of runs: the recipe alone, in one go.
     *
     * @param parameters those that differ from the default preset's
     * @param from the state of a step to go on from; begins at the beginning if that is 0
     */
    private <P extends Record & Parameters> Map<String, TensorSource> trained(
            Recipe<P> recipe,
            Map<String, ?> parameters,
            Map<Long, Map<String, Object>> turns,
            long from,
            Map<String, TensorSource> state) {
        Torch.useThreads(1);
        Schema<P> schema = Schema.of(recipe);
        P now = schema.with(recipe.presets().getFirst().parameters(), parameters);
        Library library = new Library(directory.resolve("library"), FetchedData.directory());
        Setting setting = new Setting(Device.CPU, SEED, library, new Residents(), (_, _) -> {});
        Training<P> training = recipe.prepare(now, setting);
        try {
            if (from == 0) {
                training.begin(_ -> {});
            } else {
                training.load(state);
            }
            for (long step = from; step < training.steps(); step++) {
                if (turns.containsKey(step)) {
                    now = schema.turned(now, turns.get(step));
                    // Another training with the same state: so it does not matter which parameters shape the program.
                    Map<String, TensorSource> reached = SavedState.copy(training.save());
                    training.close();
                    training = recipe.prepare(now, setting);
                    training.load(reached);
                }
                training.step(step + 1, _ -> {});
            }
            return SavedState.copy(training.save());
        } finally {
            training.close();
        }
    }

    private static Recipe<?> gan1d() {
        return Recipes.all().stream()
                .filter(recipe -> recipe.id().equals("gan-1d"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatWasTurnedIsTurnedAtTheSameStepAgainAfterAKill() throws Exception {
        try (ServiceProcess service = service(Map.of())) {
            service.start();
            String run = service.run(gan(5000, 400));
            untilStep(service, run, 450);
            set(service, run, "{\"dSteps\":3,\"gLearningRate\":0.0003}");
            killAndResume(service, run); // most likely before the next checkpoint: the turn is replayed
            untilStep(service, run, 1200);
            set(service, run, "{\"dLearningRate\":0.0007}");
            set(service, run, "{\"dSteps\":6,\"batch\":50}");
            service.kill();
            service.start();
            service.awaitState(run, "INTERRUPTED");
            set(service, run, "{\"gLearningRate\":0.0002}"); // nobody trains: it takes effect where the log ends
            service.command(run, "resume");
            untilStep(service, run, 2500);
            killAndResume(service, run);
            service.awaitState(run, "SUCCEEDED");
            TreeMap<Long, Map<String, Object>> turns = turns(service, run);
            assertThat(turns.size()).isBetween(3, 4);
            Map<String, Object> wish = Map.of("steps", 5000, "checkpointEvery", 400, "showEvery", 50);
            assertThat(service.weights(run)).isEqualTo(trained(gan1d(), wish, turns, 0, Map.of()));
            // And not by chance: without the turns it is another net.
            assertThat(service.weights(run)).isNotEqualTo(trained(gan1d(), wish, Map.of(), 0, Map.of()));
        }
    }

    @Test
    void aForkOfAForkGoesOnExactlyAfterAKill() throws Exception {
        try (ServiceProcess service = service(Map.of())) {
            service.start();
            String first = service.run(gan(1500, 300));
            untilStep(service, first, 350);
            String second = fork(service, first, 300, "{\"steps\":2400,\"dSteps\":4}");
            untilStep(service, second, 700);
            killAndResume(service, second);
            String third = fork(service, second, 600, "{\"gLearningRate\":0.0001}");
            untilStep(service, third, 1000);
            service.kill();
            service.start();
            for (String run : List.of(first, second, third)) {
                if (service.state(run).equals("INTERRUPTED")) {
                    service.command(run, "resume");
                }
                service.awaitState(run, "SUCCEEDED");
            }
            assertThat(service.document(third).path("parent").path("run").asText())
                    .isEqualTo(second);
            Map<String, Object> wish = Map.of("steps", 2400, "checkpointEvery", 300, "showEvery", 50, "dSteps", 4);
            Map<String, TensorSource> state = service.weights(first, 300);
            assertThat(service.weights(second)).isEqualTo(trained(gan1d(), wish, Map.of(), 300, state));
            Map<String, Object> other = new TreeMap<>(wish);
            other.put("gLearningRate", .0001);
            assertThat(service.weights(third))
                    .isEqualTo(trained(gan1d(), other, Map.of(), 600, service.weights(second, 600)))
                    .isNotEqualTo(service.weights(second));
        }
    }

    private static String fork(ServiceProcess service, String run, long step, String parameters) throws Exception {
        return service.post(
                        "/api/v1/runs/" + run + "/commands",
                        "{\"type\":\"fork\",\"step\":%d,\"params\":%s}".formatted(step, parameters))
                .path("run")
                .asText();
    }

    @Test
    void thePastAnswersTheSameThroughKillsWhileCheckpointsThinOut() throws Exception {
        try (ServiceProcess service = service(Map.of("TENTH_LIMITS_CHECKPOINTS", "12"))) {
            service.start();
            String run = service.run(gan(8000, 10));
            untilStep(service, run, 300);
            // One more at the moment in which it is written, before the others make room, and also a kill may meet that
            // moment.
            assertThat(steps(service, run).size()).isLessThanOrEqualTo(12 + 1);
            // One that is among the newest when it is looked up may have made room when the request comes.
            long old = await().until(() -> pinned(service, run), step -> step > 0);
            String before = samples(service, run, old);
            for (int kill = 0; kill < 3; kill++) {
                long reached = service.document(run).path("step").asLong();
                untilStep(service, run, reached + 150);
                assertThat(samples(service, run, old)).isEqualTo(before);
                service.kill();
                service.start();
                service.awaitState(run, "INTERRUPTED");
                assertThat(samples(service, run, old)).isEqualTo(before);
                List<Long> kept = steps(service, run);
                assertThat(kept).contains(0L, old);
                assertThat(kept.size()).isLessThanOrEqualTo(12 + 1 + 1); // the pinned one is beside them
                for (long step : kept) {
                    assertThat(service.weights(run, step)).isNotEmpty(); // the service checks the digest
                }
                service.command(run, "resume");
                service.awaitState(run, "RUNNING");
            }
            assertThat(samples(service, run, old)).isEqualTo(before);
            service.command(run, "stop");
        }
    }

    private static List<Long> steps(ServiceProcess service, String run) throws Exception {
        List<Long> steps = new ArrayList<>();
        JSON.readTree(service.get("/api/v1/runs/" + run + "/checkpoints"))
                .path("items")
                .forEach(item -> steps.add(item.path("step").asLong()));
        return steps;
    }

    /** The step of a checkpoint that is pinned now; 0 if it was too late. */
    private static long pinned(ServiceProcess service, String run) throws Exception {
        long step = steps(service, run).reversed().get(1);
        HttpRequest request = service.request("/api/v1/runs/" + run + "/checkpoints/" + step + "/pin")
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build();
        return service.http().send(request, BodyHandlers.discarding()).statusCode() == 200 ? step : 0;
    }

    /** What the generator of a step makes of the same noise. */
    private static String samples(ServiceProcess service, String run, long step) throws Exception {
        String noise = IntStream.range(0, 60)
                .mapToObj(i -> Double.toString(i / 30.0 - 1))
                .collect(Collectors.joining(","));
        HttpRequest request = service.request("/v2/models/" + run + "/versions/" + step + "/infer")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"inputs\":[{\"name\":\"z\",\"datatype\":\"FP32\",\"shape\":[3,20],\"data\":[" + noise
                                + "]}]}"))
                .build();
        var answer = service.http().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }
}
