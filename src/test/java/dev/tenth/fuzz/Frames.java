package dev.tenth.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Frames of RFC 6455 as clients send them, and as none may. */
final class Frames {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;
    private static final int FINAL = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int LARGEST_CONTROL = 125;
    private static final byte[] MASK = {1, 2, 3, 4};
    private static final int SHOWN = 60;
    /** Beyond the largest message that the service takes, and beyond its largest frame. */
    private static final int[] OVERSIZE = {70_000, 300_000};

    private Frames() {}

    /**
     * A frame.
     *
     * @param begin the first byte: final, reserved bits, opcode
     */
    record Frame(int begin, boolean masked, byte[] payload) {
        boolean isClose() {
            return (begin & 0xf) == CLOSE;
        }

        byte[] bytes() {
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            int mask = masked ? MASKED : 0;
            frame.write(begin);
            if (payload.length < 126) {
                frame.write(mask | payload.length);
            } else if (payload.length < 1 << 16) {
                frame.write(mask | 126);
                frame.writeBytes(ByteBuffer.allocate(Short.BYTES)
                        .putShort((short) payload.length)
                        .array());
            } else {
                frame.write(mask | 127);
                frame.writeBytes(
                        ByteBuffer.allocate(Long.BYTES).putLong(payload.length).array());
            }
            byte[] sent = payload.clone();
            if (masked) {
                frame.writeBytes(MASK);
                for (int i = 0; i < sent.length; i++) {
                    sent[i] ^= MASK[i % MASK.length];
                }
            }
            frame.writeBytes(sent);
            return frame.toByteArray();
        }

        @Override
        public String toString() {
            int shown = Math.min(SHOWN, payload.length);
            String text = new String(payload, 0, shown, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", ".");
            return "%02x%s %d bytes %s (%s)"
                    .formatted(
                            begin,
                            masked ? "" : " unmasked",
                            payload.length,
                            HexFormat.of().formatHex(payload, 0, Math.min(8, shown)),
                            text);
        }
    }

    /** Which frames of a client RFC 6455 allows, one after the other (5.2, 5.4, 5.5, 7.4). */
    static final class Grammar {
        /** The largest frame that the service takes. */
        private static final int LARGEST = 256 << 10;

        private boolean inMessage;

        boolean allows(Frame frame) {
            int opcode = frame.begin() & 0xf;
            boolean isFinal = (frame.begin() & FINAL) != 0;
            if (!frame.masked() || (frame.begin() & RESERVED) != 0 || frame.payload().length > LARGEST) {
                return false;
            }
            return switch (opcode) {
                case TEXT, BINARY, CONTINUATION -> {
                    boolean inOrder = inMessage == (opcode == CONTINUATION);
                    inMessage = !isFinal;
                    yield inOrder;
                }
                case PING, PONG -> isFinal && frame.payload().length <= LARGEST_CONTROL;
                case CLOSE -> isFinal && frame.payload().length <= LARGEST_CONTROL && isReason(frame.payload());
                default -> false;
            };
        }

        /** A code that a peer may send, and UTF-8; or nothing. */
        private static boolean isReason(byte[] payload) {
            if (payload.length < Short.BYTES) {
                return payload.length == 0;
            }
            int code = ByteBuffer.wrap(payload).getShort() & 0xffff;
            boolean known = code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000;
            try {
                StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(payload, Short.BYTES, payload.length - Short.BYTES));
                return known;
            } catch (CharacterCodingException e) {
                return false;
            }
        }
    }

    static Frame ping(byte[] content) {
        return new Frame(FINAL | PING, true, content);
    }

    static Frame close(int code) {
        return new Frame(
                FINAL | CLOSE,
                true,
                ByteBuffer.allocate(2).putShort((short) code).array());
    }

    /** Any frame around these messages. */
    static Arbitrary<Frame> any(Arbitrary<String> messages) {
        Arbitrary<Frame> right =
                messages.map(text -> new Frame(FINAL | TEXT, true, text.getBytes(StandardCharsets.UTF_8)));
        return Arbitraries.frequencyOf(
                Tuple.of(8, right),
                Tuple.of(2, fragments(messages)),
                Tuple.of(2, control()),
                Tuple.of(1, payloads().map(bytes -> new Frame(FINAL | BINARY, true, bytes))),
                Tuple.of(1, payloads().map(bytes -> new Frame(FINAL | TEXT, true, bytes))),
                Tuple.of(
                        1,
                        Arbitraries.of(OVERSIZE[0], OVERSIZE[1])
                                .map(size -> new Frame(
                                        FINAL | TEXT, true, "a".repeat(size).getBytes(StandardCharsets.US_ASCII)))),
                Tuple.of(
                        1,
                        Combinators.combine(
                                        Arbitraries.integers().between(0, 255),
                                        Arbitraries.of(true, true, false),
                                        payloads())
                                .as(Frame::new)));
    }

    private static Arbitrary<Frame> fragments(Arbitrary<String> messages) {
        return Combinators.combine(Arbitraries.of(TEXT, CONTINUATION, FINAL, BINARY), messages)
                .as((begin, text) -> new Frame(begin, true, text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Pings, pongs and closes of any code, also longer than a control frame may be. */
    private static Arbitrary<Frame> control() {
        Arbitrary<Frame> pings = Combinators.combine(Arbitraries.of(PING, PONG), Arbitraries.of(0, 4, 125, 126))
                .as((opcode, size) -> new Frame(FINAL | opcode, true, new byte[size]));
        Arbitrary<Frame> closes = Arbitraries.oneOf(
                Arbitraries.of(
                                1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1011, 1015, 2999, 3000, 4999, 5000, 0,
                                65_535)
                        .map(Frames::close),
                payloads().map(bytes -> new Frame(FINAL | CLOSE, true, bytes)));
        return Arbitraries.oneOf(pings, closes);
    }

    private static Arbitrary<byte[]> payloads() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(130);
    }
}
