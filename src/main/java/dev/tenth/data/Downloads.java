package dev.tenth.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gets files whose content is known beforehand. What has come is kept in {@code <file>.part}: after a cut connection, and after a
 * restart, the rest is asked for. A file is there under its name only when it is whole and has the right SHA-256.
 */
final class Downloads {
    /**
     * A file to get.
     *
     * @param bytes its size; more is not taken
     * @param sha256 in hex
     */
    record Source(URI uri, long bytes, String sha256) {}

    /** Hears how far a download is; called often, by another thread. */
    @FunctionalInterface
    interface Progress {
        void at(long bytes, long ofBytes);
    }

    /** So often in a row a connection may bring nothing new. */
    private static final int FRUITLESS_ATTEMPTS = 3;

    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-.*");

    private final Duration stall;

    /** @param stall a connection that brings nothing for so long is given up */
    Downloads(Duration stall) {
        this.stall = stall;
    }

    /**
     * Gets a file.
     *
     * @throws DataException if it cannot be had, or not this content; the message says why. What has come stays for the next time
     */
    void get(Source source, Path target, Progress progress) throws IOException {
        Files.createDirectories(target.getParent());
        Path part = target.resolveSibling(target.getFileName() + ".part");
        boolean resumed = Files.exists(part) && Files.size(part) > 0;
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(stall)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()) {
            try {
                fill(client, source, part, progress);
                if (resumed && !sha256(part).equals(source.sha256())) {
                    // The beginning may have been of another time: once more, from there.
                    Files.delete(part);
                    fill(client, source, part, progress);
                }
            } finally {
                client.shutdownNow();
            }
        }
        String found = sha256(part);
        if (!found.equals(source.sha256())) {
            Files.delete(part);
            throw new DataException(
                    "%s: the file has the SHA-256 %s; expected %s".formatted(source.uri(), found, source.sha256()));
        }
        try (FileChannel file = FileChannel.open(part, StandardOpenOption.WRITE)) {
            file.force(true);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Asks until the part has the size of the whole. */
    private void fill(HttpClient client, Source source, Path part, Progress progress) throws IOException {
        int fruitless = 0;
        while (true) {
            long before = Files.exists(part) ? Files.size(part) : 0;
            if (before > source.bytes()) {
                Files.delete(part);
                continue;
            }
            if (before == source.bytes()) {
                return;
            }
            String reason = ask(client, source, part, before, progress);
            long after = Files.exists(part) ? Files.size(part) : 0;
            if (after == source.bytes()) {
                return;
            }
            fruitless = after > before ? 0 : fruitless + 1;
            if (fruitless == FRUITLESS_ATTEMPTS) {
                throw new DataException(
                        "%s: %s, with %,d of %,d bytes there".formatted(source.uri(), reason, after, source.bytes()));
            }
        }
    }

    /** One connection; returns why it did not bring everything, if it did not. */
    private String ask(HttpClient client, Source source, Path part, long have, Progress progress) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(source.uri()).timeout(stall);
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-");
        }
        try (FileChannel file = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Body body = new Body(file, source, progress);
            CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request.build(), response -> {
                body.begin(response.statusCode(), response.headers().firstValue("Content-Range"), have);
                return HttpResponse.BodySubscribers.ofByteArrayConsumer(body);
            });
            try {
                return await(answer, file);
            } finally {
                answer.cancel(true);
            }
        }
    }

    private String await(CompletableFuture<HttpResponse<Void>> answer, FileChannel file) throws IOException {
        long seen = -1;
        while (true) {
            try {
                int status = answer.get(stall.toMillis(), TimeUnit.MILLISECONDS).statusCode();
                return "the connection ended early (status " + status + ")";
            } catch (TimeoutException e) {
                long size = file.size();
                if (size == seen) {
                    return "nothing came for " + stall.toSeconds() + " s";
                }
                seen = size;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof DataException refused) {
                    throw refused;
                }
                String message = e.getCause().getMessage();
                return message == null ? e.getCause().getClass().getSimpleName() : message;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DataException("the download was interrupted", e);
            }
        }
    }

    /** Writes what comes to where it belongs. */
    private static final class Body implements Consumer<Optional<byte[]>> {
        private final FileChannel file;
        private final Source source;
        private final Progress progress;

        Body(FileChannel file, Source source, Progress progress) {
            this.file = file;
            this.source = source;
            this.progress = progress;
        }

        /** A server may answer with the rest, or with everything, or with an error. */
        void begin(int status, Optional<String> range, long have) {
            try {
                switch (status) {
                    case 200 -> file.truncate(0);
                    case 206, 416 -> {
                        Matcher from = RANGE.matcher(range.orElse(""));
                        if (status == 206 && from.matches() && Long.parseLong(from.group(1)) == have) {
                            file.position(have);
                        } else {
                            // Nothing that continues what is there: the next attempt begins anew.
                            file.truncate(0);
                            throw new UncheckedIOException(
                                    new IOException("the server sent another part than asked for"));
                        }
                    }
                    default -> throw refused("the server answered with status " + status, null);
                }
            } catch (IOException e) {
                throw refused("cannot write: " + e.getMessage(), e);
            }
        }

        @Override
        public void accept(Optional<byte[]> piece) {
            if (piece.isEmpty()) {
                return;
            }
            try {
                ByteBuffer left = ByteBuffer.wrap(piece.get());
                if (file.position() + left.remaining() > source.bytes()) {
                    file.truncate(0);
                    throw refused(
                            "the server sends more than the %,d bytes of the file".formatted(source.bytes()), null);
                }
                while (left.hasRemaining()) {
                    file.write(left);
                }
                progress.at(file.position(), source.bytes());
            } catch (IOException e) {
                throw refused("cannot write: " + e.getMessage(), e);
            }
        }

        private DataException refused(String reason, IOException cause) {
            return new DataException(source.uri() + ": " + reason, cause);
        }
    }

    static String sha256(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream bytes = Files.newInputStream(file)) {
            new DigestInputStream(bytes, digest).transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
