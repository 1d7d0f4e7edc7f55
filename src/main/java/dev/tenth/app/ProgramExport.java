package dev.tenth.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.tenth.data.DataException;
import dev.tenth.data.Library;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Residents;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Training;
import dev.tenth.recipes.Recipes;
import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Recording;
import dev.tenth.torch.Recording.Event;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Torch;
import dev.tenth.torch.Variable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Writes the programs that recipes are made into, for use without this service: {@code ProgramExport OUT DEVICE [RECIPE[/PRESET] …]}.
 * A folder for each preset holds each of its programs as two files that {@code torch.jit.load} opens ({@code check} draws its random
 * numbers on the CPU, so that it computes the same everywhere), and what the first steps called, gave and got on this machine's CPU:
 * {@code record.json} and {@code tensors.safetensors}. The values before the first step lie beside the folders, in {@code
 * values.safetensors}. Pictures and texts are cut.
 */
public final class ProgramExport {
    private static final long SEED = 1;
    private static final long STEPS = 20;
    /** After these steps the variables are noted as well. */
    private static final List<Long> NOTED = List.of(1L, 5L, STEPS);
    /** Of a larger result, every k-th element is noted, at most so many. */
    private static final int NOTED_ELEMENTS = 256;
    /** A preset whose variables take more bytes is left out. */
    private static final long LARGEST_STATE = 64 << 20;
    /** Less is held out than of a whole data set. */
    private static final Map<String, Object> CUT = Map.of("heldOut", 500, "validation", 500);

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path folder;
    private final Device device;
    private final CutDatasets data;
    /** Values of variables by their digests: presets share first weights and data. */
    private final Map<String, TensorSource> values = new LinkedHashMap<>();

    private ProgramExport(Path folder, Device device, CutDatasets data) {
        this.folder = folder;
        this.device = device;
        this.data = data;
    }

    public static void main(String[] arguments) throws IOException {
        Path out = Path.of(arguments[0]);
        Device device = Device.named(arguments[1])
                .orElseThrow(() -> new IllegalArgumentException("device: " + arguments[1] + " is not cpu or cuda:N"));
        List<String> asked = List.of(arguments).subList(2, arguments.length);
        Path data = Optional.ofNullable(System.getenv("TENTH_DATA"))
                .map(Path::of)
                .orElse(Path.of(System.getProperty("user.home"), ".tenth", "data"));
        Torch.useThreads(1);
        try (Library library = new Library(Files.createTempDirectory("tenth-export"), data)) {
            ProgramExport export = new ProgramExport(out, device, new CutDatasets(library));
            for (Recipe<?> recipe : Recipes.all()) {
                export.presets(recipe, asked);
            }
            save(out.resolve("values.safetensors"), export.values);
        }
    }

    private <P extends Record & Parameters> void presets(Recipe<P> recipe, List<String> asked) {
        for (Preset<P> preset : recipe.presets()) {
            String name = recipe.id() + "/" + preset.name();
            if (asked.isEmpty() || asked.contains(recipe.id()) || asked.contains(name)) {
                export(recipe, preset, name);
            }
        }
    }

