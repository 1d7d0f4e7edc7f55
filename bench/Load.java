import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/**
 * A bounded client on loopback: {@code Load PORT PATH CONNECTIONS SECONDS BODY}. Each connection sends its next request when it has
 * the answer to the one before. After a warm-up it prints {@code load REQUESTS_PER_SECOND P50_MS P99_MS FAILED}.
 */
class Load {
    private static final double WARM_UP_SECONDS = 3;
    private static final int MOST_REQUESTS = 1_000_000;

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        int connections = Integer.parseInt(arguments[2]);
        long duration = (long) (Double.parseDouble(arguments[3]) * 1e9);
        byte[] body = arguments[4].getBytes(StandardCharsets.UTF_8);
        byte[] head = ("POST " + arguments[1] + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] request = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        long begin = System.nanoTime() + (long) (WARM_UP_SECONDS * 1e9);
        long end = begin + duration;
        long[][] times = new long[connections][];
        int[] failed = new int[connections];
        CountDownLatch done = new CountDownLatch(connections);
        for (int i = 0; i < connections; i++) {
            int own = i;
            Thread.ofPlatform().start(() -> {
                try (Socket socket = new Socket("127.0.0.1", port)) {
                    socket.setTcpNoDelay(true);
                    times[own] = ask(socket, request, begin, end, failed, own);
                } catch (IOException e) {
                    failed[own]++;
                    times[own] = new long[0];
                } finally {
                    done.countDown();
                }
            });
        }
        done.await();
        long[] all = Arrays.stream(times).flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                java.util.Locale.ROOT,
                "load %.1f %.3f %.3f %d%n",
                all.length / (duration / 1e9),
                all.length == 0 ? Double.NaN : all[all.length / 2] / 1e6,
                all.length == 0 ? Double.NaN : all[(int) (all.length * .99)] / 1e6,
                IntStream.of(failed).sum());
    }

    private static long[] ask(Socket socket, byte[] request, long begin, long end, int[] failed, int own) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        long[] times = new long[1024];
        int count = 0;
        for (long start = System.nanoTime(); start < end && count < MOST_REQUESTS; ) {
            socket.getOutputStream().write(request);
            boolean right = read(in);
            long now = System.nanoTime();
            if (start >= begin && now <= end) {
                failed[own] += right ? 0 : 1;
                if (count == times.length) {
                    times = Arrays.copyOf(times, 2 * count);
                }
                times[count++] = now - start;
            }
            start = now;
        }
        return Arrays.copyOf(times, count);
    }

    /** One answer; whether its status is 200. */
    private static boolean read(InputStream in) throws IOException {
        boolean right = line(in).contains(" 200");
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
            }
        }
        in.skipNBytes(length);
        return right;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
