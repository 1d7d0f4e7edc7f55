import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;

/**
 * Classes of browsers on loopback: {@code Viewers PORT RUN VIEWERS STALLED}. For each line of its input, {@code AFTER SECONDS}, a class
 * comes and watches the run over WebSockets from the event after that number on, and leaves after so many seconds; of the viewers,
 * the stalled ones never read. It prints {@code open} when all are there, and when they leave {@code viewers EVENTS BYTES P50_MS P99_MS
 * LATEST_MS}: the events that they received in all, and their bytes; from an event's own time, which is before its commit, until one viewer in ten has read it; and
 * the longest that an event took while all came at once.
 */
class Viewers {
    private static final int TEXT = 1;
    private static final int MEASURED_ONE_IN = 10;
    private static final Duration ARRIVAL = Duration.ofSeconds(3);
    /** An event's time stands within so many bytes. */
    private static final int HEAD = 200;

    private final Selector selector = Selector.open();
    private long[] nanos = new long[1 << 16];
    private int count;
    private long events;
    private long bytes;
    private long latest;
    private Instant arrival;

    private Viewers() throws IOException {}

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        int viewers = Integer.parseInt(arguments[2]);
        int stalled = Integer.parseInt(arguments[3]);
        for (Scanner lines = new Scanner(System.in); lines.hasNext(); ) {
            new Viewers().come(port, "/ws/v1/runs/" + arguments[1] + "?after=" + lines.next(), viewers, stalled, lines.nextInt());
        }
    }

    private void come(int port, String path, int viewers, int stalled, int seconds) throws IOException {
        List<SocketChannel> channels = new ArrayList<>();
        for (int i = 0; i < viewers; i++) {
            SocketChannel channel = SocketChannel.open();
            channels.add(channel);
            if (i < stalled) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            }
            channel.connect(new InetSocketAddress("127.0.0.1", port));
            channel.write(ByteBuffer.wrap(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII)));
            if (i >= stalled) {
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, new Reader(i % MEASURED_ONE_IN == 0));
            }
        }
        arrival = Instant.now();
        System.out.println("open");
        read(Duration.ofSeconds(seconds));
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        System.out.printf(Locale.ROOT, "viewers %d %d %.2f %.2f %.2f%n", events, bytes,
                sorted[sorted.length / 2] / 1e6, sorted[(int) (sorted.length * .99)] / 1e6, latest / 1e6);
        for (SocketChannel channel : channels) {
            channel.close();
        }
        selector.close();
    }

    private void read(Duration time) throws IOException {
        Instant end = arrival.plus(time);
        for (Instant now = Instant.now(); now.isBefore(end); ) {
            selector.select(100);
            now = Instant.now();
            for (SelectionKey key : selector.selectedKeys()) {
                read((SocketChannel) key.channel(), (Reader) key.attachment(), now);
            }
            selector.selectedKeys().clear();
        }
    }

    private void read(SocketChannel channel, Reader reader, Instant now) throws IOException {
        if (channel.read(reader.input) < 0) {
            throw new IOException("the service closed a viewer that reads");
        }
        reader.input.flip();
        reader.skipHandshake();
        for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
            if (frame.opcode == TEXT) {
                count(reader, frame, now);
            }
            reader.input.position(frame.end);
        }
        reader.keep();
    }

    /** One event a line. */
    private void count(Reader reader, Frame frame, Instant now) {
        byte[] input = reader.input.array();
        bytes += frame.end - frame.begin;
        for (int begin = frame.begin; begin < frame.end; ) {
            int end = begin;
            while (end < frame.end && input[end] != '\n') {
                end++;
            }
            events++;
            if (reader.isMeasured) {
                String head = new String(input, begin, Math.min(HEAD, end - begin), StandardCharsets.UTF_8);
                int at = head.indexOf("\"at\":\"") + 6;
                measure(Instant.parse(head.substring(at, head.indexOf('"', at))), now);
            }
            begin = end + 1;
        }
    }

    private void measure(Instant made, Instant now) {
        long taken = Duration.between(made, now).toNanos();
        if (made.isBefore(arrival.plus(ARRIVAL))) {
            latest = made.isBefore(arrival) ? latest : Math.max(latest, taken); // else it was there before the viewers were
            return;
        }
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = taken;
    }

    /** One message of the service, whole: its payload is from {@code begin} to {@code end} of the reader's input. */
    private record Frame(int opcode, int begin, int end) {}

    /** What one viewer has received and not looked at yet. */
    private static final class Reader {
        private static final int HEADER = 10;

        private final boolean isMeasured;
        private ByteBuffer input = ByteBuffer.allocate(1 << 15);
        private boolean isOpen;

        Reader(boolean isMeasured) {
            this.isMeasured = isMeasured;
        }

        void skipHandshake() throws IOException {
            if (isOpen) {
                return;
            }
            String text = StandardCharsets.ISO_8859_1.decode(input.duplicate()).toString();
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0 && !text.startsWith("HTTP/1.1 101")) {
                throw new IOException("the service refused a viewer: " + text.substring(0, end));
            }
            if (end >= 0) {
                input.position(end + 4);
                isOpen = true;
            }
        }

        /** Null if it has not arrived whole. */
        Frame next() {
            int from = input.position();
            if (!isOpen || input.remaining() < 2) {
                return null;
            }
            int length = input.get(from + 1);
            int begin = from + (length < 126 ? 2 : length == 126 ? 4 : HEADER);
            if (input.limit() < begin) {
                return null;
            }
            long size = length < 126 ? length : length == 126 ? input.getShort(from + 2) & 0xffff : input.getLong(from + 2);
            if (size > input.capacity() - HEADER) {
                ByteBuffer larger = ByteBuffer.allocate((int) size + 2 * HEADER);
                larger.put(input).flip();
                input = larger;
                return null;
            }
            return input.limit() < begin + size ? null : new Frame(input.get(from) & 0xf, begin, (int) (begin + size));
        }

        /** Makes room behind what has not been looked at. */
        void keep() {
            input.compact();
        }
    }
}