    private <P extends Record & Parameters> void export(Recipe<P> recipe, Preset<P> preset, String name) {
        long begin = System.nanoTime();
        Schema<P> schema = Schema.of(recipe);
        Map<String, Object> changes = new HashMap<>(CUT);
        changes.keySet().retainAll(schema.values(preset.parameters()).keySet());
        P parameters = schema.with(preset.parameters(), changes);
        Setting setting = new Setting(Device.CPU, SEED, data, new Residents(), (_, _) -> {});
        Recording recording = new Recording();
        try (Training<P> training = recording.during(() -> recipe.prepare(parameters, setting))) {
            long bytes = recording.programs().stream()
                    .mapToLong(program -> program.program().bytes())
                    .sum();
            if (bytes > LARGEST_STATE) {
                System.out.printf("%-28s left out: %,d MB%n", name, bytes >> 20);
                return;
            }
            write(name, training, recording);
            System.out.printf("%-28s %.1f s%n", name, (System.nanoTime() - begin) / 1e9);
        } catch (DataException e) {
            System.out.printf("%-28s left out: %s%n", name, e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String name, Training<?> training, Recording recording) throws IOException {
        Path place = Files.createDirectories(folder.resolve(name.replace('/', '-')));
        List<ProgramCard> programs = new ArrayList<>();
        for (int i = 0; i < recording.programs().size(); i++) {
            Executable executable = recording.programs().get(i);
            shorten(executable);
            Files.write(
                    place.resolve("program-" + i + ".pt"), executable.program().archive(device));
            Files.write(
                    place.resolve("check-" + i + ".pt"), executable.program().archive(device, Device.CPU));
            programs.add(new ProgramCard(executable.program().variables().stream()
                    .map(variable -> card(variable, executable.get(variable)))
                    .toList()));
        }
        Map<String, TensorSource> tensors = new LinkedHashMap<>();
        List<StepCard> steps = new ArrayList<>();
        recording.start();
        for (long step = 1; step <= STEPS; step++) {
            training.step(step, _ -> {});
            steps.add(new StepCard(step, calls(recording.take(), tensors)));
            if (NOTED.contains(step)) {
                note(step, recording.programs(), tensors);
            }
        }
        save(place.resolve("tensors.safetensors"), tensors);
        JSON.writeValue(
                place.resolve("record.json").toFile(), new RecordCard(name, device.toString(), programs, steps));
    }

    /** What {@code record.json} says. */
    private record RecordCard(String name, String device, List<ProgramCard> programs, List<StepCard> steps) {}

    /** A program's variables in the order in which {@code bind} takes them. */
    private record ProgramCard(List<VariableCard> variables) {}

    /**
     * A variable.
     *
     * @param value the key of its value before the first step in {@code values.safetensors}; empty if it is zero
     */
    private record VariableCard(String name, String type, long[] shape, String role, String value) {}

    private record StepCard(long step, List<CallCard> calls) {}

    /** A call, or (without a method) a value put into the variable {@code puts}. Tensors are named by their keys. */
    private record CallCard(
            int program,
            String method,
            String puts,
            Map<String, Long> integers,
            Map<String, Double> numbers,
            List<String> inputs,
            Map<String, String> outputs) {}

    private VariableCard card(Variable variable, HostTensor value) {
        String key = "";
        if (!isZero(value)) {
            key = digest(value);
            values.put(key, variable.type() == DType.FLOAT32 && isShort(value) ? shortened(value) : value);
        }
        return new VariableCard(
                variable.name(),
                variable.type().toString(),
                variable.shape().dimensions(),
                variable.role().toString(),
                key);
    }

    private static String digest(HostTensor value) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(value.toString().getBytes(StandardCharsets.UTF_8));
            sha256.update(value.bytes());
            return HexFormat.of().formatHex(sha256.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Cuts the first weights to 16 bits, which take half the room in the file. */
    private static void shorten(Executable executable) {
        for (Variable variable : executable.program().variables()) {
            if (variable.role() == Variable.Role.PARAMETER) {
                float[] values = executable.get(variable).floats();
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xffff0000);
                }
                executable.set(variable, HostTensor.of(values, variable.shape().dimensions()));
            }
        }
    }

    /** Whether bfloat16 holds all elements. */
    private static boolean isShort(HostTensor tensor) {
        for (float value : tensor.floats()) {
            if ((Float.floatToRawIntBits(value) & 0xffff) != 0) {
                return false;
            }
        }
        return true;
    }

    private static HostTensor shortened(HostTensor tensor) {
        float[] values = tensor.floats();
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        }
        return new HostTensor(DType.BFLOAT16, tensor.shape(), bytes.flip());
    }

    private static boolean isZero(HostTensor tensor) {
        return LongStream.range(0, tensor.bytes().remaining())
                .allMatch(i -> tensor.bytes().get((int) i) == 0);
    }

    private static List<CallCard> calls(List<Event> events, Map<String, TensorSource> tensors) {
        List<CallCard> cards = new ArrayList<>();
        for (Event event : events) {
            String key = "call/" + tensors.size();
            switch (event) {
                case Event.Put put -> {
                    tensors.put(key, put.value());
                    cards.add(new CallCard(
                            put.program(), "", put.variable(), Map.of(), Map.of(), List.of(key), Map.of()));
                }
                case Event.Called call -> {
                    List<String> inputs = new ArrayList<>();
                    call.inputs().forEach((name, value) -> {
                        inputs.add(key + "/in/" + name);
                        tensors.put(key + "/in/" + name, value);
                    });
                    Map<String, String> outputs = new LinkedHashMap<>();
                    call.outputs().forEach((name, value) -> {
                        outputs.put(name, key + "/out/" + name);
                        tensors.put(key + "/out/" + name, some(value));
                    });
                    cards.add(new CallCard(
                            call.program(), call.method(), "", call.integers(), call.numbers(), inputs, outputs));
                }
            }
        }
        return cards;
    }

    private static void note(long step, List<Executable> programs, Map<String, TensorSource> tensors) {
        for (int i = 0; i < programs.size(); i++) {
            for (Variable variable : programs.get(i).program().variables()) {
                if (variable.role() != Variable.Role.DATA) {
                    tensors.put(
                            "after/%d/%d/%s".formatted(step, i, variable.name()),
                            some(programs.get(i).get(variable)));
                }
            }
        }
    }

    /** Every k-th element, as a row: k is the smallest that leaves few enough. */
    private static HostTensor some(HostTensor tensor) {
        int width = tensor.type().bytes();
        int elements = tensor.bytes().remaining() / width;
        int stride = Math.max(1, Math.ceilDiv(elements, NOTED_ELEMENTS));
        int noted = Math.ceilDiv(elements, stride);
        ByteBuffer bytes = ByteBuffer.allocate(noted * width);
        for (int i = 0; i < noted; i++) {
            bytes.put(tensor.bytes().slice(i * stride * width, width));
        }
        return new HostTensor(tensor.type(), new long[] {noted}, bytes.flip());
    }

    private static void save(Path file, Map<String, TensorSource> tensors) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            new Safetensors(tensors, Map.of()).write(channel);
        }
    }
}
