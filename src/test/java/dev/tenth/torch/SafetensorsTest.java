package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** States on their way into files and back: the format as it is written down, without a copy in the heap, without leaks. */
class SafetensorsTest {
    /** The heap of the JVM through which a state of more than a gigabyte goes. */
    private static final String HEAP = "-Xmx48m";

    private static final int LARGE_TENSORS = 5;
    private static final int LARGE_ELEMENTS = 56 << 20;

    @TempDir
    Path directory;

    private static final Variable WEIGHT = Variable.parameter("net/weight", Variable.Initial.normal(1), 700, 700);
    private static final Variable BIAS = Variable.parameter("net/bias", Variable.Initial.constant(.5), 3);
    private static final Variable NONE = Variable.state("none", 0, 4);
    private static final Variable COUNTS =
            new Variable("counts", DType.INT64, Shape.of(2), (index, _) -> 7 + index, Variable.Role.STATE);

    private static Program program(List<Variable> variables) {
        return Program.trace(Precision.FLOAT32, methods -> methods.method("read", t -> variables.forEach(t::value)));
    }

    private static Program program() {
        return program(List.of(WEIGHT, BIAS, NONE, COUNTS));
    }

    private static byte[] bytes(Safetensors file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        file.write(Channels.newChannel(bytes));
        return bytes.toByteArray();
    }

    /** What a tensor of the file holds, read as the format's description says. */
    private static ByteBuffer tensor(byte[] file, String name) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(bytes.getLong());
        JsonNode offsets = header(file).get(name).get("data_offsets");
        return bytes.slice(
                        8 + header + offsets.get(0).asInt(),
                        offsets.get(1).asInt() - offsets.get(0).asInt())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private static JsonNode header(byte[] file) throws IOException {
        int header = Math.toIntExact(
                ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong());
        return new ObjectMapper().readTree(file, 8, header);
    }

    @Test
    void aProgramsStateIsInTheFileAsTheFormatSays() throws IOException {
        try (Executable executable = new Executable(program(), Device.CPU, 3)) {
            byte[] file = bytes(new Safetensors(executable.save(), Map.of("step", "17")));
            ByteBuffer length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
            String text = """
                    {"__metadata__":{"step":"17"},\
                    "net/weight":{"dtype":"F32","shape":[700,700],"data_offsets":[0,1960000]},\
                    "net/bias":{"dtype":"F32","shape":[3],"data_offsets":[1960000,1960012]},\
                    "none":{"dtype":"F32","shape":[0,4],"data_offsets":[1960012,1960012]},\
                    "counts":{"dtype":"I64","shape":[2],"data_offsets":[1960012,1960028]}}""";
            int padded = (text.length() + 7) / 8 * 8;
            assertThat(length.getLong()).isEqualTo(padded);
            assertThat(new String(file, 8, padded, StandardCharsets.UTF_8))
                    .isEqualTo(text + " ".repeat(padded - text.length()));
            assertThat(file).hasSize(8 + padded + 1_960_028);

            float[] weights = executable.get(WEIGHT).floats();
            float[] written = new float[weights.length];
            tensor(file, "net/weight").asFloatBuffer().get(written);
            assertThat(written).isEqualTo(weights);
            assertThat(tensor(file, "counts").asLongBuffer().get(1)).isEqualTo(8);
            // Copied into the heap first, it is the same file.
            assertThat(bytes(new Safetensors(SavedState.copy(executable.save()), Map.of("step", "17"))))
                    .isEqualTo(file);
        }
    }

    @Test
    void aFileIsReadTensorByTensor() throws IOException {
        Path path = directory.resolve("state.safetensors");
        try (Executable one = new Executable(program(), Device.CPU, 3);
                Executable other = new Executable(program(), Device.CPU, 4)) {
            one.set(BIAS, HostTensor.of(new float[] {1, 2, 3}, 3));
            Files.write(path, bytes(new Safetensors(one.save(), Map.of("step", "17"))));
            try (FileChannel file = FileChannel.open(path)) {
                Safetensors opened = Safetensors.open(file);
                assertThat(opened.metadata()).containsExactly(Map.entry("step", "17"));
                assertThat(opened.tensors()).containsOnlyKeys("net/weight", "net/bias", "none", "counts");
                assertThat(opened.tensors().get("counts").read().longs()).containsExactly(7, 8);
                other.load(opened.tensors());
                try (Executable made = new Executable(program(), Device.CPU, opened.tensors())) {
                    assertThat(SavedState.copy(made.save())).isEqualTo(SavedState.copy(one.save()));
                }
            }
            assertThat(SavedState.copy(other.save())).isEqualTo(SavedState.copy(one.save()));
            assertThat(SavedState.copy(Safetensors.of(Files.readAllBytes(path)).tensors()))
                    .isEqualTo(SavedState.copy(one.save()));
        }
    }

    @Test
    void aFileThatEndsEarlyIsRefusedWhereverItEnds() throws IOException {
        byte[] whole;
        try (Executable executable = new Executable(program(List.of(BIAS, COUNTS)), Device.CPU, 3)) {
            whole = bytes(new Safetensors(executable.save(), Map.of()));
        }
        for (int length = 0; length < whole.length; length++) {
            Path path = Files.write(directory.resolve("torn"), Arrays.copyOf(whole, length));
            try (FileChannel file = FileChannel.open(path)) {
                assertThatThrownBy(() -> Safetensors.open(file))
                        .as("%d of %d bytes", length, whole.length)
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("safetensors: ");
            }
        }
    }

