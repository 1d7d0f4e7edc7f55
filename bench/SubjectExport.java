import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Variable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what is timed as files for another device: {@code SubjectExport OUT DEVICE SYSTEM …}. Of each system the program and, in
 * {@code SYSTEM.safetensors}, its variables by name and its data; the file's metadata say how the step is called.
 */
class SubjectExport {
    public static void main(String[] arguments) throws IOException {
        Path out = Files.createDirectories(Path.of(arguments[0]));
        Device device = Device.named(arguments[1]).orElseThrow();
        for (String system : List.of(arguments).subList(2, arguments.length)) {
            Subjects.Subject subject = Subjects.of(system);
            Files.write(out.resolve(system + ".pt"), subject.program().archive(device));
            try (Executable executable = new Executable(subject.program(), Device.CPU, 1);
                    FileChannel file = FileChannel.open(
                            out.resolve(system + ".safetensors"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                Map<String, TensorSource> tensors = new LinkedHashMap<>(executable.save());
                // Slots of optimizers are zero at first; weights of recurrent nets are drawn where the file is read.
                tensors.keySet().removeIf(name -> name.matches("(adam|rnn|output|state|last).*"));
                subject.data().forEach((name, value) -> tensors.put("data/" + name, value));
                Map<String, String> call = Map.of(
                        "prepare", subject.prepare(),
                        "method", subject.method(),
                        "variables", String.join(" ", subject.program().variables().stream().map(SubjectExport::named).toList()),
                        "inputs", String.join(" ", subject.inputs()),
                        "numbers", String.join(" ", subject.numbers().values().stream().map(String::valueOf).toList()));
                tensors.replaceAll((name, value) -> shortened(value.read()));
                new Safetensors(tensors, call).write(file);
            }
        }
    }

    /** In 16 bits: both sides start from these. */
    private static TensorSource shortened(HostTensor value) {
        if (value.type() != DType.FLOAT32) {
            return value;
        }
        ByteBuffer bytes = ByteBuffer.allocate(value.bytes().remaining() / 2).order(ByteOrder.LITTLE_ENDIAN);
        for (float number : value.floats()) {
            bytes.putShort((short) (Float.floatToRawIntBits(number) >>> 16));
        }
        return new HostTensor(DType.BFLOAT16, value.shape(), bytes.flip());
    }

    /** Name, type and shape. */
    private static String named(Variable variable) {
        return variable.name() + ":" + variable.type() + "[" + String.join(",", Arrays.stream(variable.shape().dimensions()).mapToObj(Long::toString).toList()) + "]";
    }
}
