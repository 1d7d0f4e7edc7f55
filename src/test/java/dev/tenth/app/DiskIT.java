package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service on disks that fail: full ones, and one that gives back something else than was written. */
class DiskIT {
    private static final String GAN =
            "{\"recipe\":\"gan-1d\",\"seed\":3,\"params\":{\"steps\":%d,\"checkpointEvery\":%d,\"showEvery\":1}}";

    /** Far more than it takes; a request that waits for space has no end. */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void aBrokenCheckpointIsPassedOverForTheOneBefore() throws Exception {
        Path home = directory.resolve("home");
        try (ServiceProcess service = new ServiceProcess(home, directory.resolve("log.txt"))) {
            service.start();
            String run = service.run(GAN.formatted(3000, 100));
            String undisturbed = service.run(GAN.formatted(3000, 100));
            service.awaitState(undisturbed, "RUNNING"); // what is still queued would go on by itself
            await().atMost(Duration.ofMinutes(3))
                    .until(() -> service.document(run).path("checkpoints").asInt() > 4);
            service.kill();
            List<Path> checkpoints = checkpoints(home.resolve("checkpoints").resolve(run));
            byte[] torn = Files.readAllBytes(checkpoints.getLast());
            torn[torn.length / 2] ^= 1;
            Files.write(checkpoints.getLast(), torn);
            service.start();
            service.command(run, "resume");
            service.command(undisturbed, "resume");
            service.awaitState(run, "SUCCEEDED");
            service.awaitState(undisturbed, "SUCCEEDED");
            long broken = stepOf(checkpoints.getLast());
            long before = stepOf(checkpoints.get(checkpoints.size() - 2));
            assertThat(service.events(run))
                    .anyMatch(event -> event.contains("\"run.state\"")
                            && event.contains("the checkpoint of step " + broken + " is corrupt"))
                    .anyMatch(event -> event.contains("\"run.resumed\"") && event.contains("\"fromStep\":" + before));
            assertThat(service.weights(run)).isEqualTo(service.weights(undisturbed));
            Path last = checkpoints.getLast();
            assertThat(last.resolveSibling(last.getFileName() + ".corrupt")).hasBinaryContent(torn);
            assertThat(service.get("/q/metrics")).contains("checkpoints_quarantined_total 1.0");
        }
    }

    @Test
    void aCheckpointThatCannotBeReadInterruptsTheRunAndLosesNothing() throws Exception {
        Path home = directory.resolve("home");
        try (ServiceProcess service = new ServiceProcess(home, directory.resolve("log.txt"))) {
            service.start();
            String run = service.run(GAN.formatted(3000, 100));
            await().atMost(Duration.ofMinutes(3))
                    .until(() -> service.document(run).path("checkpoints").asInt() > 2);
            service.kill();
            Path of = home.resolve("checkpoints").resolve(run);
            List<Path> before = checkpoints(of);
            Path newest = before.getLast();
            Path kept = Files.move(newest, home.resolve("kept"));
            Files.createSymbolicLink(newest, Path.of("/proc/self/mem")); // reading it is an input/output error
            service.start();
            service.command(run, "resume");
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> service.document(run).path("reason").asText().contains("cannot be read"));
            assertThat(service.state(run)).isEqualTo("INTERRUPTED");
            assertThat(checkpoints(of)).isEqualTo(before);
            Files.delete(newest);
            Files.move(kept, newest);
            service.command(run, "resume");
            service.awaitState(run, "SUCCEEDED");
            assertThat(service.events(run))
                    .anyMatch(event ->
                            event.contains("\"run.resumed\"") && event.contains("\"fromStep\":" + stepOf(newest)));
        }
    }

    private static List<Path> checkpoints(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted(Comparator.comparingLong(DiskIT::stepOf))
                    .toList();
        }
    }

    private static long stepOf(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().split("-")[0]);
    }

    @Test
    void aFullDiskPausesRunsAndLosesNothing() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeThat(done("mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", disk.toString()))
                .as("a small file system can be mounted (as root)")
                .isTrue();
        try (ServiceProcess service = new ServiceProcess(disk.resolve("home"), directory.resolve("log.txt"))) {
            service.start();
            String run = service.run(GAN.formatted(6000, 50));
            service.awaitState(run, "RUNNING");
            fill(disk.resolve("filler"));
            service.awaitState(run, "PAUSED");
            assertThat(service.document(run).path("reason").asText()).startsWith("the disk is full");
            List<String> seen = service.events(run);
            Files.delete(disk.resolve("filler"));
            service.command(run, "resume");
            service.awaitState(run, "SUCCEEDED");
            assertThat(service.events(run)).startsWith(seen.toArray(String[]::new));
            assertThat(service.document(run).path("step").asInt()).isEqualTo(6000);
        } finally {
            done("umount", "-l", disk.toString());
        }
    }

    @Test
    void onAFullDiskReadingAndDeletingWorkWritingIsRefusedAndSigtermLeaves() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeThat(done("mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", disk.toString()))
                .as("a small file system can be mounted (as root)")
                .isTrue();
        try (ServiceProcess service = new ServiceProcess(disk.resolve("home"), directory.resolve("log.txt"))) {
            service.start();
            String ended = service.run(GAN.formatted(200, 50));
            service.awaitState(ended, "SUCCEEDED");
            String run = service.run(GAN.formatted(1_000_000, 50));
            service.awaitState(run, "RUNNING");
            fill(disk.resolve("filler"));
            service.awaitState(run, "PAUSED");
            fill(disk.resolve("more")); // what the ballast left, too
            HttpResponse<String> refused = service.http()
                    .send(
                            service.request("/api/v1/runs")
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(GAN.formatted(200, 50)))
                                    .timeout(LONGEST_ANSWER)
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(507);
            assertThat(service.events(ended)).isNotEmpty();
            assertThat(service.get("/q/health/ready")).contains("\"full\": true");
            HttpResponse<String> deleted = service.http()
                    .send(
                            service.request("/api/v1/runs/" + ended)
                                    .DELETE()
                                    .timeout(LONGEST_ANSWER)
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(deleted.statusCode()).as(deleted.body()).isEqualTo(204);
            assertThat(service.http()
                            .send(service.request("/api/v1/runs/" + ended).build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(404);
            service.process().destroy(); // SIGTERM
            assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
            service.start(); // on the full disk
            assertThat(service.state(run)).isEqualTo("PAUSED");
        } finally {
            done("umount", "-l", disk.toString());
        }
    }

    /** Takes all that is left. */
    private static void fill(Path file) {
        try (var out = Files.newOutputStream(file)) {
            byte[] chunk = new byte[1 << 16];
            while (true) {
                out.write(chunk);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static boolean done(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }
}
