package dev.tenth.torch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * Named tensors with metadata in the safetensors format, which Python opens with {@code safetensors.safe_open}: the
 * length of the header in 8 bytes, a JSON header with type, shape and offsets of each tensor, the data. Only the header is
 * held in memory; tensors are read and written one after the other.
 *
 * @param tensors by name, in the order of the file
 * @param metadata text by name; the format allows strings only
 * @see <a href="https://huggingface.co/docs/safetensors">the format</a>
 */
public record Safetensors(Map<String, TensorSource> tensors, Map<String, String> metadata) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String METADATA = "__metadata__";
    /** The format's own limit of a header. */
    private static final long MAX_HEADER_BYTES = 100_000_000;
    /** The data starts at a multiple of this. */
    private static final int ALIGNMENT = 8;

    public Safetensors {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** Writes all of it to the channel. */
    public void write(WritableByteChannel channel) throws IOException {
        byte[] header = header();
        ByteBuffer start = ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
        Pieces.write(start.putLong(header.length).put(header).flip(), channel);
        for (TensorSource tensor : tensors.values()) {
            tensor.writeTo(channel);
        }
    }

    private byte[] header() {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = header.putObject(METADATA);
            metadata.forEach(texts::put);
        }
        long offset = 0;
        for (Map.Entry<String, TensorSource> entry : tensors.entrySet()) {
            TensorSource tensor = entry.getValue();
            ObjectNode node = header.putObject(entry.getKey());
            node.put("dtype", tensor.type().safetensorsName());
            var shape = node.putArray("shape");
            for (long dimension : tensor.shape()) {
                shape.add(dimension);
            }
            long end = offset + tensor.byteCount();
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        try {
            String text = JSON.writeValueAsString(header);
            int padding = Math.floorMod(-text.getBytes(StandardCharsets.UTF_8).length, ALIGNMENT);
            return (text + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a safetensors header is plain JSON", e);
        }
    }

    /** Bytes that can be read from any place. */
    @FunctionalInterface
    private interface Bytes {
        /** Reads some of the bytes from a position on into the target; −1 where there are none. */
        int read(ByteBuffer target, long position) throws IOException;
    }

    /**
     * Opens a file that may say anything: no memory is taken for more than its header. The tensors are read from the channel,
     * by one thread at a time, as long as it is open.
     *
     * @throws IOException if it is not a complete safetensors file; the message says what is wrong
     */
    public static Safetensors open(SeekableByteChannel file) throws IOException {
        return parse((target, position) -> file.position(position).read(target), file.size());
    }

    /**
     * The same of a small file in the JVM's memory.
     *
     * @throws IOException if it is not a complete safetensors file; the message says what is wrong
     */
    public static Safetensors of(byte[] all) throws IOException {
        return parse(
                (target, position) -> {
                    int count = (int) Math.min(target.remaining(), all.length - position);
                    if (count <= 0) {
                        return -1;
                    }
                    target.put(all, (int) position, count);
                    return count;
                },
                all.length);
    }

    private static Safetensors parse(Bytes file, long size) throws IOException {
        long length = readFully(file, 0, Long.BYTES, "header length").getLong();
        if (length < 2 || length > MAX_HEADER_BYTES) {
            throw new IOException(
                    "safetensors: a header of " + length + " bytes is not between 2 and " + MAX_HEADER_BYTES);
        }
        long start = Long.BYTES + length;
        if (start > size) {
            throw new EOFException("safetensors: the header ends at " + start + ", the file has " + size + " bytes");
        }
        JsonNode header = parseHeader(readFully(file, Long.BYTES, (int) length, "header"));
        Map<String, String> metadata = new LinkedHashMap<>();
        header.path(METADATA)
                .properties()
                .forEach(text -> metadata.put(text.getKey(), text.getValue().asText()));
        Map<String, TensorSource> tensors = new LinkedHashMap<>();
        long end = start;
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (!entry.getKey().equals(METADATA)) {
                Stored tensor = stored(file, start, end, entry.getKey(), entry.getValue());
                end = tensor.position() + tensor.byteCount();
                if (end > size) {
                    throw new EOFException("safetensors: %s ends at %d of the data, of which the file has %d bytes"
                            .formatted(entry.getKey(), end - start, size - start));
                }
                tensors.put(entry.getKey(), tensor);
            }
        }
        return new Safetensors(tensors, metadata);
    }

    private static JsonNode parseHeader(ByteBuffer bytes) throws IOException {
        JsonNode header = JSON.readTree(StandardCharsets.UTF_8.decode(bytes).toString());
        if (header == null || !header.isObject()) {
            throw new IOException("safetensors: the header is not a JSON object");
        }
        return header;
    }

    /** A tensor of the header, which should begin at {@code position} of the file. */
    private static Stored stored(Bytes file, long start, long position, String name, JsonNode node) throws IOException {
        long begin = node.path("data_offsets").path(0).asLong(-1);
        long end = node.path("data_offsets").path(1).asLong(-1);
        if (begin != position - start || end < begin) {
            throw new IOException("safetensors: %s lies at %d..%d, but its data should begin at %d"
                    .formatted(name, begin, end, position - start));
        }
        long[] dimensions = StreamSupport.stream(node.path("shape").spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
        try {
            DType type = DType.ofSafetensorsName(node.path("dtype").asText());
            Shape shape = Shape.of(dimensions);
            Stored tensor = new Stored(file, position, name, type, shape.dimensions());
            if (tensor.byteCount() != end - begin) {
                throw new IOException("safetensors: %s: %d bytes do not fill %s%s, which takes %d"
                        .formatted(name, end - begin, type, shape, tensor.byteCount()));
            }
            return tensor;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IOException("safetensors: " + name + ": " + e.getMessage(), e);
        }
    }

    private static ByteBuffer readFully(Bytes file, long position, int length, String what) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("safetensors: the file ends inside " + what + ": " + bytes.position() + " of "
                        + length + " bytes are there");
            }
        }
        return bytes.flip();
    }

    /** A tensor in a file. */
    private record Stored(Bytes file, long position, String name, DType type, long[] shape) implements TensorSource {
        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            long bytes = byteCount();
            for (long done = 0; done < bytes; done += Pieces.BYTES) {
                int length = (int) Math.min(Pieces.BYTES, bytes - done);
                Pieces.write(readFully(file, position + done, length, name), channel);
            }
        }
    }
}