    /** Takes so many writes; the next one fails. */
    private static final class FullChannel implements WritableByteChannel {
        private int left;

        FullChannel(int writes) {
            this.left = writes;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            if (left-- == 0) {
                throw new IOException("No space left on device");
            }
            int count = source.remaining();
            source.position(source.limit());
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void aWriteThatFailsLeavesTheProgramAsItWas() {
        try (Executable executable = new Executable(program(), Device.CPU, 3)) {
            Map<String, TensorSource> before = SavedState.copy(executable.save());
            long handles = Torch.liveHandles();
            for (int writes = 0; writes < 5; writes++) {
                FullChannel full = new FullChannel(writes);
                assertThatThrownBy(() -> new Safetensors(executable.save(), Map.of()).write(full))
                        .as("write %d", writes + 1)
                        .isInstanceOf(IOException.class);
            }
            assertThat(Torch.liveHandles()).isEqualTo(handles);
            assertThat(SavedState.copy(executable.save())).isEqualTo(before);
        }
    }

    /** A tensor of which only a part can be read. */
    private record Torn(TensorSource whole) implements TensorSource {
        @Override
        public DType type() {
            return whole.type();
        }

        @Override
        public long[] shape() {
            return whole.shape();
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            channel.write(ByteBuffer.allocate((int) byteCount() / 2));
            throw new EOFException("the disk is gone");
        }
    }

    @Test
    void aReadThatFailsLeavesNoNativeMemoryBehind() {
        long none = Torch.liveHandles();
        try (Executable executable = new Executable(program(), Device.CPU, 3)) {
            long handles = Torch.liveHandles();
            for (Variable broken : List.of(WEIGHT, BIAS, COUNTS)) {
                Map<String, TensorSource> state = new LinkedHashMap<>(SavedState.copy(executable.save()));
                state.computeIfPresent(broken.name(), (_, tensor) -> new Torn(tensor));
                assertThatThrownBy(() -> executable.load(state))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("the disk is gone");
                assertThatThrownBy(() -> new Executable(program(), Device.CPU, state))
                        .isInstanceOf(UncheckedIOException.class);
                state.remove(broken.name());
                assertThatThrownBy(() -> new Executable(program(), Device.CPU, state))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("state: " + broken.name() + " is missing");
                assertThat(Torch.liveHandles()).isEqualTo(handles);
            }
        }
        assertThat(Torch.liveHandles()).isEqualTo(none);
    }

    @Test
    void nothingIsReadOfAProgramThatIsClosed() {
        Executable executable = new Executable(program(), Device.CPU, 3);
        TensorSource weight = executable.save().get(WEIGHT.name());
        executable.close();
        assertThatThrownBy(weight::read).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatIsTooLargeForOneBufferIsRefusedByName() {
        assertThatThrownBy(() -> Variable.state("huge", 1 << 15, 1 << 15))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("huge")
                .hasMessageContaining("2,147,483,647");
    }

    @Test
    void aStateLargerThanTheHeapGoesIntoAFileAndBack() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeState.class.getName(),
                        directory.resolve("large.safetensors").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(Files.size(directory.resolve("large.safetensors")))
                .isGreaterThan(4L * LARGE_TENSORS * LARGE_ELEMENTS);
        assertThat(said).contains("the same: true");
    }

    /** Writes a state of more than a gigabyte, loads it into a program of its own, and compares. */
    static final class LargeState {
        public static void main(String[] arguments) throws IOException {
            Program program = program(large());
            Path path = Path.of(arguments[0]);
            try (Executable executable = new Executable(program, Device.CPU, 1)) {
                for (Variable variable : large()) {
                    executable.set(variable, new Numbers(variable));
                }
                try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    new Safetensors(executable.save(), Map.of()).write(file);
                }
            }
            try (FileChannel file = FileChannel.open(path);
                    Executable executable = new Executable(
                            program, Device.CPU, Safetensors.open(file).tensors())) {
                boolean same = true;
                for (TensorSource tensor : executable.save().values()) {
                    Checked checked = new Checked();
                    tensor.writeTo(checked);
                    same &= checked.isRight();
                }
                System.out.println("the same: " + same);
            }
        }

        private static List<Variable> large() {
            return IntStream.range(0, LARGE_TENSORS)
                    .mapToObj(i -> Variable.state("tensor" + i, LARGE_ELEMENTS))
                    .toList();
        }
    }

    /** Numbers that never repeat within a tensor. */
    private record Numbers(Variable variable) implements TensorSource {
        @Override
        public DType type() {
            return variable.type();
        }

        @Override
        public long[] shape() {
            return variable.shape().dimensions();
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            ByteBuffer piece = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < LARGE_ELEMENTS; i++) {
                piece.putInt(i);
                if (!piece.hasRemaining()) {
                    channel.write(piece.flip());
                    piece.clear();
                }
            }
        }
    }

    /** Whether what is written are {@link Numbers}. */
    private static final class Checked implements WritableByteChannel {
        private int next;
        private boolean right = true;

        @Override
        public int write(ByteBuffer source) {
            int count = source.remaining();
            ByteBuffer numbers = source.order(ByteOrder.LITTLE_ENDIAN);
            while (numbers.hasRemaining()) {
                right &= numbers.getInt() == next++;
            }
            return count;
        }

        boolean isRight() {
            return right && next == LARGE_ELEMENTS;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
