package dev.tenth.fuzz;

import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.TensorSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Safetensors files of trained states: whole, with metadata and tensors that are others, or with a head that lies. */
final class StateFiles {
    private StateFiles() {}

    static Arbitrary<byte[]> of(byte[]... originals) {
        Arbitrary<byte[]> original = Arbitraries.of(originals);
        return Arbitraries.frequencyOf(
                Tuple.of(2, Mutations.of(original)),
                Tuple.of(4, Combinators.combine(original, metadata()).as(StateFiles::with)),
                Tuple.of(3, Combinators.combine(original, tensors()).as(StateFiles::replaced)),
                Tuple.of(
                        3,
                        Combinators.combine(
                                        lengths(),
                                        Json.text(heads()),
                                        Arbitraries.bytes().array(byte[].class).ofMaxSize(32))
                                .as(StateFiles::file)));
    }

    private static Arbitrary<Map<String, String>> metadata() {
        Arbitrary<String> number = Texts.mostly("0", "1", "40", "9007199254740991", "9223372036854775807", "-1", "1e3");
        Arbitrary<String> name =
                Arbitraries.of("step", "seed", "recipe", "preset", "parameters", "cursor", "seq", "versions");
        Arbitrary<String> value = Arbitraries.oneOf(
                number,
                Texts.mostly("gan-1d", "vae", "heart", "quick"),
                Json.text(Json.any()),
                Json.text(Recipes.starts().map(start -> start.get("params"))));
        return Arbitraries.maps(Arbitraries.frequencyOf(Tuple.of(9, name), Tuple.of(1, Texts.any())), value)
                .ofMaxSize(3);
    }

    private static byte[] with(byte[] file, Map<String, String> changes) {
        Safetensors state = read(file);
        Map<String, String> metadata = new LinkedHashMap<>(state.metadata());
        metadata.putAll(changes);
        return written(new Safetensors(state.tensors(), metadata));
    }

    /** Tensors of other shapes than the model's. */
    private static Arbitrary<HostTensor> tensors() {
        return Arbitraries.integers().between(0, 5).list().ofMaxSize(3).map(sides -> {
            long[] shape = sides.stream().mapToLong(Integer::longValue).toArray();
            int size = sides.stream().reduce(1, (a, b) -> a * b);
            return HostTensor.of(new float[size], shape);
        });
    }

    private static byte[] replaced(byte[] file, HostTensor tensor) {
        Safetensors state = read(file);
        Map<String, TensorSource> tensors = new LinkedHashMap<>(state.tensors());
        List<String> names = List.copyOf(tensors.keySet());
        tensors.put(names.get(Math.floorMod(java.util.Arrays.hashCode(tensor.shape()), names.size())), tensor);
        return written(new Safetensors(tensors, state.metadata()));
    }

    /** What is added to the true length of the head. */
    private static Arbitrary<Long> lengths() {
        return Arbitraries.frequencyOf(
                Tuple.of(5, Arbitraries.just(0L)),
                Tuple.of(
                        1,
                        Arbitraries.of(-1L, 1L, 8L, 1000L, 1L << 31, 1L << 40, Long.MAX_VALUE - 9000, Long.MIN_VALUE)));
    }

    private static Arbitrary<?> heads() {
        Arbitrary<Object> offset = Json.mostly(0, 4, 8, -1, 1L << 40, Long.MAX_VALUE);
        Arbitrary<Map<String, Object>> tensor = Json.object(Map.of(
                "dtype", Json.mostly("F32", "F64", "I64", "BF16", "BOOL", "U8", "F8_E4M3"),
                "shape", Json.mostly(Json.mostly(0, 1, 2, 1L << 32, -1).list().ofMaxSize(4)),
                "data_offsets", Json.mostly(offset.list().ofSize(2))));
        return Json.object(Map.of(
                "__metadata__", Json.mostly(Json.object(Map.of("recipe", Json.mostly("gan-1d"), "step", Json.any()))),
                "g/0/weight", Json.mostly(tensor),
                "w", Json.mostly(tensor),
                "", Json.mostly(tensor)));
    }

    private static byte[] file(long lie, String head, byte[] data) {
        byte[] text = head.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + text.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length + lie)
                .put(text)
                .put(data)
                .array();
    }

    private static Safetensors read(byte[] file) {
        try {
            return Safetensors.of(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] written(Safetensors state) {
        try {
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            state.write(Channels.newChannel(file));
            return file.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
