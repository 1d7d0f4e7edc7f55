package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs as a whole: errors at trace time, randomness, isolation of threads, native memory, export. */
class ProgramTest {
    private static final Dense HIDDEN = Dense.of("hidden", 2, 64);
    private static final Dense OUTPUT = Dense.of("output", 64, 1);
    private static final List<Variable> PARAMETERS =
            List.of(HIDDEN.weight(), HIDDEN.bias(), OUTPUT.weight(), OUTPUT.bias());

    /** A small network that fits random numbers. */
    private static Program fitting() {
        return Program.trace(Precision.FLOAT32, methods -> methods.method("step", t -> {
                    Random random = t.random(t.integer("seed"));
                    Tensor prediction = OUTPUT.apply(
                            random.dropout(HIDDEN.apply(random.normal(32, 2)).tanh(), .2));
                    Tensor loss = prediction.meanSquaredError(random.uniform(32, 1));
                    t.minimize(loss, PARAMETERS, new Optimizer.Adam(), "adam", t.number("learningRate"));
                    t.output("loss", loss);
                })
                .method(
                        "forward",
                        t -> t.output(
                                "y",
                                OUTPUT.apply(HIDDEN.apply(t.input("x", DType.FLOAT32, 3, 2))
                                        .tanh()))));
    }

    private static Map<String, TensorSource> train(Executable executable, int steps, long seed) {
        for (int i = 1; i <= steps; i++) {
            executable
                    .call("step")
                    .with("seed", Randomness.mix(seed, i))
                    .with("learningRate", 1e-2)
                    .run();
        }
        return SavedState.copy(executable.save());
    }

