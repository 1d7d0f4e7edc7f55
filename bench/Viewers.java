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

/**
 * A class of browsers on loopback: {@code Viewers PORT RUN VIEWERS STALLED}. All watch one run over WebSockets; of the viewers, the
 * stalled ones never read. When the run has ended for the others, it prints {@code viewers FRAMES BYTES P50_MS P99_MS GAPS LATEST_MS}:
 * what they received in all; from an event's own time, which is before its commit, until one viewer in ten has read it; how many gaps
 * those were told of; and the longest that an event took while all came at once.
 */
class Viewers {
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int MEASURED_ONE_IN = 10;
    private static final Duration ARRIVAL = Duration.ofSeconds(3);
    /** An event that tells a run's state is not larger, and every event's time stands within so many bytes. */
    private static final int LARGEST_STATE = 250;

    private final Selector selector = Selector.open();
    private long[] nanos = new long[1 << 16];
    private int count;
    private long frames;
    private long bytes;
    private long gaps;
    private long latest;
    private Instant arrival;

    private Viewers() throws IOException {}

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        int viewers = Integer.parseInt(arguments[2]);
        int stalled = Integer.parseInt(arguments[3]);
        Viewers all = new Viewers();
        List<SocketChannel> silent = new ArrayList<>();
        for (int i = 0; i < viewers; i++) {
            SocketChannel channel = SocketChannel.open();
            if (i < stalled) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
                silent.add(channel);
            }
            channel.connect(new InetSocketAddress("127.0.0.1", port));
            channel.write(ByteBuffer.wrap(("GET /ws/v1/runs/" + arguments[1] + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII)));
            if (i >= stalled) {
                channel.configureBlocking(false);
                channel.register(all.selector, SelectionKey.OP_READ, new Reader(i % MEASURED_ONE_IN == 0));
            }
        }
        all.arrival = Instant.now();
        all.read(viewers - stalled);
        long[] sorted = Arrays.copyOf(all.nanos, all.count);
        Arrays.sort(sorted);
        System.out.printf(Locale.ROOT, "viewers %d %d %.2f %.2f %d %.2f%n", all.frames, all.bytes,
                sorted[sorted.length / 2] / 1e6, sorted[(int) (sorted.length * .99)] / 1e6, all.gaps, all.latest / 1e6);
        for (SocketChannel channel : silent) {
            channel.close();
        }
    }

    private void read(int open) throws IOException {
        while (open > 0) {
            selector.select();
            Instant now = Instant.now();
            for (SelectionKey key : selector.selectedKeys()) {
                if (!read((SocketChannel) key.channel(), (Reader) key.attachment(), now)) {
                    key.channel().close();
                    open--;
                }
            }
            selector.selectedKeys().clear();
        }
    }

    /** Whether there is more to come. */
    private boolean read(SocketChannel channel, Reader reader, Instant now) throws IOException {
        int more = channel.read(reader.input);
        reader.input.flip();
        boolean ended = more < 0 || !reader.isOpen() && !reader.skipHandshake();
        for (Frame frame = reader.next(); !ended && frame != null; frame = reader.next()) {
            ended = frame.opcode == CLOSE || frame.opcode == TEXT && count(reader, frame, now);
            reader.input.position(frame.end);
        }
        reader.keep();
        return !ended;
    }

    /** Whether it is the run's last event. */
    private boolean count(Reader reader, Frame frame, Instant now) {
        int size = frame.end - frame.begin;
        frames++;
        bytes += size;
        if (!reader.isMeasured && size > LARGEST_STATE) {
            return false;
        }
        String head = new String(reader.input.array(), frame.begin, Math.min(LARGEST_STATE, size), StandardCharsets.UTF_8);
        if (reader.isMeasured && head.contains("\"type\":\"gap\"")) {
            gaps++;
        } else if (reader.isMeasured) {
            int at = head.indexOf("\"at\":\"") + 6;
            measure(Instant.parse(head.substring(at, head.indexOf('"', at))), now);
        }
        return head.contains("\"state\":\"SUCCEEDED\"");
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

        boolean isOpen() {
            return isOpen;
        }

        /** Whether the service took the viewer, or has not said all of it yet. */
        boolean skipHandshake() {
            String text = StandardCharsets.ISO_8859_1.decode(input.duplicate()).toString();
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0) {
                input.position(end + 4);
                isOpen = true;
            }
            return end < 0 || text.startsWith("HTTP/1.1 101");
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
