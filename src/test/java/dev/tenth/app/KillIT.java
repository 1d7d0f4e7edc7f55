package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service, killed with SIGKILL at random moments while two runs train. */
class KillIT {
    private static final int KILLS = 20;
    private static final String GAN =
            "{\"recipe\":\"gan-1d\",\"seed\":11,\"params\":{\"steps\":9000,\"checkpointEvery\":150,\"showEvery\":25}}";
    private static final String HEART =
            "{\"recipe\":\"heart\",\"seed\":12,\"params\":{\"epochs\":40,\"checkpointEvery\":2000,\"showEvery\":500}}";

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
            List<String> runs = List.of(service.run(GAN), service.run(HEART));
            SplittableRandom random = new SplittableRandom(1);
            for (int kill = 0; kill < KILLS; kill++) {
                Map<String, List<String>> seen = new HashMap<>();
                List<Thread> watchers = new ArrayList<>();
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
                    assertNothingWasLost(service.events(run), seen.get(run));
                }
            }
            resume(service, runs);
            List<String> undisturbed = List.of(service.run(GAN), service.run(HEART));
            for (int i = 0; i < runs.size(); i++) {
                service.awaitState(runs.get(i), "SUCCEEDED");
                service.awaitState(undisturbed.get(i), "SUCCEEDED");
                assertThat(service.weights(runs.get(i))).isEqualTo(service.weights(undisturbed.get(i)));
            }
        }
    }

    private static void resume(ServiceProcess service, List<String> runs) throws Exception {
        for (String run : runs) {
            if (service.state(run).equals("INTERRUPTED")) {
                service.command(run, "resume");
            }
        }
    }

    /** A last line that was cut off by the kill is no event yet; who came late may have seen none. */
    private static void assertNothingWasLost(List<String> log, List<String> seen) {
        List<String> whole = seen.isEmpty() || seen.getLast().endsWith("}}") ? seen : seen.subList(0, seen.size() - 1);
        assertThat(log.stream().limit(whole.size())).isEqualTo(whole);
    }
}