    @Test
    void aShapeErrorNamesBothShapesAndTheModelsLine() {
        assertThatThrownBy(() -> Program.trace(
                        Precision.FLOAT32,
                        methods -> methods.method("bad", t -> t.zeros(3, 4).matmul(t.zeros(5, 6)))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3, 4]")
                .hasMessageContaining("[5, 6]")
                .hasMessageMatching(".*\\(ProgramTest\\.java:\\d+\\)");
    }

    @Test
    void aLossThatDoesNotDependOnAParameterIsRefusedWhenTraced() {
        assertThatThrownBy(() -> Program.trace(
                        Precision.FLOAT32,
                        methods -> methods.method(
                                "bad", t -> t.gradient(t.zeros(2).sum(), List.of(t.value(HIDDEN.weight()))))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("does not depend");
    }

    @Test
    void anInputOfTheWrongShapeIsRefusedBeforeTheCall() {
        try (Executable executable = new Executable(fitting(), Device.CPU, 1)) {
            assertThatThrownBy(() -> executable.call("forward").with("x", HostTensor.of(new float[4], 2, 2)))
                    .hasMessageContaining("x is float32[3, 2], the value float32[2, 2]");
        }
    }

    @Test
    void whatIsRandomFollowsFromTheSeedAlone() {
        Program program = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method("draw", t -> {
                    Random random = t.random(t.integer("seed"));
                    t.output("normal", random.normal(10_000));
                    t.output("permutation", random.permutation(100));
                    t.output(
                            "choice",
                            random.choice(
                                    t.input("weights", DType.FLOAT32, 1, 3).expand(1000, 3)));
                }));
        try (Executable executable = new Executable(program, Device.CPU, 0)) {
            Executable.Call call = executable.call("draw").with("weights", HostTensor.of(new float[] {0, 1, 3}, 1, 3));
            Map<String, HostTensor> first = Map.copyOf(call.with("seed", 1).run());
            Map<String, HostTensor> other = Map.copyOf(call.with("seed", 2).run());
            assertThat(call.with("seed", 1).run()).isEqualTo(first);
            assertThat(other.get("normal")).isNotEqualTo(first.get("normal"));
            double[] normal = new double[10_000];
            Arrays.setAll(normal, i -> first.get("normal").floats()[i]);
            assertThat(Arrays.stream(normal).average().orElseThrow()).isEqualTo(0, within(.04));
            assertThat(Arrays.stream(normal).map(x -> x * x).average().orElseThrow())
                    .isEqualTo(1, within(.06));
            assertThat(first.get("permutation").longs()).doesNotHaveDuplicates().hasSize(100);
            assertThat(Arrays.stream(first.get("choice").longs()).average().orElseThrow())
                    .isEqualTo(1.75, within(.06));
        }
    }

    @Test
    void aProgramGoesOnFromASavedStateBitForBit() {
        try (Executable undisturbed = new Executable(fitting(), Device.CPU, 7);
                Executable resumed = new Executable(fitting(), Device.CPU, 8)) {
            train(undisturbed, 30, 7);
            resumed.load(undisturbed.save());
            for (Executable executable : List.of(undisturbed, resumed)) {
                for (int i = 31; i <= 60; i++) {
                    executable
                            .call("step")
                            .with("seed", Randomness.mix(7, i))
                            .with("learningRate", 1e-2)
                            .run();
                }
            }
            assertThat(SavedState.copy(resumed.save())).isEqualTo(SavedState.copy(undisturbed.save()));
        }
    }

    @Test
    void twoProgramsInTwoThreadsGiveWhatEachGivesAlone() throws Exception {
        Map<String, TensorSource> one = inOwnThread(() -> alone(1));
        Map<String, TensorSource> two = inOwnThread(() -> alone(2));
        assertThat(one).isNotEqualTo(two);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<Map<String, TensorSource>> first = threads.submit(() -> alone(1));
            Future<Map<String, TensorSource>> second = threads.submit(() -> alone(2));
            assertThat(first.get()).isEqualTo(one);
            assertThat(second.get()).isEqualTo(two);
        }
    }

    private static Map<String, TensorSource> inOwnThread(Callable<Map<String, TensorSource>> work) throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            return thread.submit(work).get();
        }
    }

    private static Map<String, TensorSource> alone(long seed) {
        Torch.useThreads(1);
        try (Executable executable = new Executable(fitting(), Device.CPU, seed)) {
            return train(executable, 500, seed);
        }
    }

    @Test
    void tenThousandStepsLeaveNoNativeMemoryBehind() throws IOException {
        long before = Torch.liveHandles();
        try (Executable executable = new Executable(fitting(), Device.CPU, 1)) {
            train(executable, 3000, 1);
            System.gc();
            long handles = Torch.liveHandles();
            long resident = residentBytes();
            train(executable, 10_000, 2);
            assertThat(Torch.liveHandles()).isEqualTo(handles);
            System.gc();
            assertThat(residentBytes() - resident).isLessThan(10 << 20);
        }
        assertThat(Torch.liveHandles()).isEqualTo(before);
    }

    private static long residentBytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow()
                    * 1024;
        }
    }

    @Test
    void pythonOpensAnExportedProgramAndItsState(@TempDir Path directory) throws Exception {
        String python = System.getenv().getOrDefault("TENTH_PYTHON", "python3");
        assumeThat(new ProcessBuilder(python, "-c", "import torch, safetensors")
                        .start()
                        .waitFor())
                .as("a Python with torch and safetensors is there (TENTH_PYTHON names it)")
                .isZero();
        float[] x = {1, 2, -1, .5f, 0, 3};
        Program program = fitting();
        float[] y;
        try (Executable executable = new Executable(program, Device.CPU, 3)) {
            Files.write(directory.resolve("program.pt"), program.archive(Device.CPU));
            try (FileChannel file = FileChannel.open(
                    directory.resolve("state.safetensors"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                new Safetensors(
                                executable.save(),
                                Map.of(
                                        "names",
                                        String.join(
                                                ",",
                                                program.variables().stream()
                                                        .map(Variable::name)
                                                        .toList())))
                        .write(file);
            }
            y = executable
                    .call("forward")
                    .with("x", HostTensor.of(x, 3, 2))
                    .run()
                    .get("y")
                    .floats();
        }
        Process process = new ProcessBuilder(python, "-c", """
                import sys, torch
                from safetensors import safe_open
                module = torch.jit.load(sys.argv[1] + "/program.pt")
                with safe_open(sys.argv[1] + "/state.safetensors", "pt") as f:
                    state = [f.get_tensor(name) for name in f.metadata()["names"].split(",")]
                module.bind(state, torch.zeros(1))
                none = torch.zeros(1, dtype=torch.int64), torch.zeros(1, dtype=torch.float64)
                y = module.forward(*none, torch.tensor([[1, 2], [-1, .5], [0, 3]]))[0]
                print(" ".join(repr(v) for v in y.flatten().tolist()))
                """, directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String[] printed =
                new String(process.getInputStream().readAllBytes()).strip().split(" ");
        assertThat(printed).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(Float.parseFloat(printed[i])).isEqualTo(y[i], within(1e-6f));
        }
    }

    @Test
    void aProgramTellsWhichOfItsVariablesAreNotFinite() {
        try (Executable executable = new Executable(fitting(), Device.CPU, 1)) {
            assertThat(executable.nonFinite()).isEmpty();
            float[] large = new float[64];
            Arrays.fill(large, Float.MAX_VALUE); // whose sum is not finite
            executable.set(HIDDEN.bias(), HostTensor.of(large, 64));
            assertThat(executable.nonFinite()).isEmpty();
            executable.set(OUTPUT.bias(), HostTensor.of(new float[] {Float.NEGATIVE_INFINITY}, 1));
            large[40] = Float.NaN;
            executable.set(HIDDEN.bias(), HostTensor.of(large, 64));
            assertThat(executable.nonFinite()).containsExactly(HIDDEN.bias(), OUTPUT.bias());
        }
    }

    @Test
    void aRateThatIsTooLargeShowsInTheParameters() {
        try (Executable executable = new Executable(fitting(), Device.CPU, 1)) {
            executable.call("step").with("seed", 1).with("learningRate", 1e38).run();
            executable.call("step").with("seed", 2).with("learningRate", 1e38).run();
            assertThat(executable.nonFinite()).containsAll(PARAMETERS);
        }
    }

    @Test
    void whatLibtorchCannotAllocateIsAnErrorOfThatCallAlone() { // 281 TB: more than a process can address
        Program program = Program.trace(Precision.FLOAT32, methods -> methods.method(
                        "huge", t -> t.output("y", t.ones(1L << 23, 1L << 23).sum()))
                .method("small", t -> t.output("y", t.ones(2, 2).sum())));
        try (Executable executable = new Executable(program, Device.CPU, 1)) {
            long handles = Torch.liveHandles();
            assertThatThrownBy(() -> executable.call("huge").run()).hasMessageContaining("memory");
            assertThat(executable.call("small").run().get("y").floats()).containsExactly(4);
            assertThat(Torch.liveHandles()).isLessThanOrEqualTo(handles + 6);
        }
    }
}
