package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A TorchScript file opened by others: DJL as its users do it, and Python. */
public final class LoadedModule {
    private LoadedModule() {}

    /** The outputs of one {@code float32} input, by name, through DJL. */
    public static Map<String, float[]> throughDjl(byte[] file, float[] values, long... shape) {
        Torch.useThreads(1); // as serving does: another number may round otherwise
        try {
            Path directory = Files.createTempDirectory("module");
            Path path = Files.write(directory.resolve("module.pt"), file);
            try (Model model = Model.newInstance("module", "PyTorch")) {
                model.load(directory, "module");
                try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
                        NDManager manager = NDManager.newBaseManager("PyTorch")) {
                    NDArray input = manager.create(values, new ai.djl.ndarray.types.Shape(shape));
                    Map<String, float[]> outputs = new LinkedHashMap<>();
                    for (NDArray output : predictor.predict(new NDList(input))) {
                        outputs.put(
                                output.getName(),
                                output.toType(ai.djl.ndarray.types.DataType.FLOAT32, true)
                                        .toFloatArray());
                    }
                    return outputs;
                }
            } finally {
                Files.delete(path);
                Files.delete(directory);
            }
        } catch (IOException | MalformedModelException | TranslateException e) {
            throw new AssertionError(e);
        }
    }

    /** The same through Python; skips the test where it has no torch. */
    public static Map<String, float[]> throughPython(byte[] file, float[] values, long... shape) throws Exception {
        String python = System.getenv().getOrDefault("TENTH_PYTHON", "python3");
        assumeThat(new ProcessBuilder(python, "-c", "import torch").start().waitFor())
                .as("a Python with torch is there (TENTH_PYTHON names it)")
                .isZero();
        Path path = Files.write(Files.createTempFile("module", ".pt"), file);
        Process process = new ProcessBuilder(
                        python,
                        "-c",
                        """
                import sys, torch
                module = torch.jit.load(sys.argv[1])
                numbers = torch.tensor([float(x) for x in sys.stdin.read().split()])
                outputs = module(numbers.reshape([int(n) for n in sys.argv[2].split("x")]))
                for name, values in outputs.items():
                    print(name, *values.float().flatten().tolist())
                print("state", len(module.state_dict()))
                """,
                        path.toString(),
                        Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining("x")))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        StringBuilder text = new StringBuilder();
        for (float value : values) {
            text.append(value).append(' ');
        }
        try (var stdin = process.outputWriter()) {
            stdin.write(text.toString());
        }
        Map<String, float[]> outputs = new LinkedHashMap<>();
        for (String line :
                new String(process.getInputStream().readAllBytes()).strip().split("\n")) {
            String[] words = line.split(" ");
            float[] numbers = new float[words.length - 1];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = Float.parseFloat(words[i + 1]);
            }
            outputs.put(words[0], numbers);
        }
        Files.delete(path);
        assertThat(process.waitFor()).isZero();
        return outputs;
    }
}
