import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Torch;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Scanner;

/**
 * Our side of the comparison: {@code StepTimes SYSTEM THREADS FILE}. Writes first weights and batch to FILE, runs a few
 * steps and prints their results for the peer to be compared with; then, for each number n on standard input, prints the
 * seconds that n steps took.
 */
class StepTimes {
    private static final int CHECKED_STEPS = 5;
    public static void main(String[] arguments) throws Exception {
        Torch.useThreads(Integer.parseInt(arguments[1]));
        Subjects.Subject subject = Subjects.of(arguments[0]);
        try (Executable executable = new Executable(subject.program(), Device.CPU, 1)) {
            Map<String, TensorSource> given = new LinkedHashMap<>(executable.save());
            subject.data().forEach((name, tensor) -> given.put("data/" + name, tensor));
            try (FileChannel file = FileChannel.open(Path.of(arguments[2]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                new Safetensors(given, Map.of()).write(file);
            }
            if (!subject.prepare().isEmpty()) {
                executable.call(subject.prepare()).run();
            }
            Executable.Call step = executable.call(subject.method());
            subject.data().forEach(step::with);
            subject.numbers().forEach(step::with);
            StringBuilder results = new StringBuilder("results");
            for (int i = 0; i < CHECKED_STEPS; i++) {
                HostTensor result = step.run().get(subject.result());
                if (result.type() == DType.INT64) {
                    for (long symbol : result.longs()) {
                        results.append(' ').append(symbol);
                    }
                } else {
                    for (float value : result.floats()) {
                        results.append(' ').append(value);
                    }
                }
            }
            System.out.println(results);
            Scanner rounds = new Scanner(System.in);
            while (rounds.hasNextInt()) {
                int steps = rounds.nextInt();
                long start = System.nanoTime();
                for (int i = 0; i < steps; i++) {
                    step.run();
                }
                System.out.println("seconds " + (System.nanoTime() - start) / 1e9);
            }
        }
    }
}
