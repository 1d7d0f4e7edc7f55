package dev.tenth.torch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * Named tensors with metadata in the safetensors format, which Python opens with {@code safetensors.safe_open}: the
 * length of the header in 8 bytes, a JSON header with type, shape and offsets of each tensor, the data.
 *
 * @param tensors by name, in the order of the file
 * @param metadata text by name; the format allows strings only
 * @see <a href="https://huggingface.co/docs/safetensors">the format</a>
 */
public record Safetensors(Map<String, HostTensor> tensors, Map<String, String> metadata) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String METADATA = "__metadata__";
    /** The format's own limit of a header. */
    private static final long MAX_HEADER_BYTES = 100_000_000;
    /** The data starts at a multiple of this. */
    private static final int ALIGNMENT = 8;

    public Safetensors {
        tensors = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** Writes all of it to the channel. */
    public void write(WritableByteChannel channel) throws IOException {
        byte[] header = header();
        ByteBuffer start = ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
        writeFully(channel, start.putLong(header.length).put(header).flip());
        for (HostTensor tensor : tensors.values()) {
            writeFully(channel, tensor.bytes());
        }
    }

    private byte[] header() {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = header.putObject(METADATA);
            metadata.forEach(texts::put);
        }
        long offset = 0;
        for (Map.Entry<String, HostTensor> entry : tensors.entrySet()) {
            HostTensor tensor = entry.getValue();
            ObjectNode node = header.putObject(entry.getKey());
            node.put("dtype", tensor.type().safetensorsName());
            var shape = node.putArray("shape");
            for (long dimension : tensor.shape()) {
                shape.add(dimension);
            }
            long end = offset + tensor.bytes().remaining();
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

    /**
     * Reads a whole file from the channel.
     *
     * @throws IOException if the bytes are not a complete safetensors file; the message says what is wrong
     */
    public static Safetensors read(ReadableByteChannel channel) throws IOException {
        return read(channel, Long.MAX_VALUE);
    }

    /**
     * The same for a file that may say anything: no memory is taken for more than its size.
     *
     * @param size of the whole file in bytes
     */
    public static Safetensors read(ReadableByteChannel channel, long size) throws IOException {
        long length = readFully(channel, Long.BYTES, "header length").getLong();
        if (length < 2 || length > MAX_HEADER_BYTES) {
            throw new IOException(
                    "safetensors: a header of " + length + " bytes is not between 2 and " + MAX_HEADER_BYTES);
        }
        requireInside("the header", length, size);
        JsonNode header = parseHeader(readFully(channel, (int) length, "header"));
        Map<String, String> metadata = new LinkedHashMap<>();
        header.path(METADATA)
                .properties()
                .forEach(text -> metadata.put(text.getKey(), text.getValue().asText()));
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        long position = 0;
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (!entry.getKey().equals(METADATA)) {
                requireInside(
                        entry.getKey(),
                        entry.getValue().path("data_offsets").path(1).asLong(),
                        size);
                tensors.put(entry.getKey(), readTensor(channel, entry.getKey(), entry.getValue(), position));
                position = entry.getValue().path("data_offsets").path(1).asLong();
            }
        }
        return new Safetensors(tensors, metadata);
    }

    private static void requireInside(String what, long end, long size) throws EOFException {
        if (end > size) {
            throw new EOFException("safetensors: " + what + " ends at " + end + ", the file has " + size + " bytes");
        }
    }

    private static JsonNode parseHeader(ByteBuffer bytes) throws IOException {
        JsonNode header = JSON.readTree(StandardCharsets.UTF_8.decode(bytes).toString());
        if (header == null || !header.isObject()) {
            throw new IOException("safetensors: the header is not a JSON object");
        }
        return header;
    }

    private static HostTensor readTensor(ReadableByteChannel channel, String name, JsonNode node, long position)
            throws IOException {
        long begin = node.path("data_offsets").path(0).asLong(-1);
        long end = node.path("data_offsets").path(1).asLong(-1);
        if (begin != position || end < begin || end - begin > Integer.MAX_VALUE - ALIGNMENT) {
            throw new IOException("safetensors: %s lies at %d..%d, but its data should begin at %d"
                    .formatted(name, begin, end, position));
        }
        long[] shape = StreamSupport.stream(node.path("shape").spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
        ByteBuffer bytes = readFully(channel, (int) (end - begin), name);
        try {
            return new HostTensor(DType.ofSafetensorsName(node.path("dtype").asText()), shape, bytes);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IOException("safetensors: " + name + ": " + e.getMessage(), e);
        }
    }

    private static ByteBuffer readFully(ReadableByteChannel channel, int length, String what) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("safetensors: the file ends inside " + what + ": " + bytes.position() + " of "
                        + length + " bytes are there");
            }
        }
        return bytes.flip();
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
