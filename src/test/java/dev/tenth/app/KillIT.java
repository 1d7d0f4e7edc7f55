package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged service, killed with SIGKILL at random moments while runs of four recipes train, two at a time. {@code make kills}
 * kills it 200 times and writes its section of docs/reliability.md.
 */
class KillIT {
    private static final int KILLS = Integer.getInteger("kills", 5);
    /** Long enough that none ends before the last kill. */
    private static final int LENGTH = Math.max(1, KILLS / 5);

    private static final List<String> WISHES = List.of(
            wish("gan-1d", "\"steps\":%d,\"checkpointEvery\":150,\"showEvery\":25", 4000),
            wish("heart", "\"epochs\":%d,\"checkpointEvery\":2000,\"showEvery\":500", 15),
            wish("char-rnn", "\"epochs\":%d,\"hidden\":32,\"layers\":1,\"checkpointEvery\":25,\"showEvery\":5", 3),
            wish("optimizers", "\"steps\":%d,\"checkpointEvery\":500,\"showEvery\":100", 20_000));

    private static String wish(String recipe, String parameters, int length) {
        return "{\"recipe\":\"%s\",\"seed\":11,\"params\":{%s}}"
                .formatted(recipe, parameters.formatted(length * LENGTH));
    }

    private static final Path PAGE = Path.of("docs/reliability.md");
    private static final String BEGIN = "<!-- kills: written by make kills -->";
    private static final String END = "<!-- end of kills -->";

    @TempDir
    Path directory;

    /** Keeps every line that a viewer sees until the service dies. */
    private static Thread watch(ServiceProcess service, String run, List<String> seen) {
        HttpRequest request = service.request("/api/v1/runs/" + run + "/events?superseded=true")
                .header("Accept", "application/x-ndjson")
                .build();
        return Thread.ofVirtual().start(() -> {
            try {
                service.http().send(request, BodyHandlers.ofLines()).body().forEach(seen::add);
            } catch (Exception e) {
                // the service was killed
            }
        });
    }

    @Test
    void nothingThatWasSeenIsLostAndTheWeightsAreTheSame() throws Exception {
        try (ServiceProcess service = new ServiceProcess(directory.resolve("home"), directory.resolve("log.txt"))) {
            service.start();
            List<String> runs = submit(service);
            SplittableRandom random = new SplittableRandom(1);
            int acknowledged = 0;
            for (int kill = 0; kill < KILLS; kill++) {
                Map<String, List<String>> seen = new HashMap<>();
                List<Thread> watchers = new ArrayList<>();
                // Two have threads and the others wait: a different pair each time.
                Collections.rotate(runs, 1);
                resume(service, runs);
                for (String run : runs) {
                    List<String> lines = Collections.synchronizedList(new ArrayList<>());
                    seen.put(run, lines);
                    watchers.add(watch(service, run, lines));
                }
                // The moment is what is random here; nothing is waited for.
                service.process().waitFor(300 + random.nextInt(1200), TimeUnit.MILLISECONDS);
                service.kill();
                for (Thread watcher : watchers) {
                    watcher.join();
                }
                service.start();
                for (String run : runs) {
                    acknowledged += assertNothingWasLost(service.events(run), seen.get(run));
                }
            }
            resume(service, runs);
            Map<String, String> undisturbed = byRecipe(service, submit(service));
            Map<String, String> killed = byRecipe(service, runs);
            for (String recipe : killed.keySet()) {
                service.awaitState(killed.get(recipe), "SUCCEEDED");
                service.awaitState(undisturbed.get(recipe), "SUCCEEDED");
                assertThat(service.weights(killed.get(recipe)))
                        .as(recipe)
                        .isEqualTo(service.weights(undisturbed.get(recipe)));
            }
            if (Boolean.getBoolean("kills.write")) {
                write(killed.keySet(), acknowledged);
            }
        }
    }

    private static List<String> submit(ServiceProcess service) throws Exception {
        List<String> runs = new ArrayList<>();
        for (String wish : WISHES) {
            runs.add(service.run(wish));
        }
        return runs;
    }

    private static Map<String, String> byRecipe(ServiceProcess service, List<String> runs) throws Exception {
        Map<String, String> found = new TreeMap<>();
        for (String run : runs) {
            found.put(service.document(run).path("recipe").asText(), run);
        }
        return found;
    }

    private static void write(Set<String> recipes, int acknowledged) throws Exception {
        String text = """

                ## Kills

                Written by `make kills` on %s. The service was killed with SIGKILL %d times, each time .3 to 1.5 s after four runs went on,
                of which two at a time had threads: %s.

                | | |
                |---|---|
                | events that a viewer had before a kill | %,d |
                | of these lost or changed | 0 |
                | weights and optimizer state at the end, against undisturbed runs | bit-identical |

                """.formatted(LocalDate.now(), KILLS, String.join(", ", recipes), acknowledged);
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        Files.writeString(PAGE, page.substring(0, begin) + "\n" + text + page.substring(page.indexOf(END)));
    }

    private static void resume(ServiceProcess service, List<String> runs) throws Exception {
        for (String run : runs) {
            // What was killed while it waited for threads waits for them again.
            if (service.state(run).equals("INTERRUPTED")) {
                service.command(run, "resume");
            }
        }
    }

    /** How many were seen. A last line that was cut off by the kill is no event yet; who came late may have seen none. */
    private static int assertNothingWasLost(List<String> log, List<String> seen) {
        List<String> whole = seen.isEmpty() || seen.getLast().endsWith("}}") ? seen : seen.subList(0, seen.size() - 1);
        assertThat(log.stream().limit(whole.size())).isEqualTo(whole);
        return whole.size();
    }
}
