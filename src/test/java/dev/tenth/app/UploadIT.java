package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads to the packaged service that do not end well: the disk holds nothing of them afterwards. */
class UploadIT {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final byte[] LARGE = "la la la\n".repeat(3_000_000).getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path directory;

    private static List<String> temporary(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("uploads"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".tmp"))
                    .toList();
        }
    }

    /** A client that sends the first half, and no more. */
    private static Socket half(ServiceProcess service) throws IOException {
        URI address = service.request("/").build().uri();
        Socket client = new Socket(address.getHost(), address.getPort());
        String head = "POST /api/v1/datasets?name=a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                + "Content-Length: " + LARGE.length + "\r\n\r\n";
        client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().write(LARGE, 0, LARGE.length / 2);
        return client;
    }

    @Test
    void aServiceThatLeavesOrIsKilledKeepsNoHalves() throws Exception {
        Path home = directory.resolve("home");
        try (ServiceProcess service = new ServiceProcess(home, directory.resolve("log.txt"))) {
            service.start();
            try (Socket _ = half(service)) {
                await().atMost(PATIENCE).until(() -> temporary(home).size() == 1);
                service.process().destroy(); // SIGTERM
                assertThat(service.process().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                assertThat(temporary(home)).isEmpty();
            }
            service.start();
            try (Socket _ = half(service)) {
                await().atMost(PATIENCE).until(() -> temporary(home).size() == 1);
                service.kill();
                assertThat(temporary(home)).hasSize(1);
            }
            service.start();
            assertThat(temporary(home)).isEmpty();
        }
    }

    @Test
    void aFullDiskTakesNoUploadAndKeepsNothingOfIt() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeThat(done("mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", disk.toString()))
                .as("a small file system can be mounted (as root)")
                .isTrue();
        Path home = disk.resolve("home");
        try (ServiceProcess service = new ServiceProcess(home, directory.resolve("log.txt"))) {
            service.start();
            Path filler = disk.resolve("filler");
            try (var out = Files.newOutputStream(filler)) {
                long left = Files.getFileStore(disk).getUsableSpace() - LARGE.length / 2;
                for (byte[] piece = new byte[1 << 16]; left > 0; left -= piece.length) {
                    out.write(piece);
                }
            }
            HttpResponse<String> refused = upload(service);
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(507);
            assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
            await().atMost(PATIENCE).until(() -> temporary(home).isEmpty());
            assertThat(service.get("/api/v1/datasets")).doesNotContain("a.txt");
            Files.delete(filler);
            assertThat(upload(service).statusCode()).isEqualTo(201);
        } finally {
            done("umount", "-l", disk.toString());
        }
    }

    private static HttpResponse<String> upload(ServiceProcess service) throws Exception {
        return service.http()
                .send(
                        service.request("/api/v1/datasets?name=a.txt")
                                .header("Content-Type", "text/plain")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(LARGE))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static boolean done(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }
}
