package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Programs as modules for use elsewhere: called with any number of rows, they give what their methods give. */
class ModuleTest {
    private static final int WIDTH = 3;
    private static final Variable WEIGHT = Variable.parameter("net/weight@adam", Variable.Initial.normal(1), 2, WIDTH);
    private static final Variable SHIFT = Variable.state("shift", 2);
    private static final SortedMap<Integer, String> PIECES = new TreeMap<>(Map.of(1, "infer1", 4, "infer4"));

    private static Program program() {
        return Program.trace(
                Precision.FLOAT32,
                methods -> PIECES.forEach((rows, name) -> methods.method(name, t -> {
                    Tensor y = t.input("x", DType.FLOAT32, rows, WIDTH)
                            .matmul(t.value(WEIGHT).transpose(0, 1))
                            .plus(t.value(SHIFT))
                            .tanh();
                    t.output("y", y);
                    t.output("larger", y.argmax(1));
                })));
    }

    private static float[] numbers(int rows) {
        float[] x = new float[rows * WIDTH];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i * 7 % 11 - 5) / 4f;
        }
        return x;
    }

    /** The methods' own outputs, cut and filled up by hand. */
    private static float[] expected(Executable executable, int rows) {
        float[] x = numbers(rows);
        float[] y = new float[rows * 2];
        for (int first = 0; first < rows; ) {
            int piece = rows - first == 1 ? 1 : 4;
            int taken = Math.min(piece, rows - first);
            float[] part = new float[piece * WIDTH];
            System.arraycopy(x, first * WIDTH, part, 0, taken * WIDTH);
            float[] made = executable
                    .call("infer" + piece)
                    .with("x", HostTensor.of(part, piece, WIDTH))
                    .run()
                    .get("y")
                    .floats();
            System.arraycopy(made, 0, y, first * 2, taken * 2);
            first += taken;
        }
        return y;
    }

    @Test
    void othersGetWhatTheMethodsGive() throws Exception {
        try (Executable executable = new Executable(program(), Device.CPU, 5)) {
            executable.set(SHIFT, HostTensor.of(new float[] {.5f, -.25f}, 2));
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            executable.module(PIECES).write(written, executable.save());
            byte[] file = written.toByteArray();
            for (int rows : new int[] {1, 3, 4, 9, 11}) {
                Map<String, float[]> outputs = LoadedModule.throughDjl(file, numbers(rows), rows, WIDTH);
                float[] y = outputs.get("y");
                assertThat(y).isEqualTo(expected(executable, rows));
                for (int i = 0; i < rows; i++) {
                    assertThat(outputs.get("larger")[i]).isEqualTo(y[2 * i + 1] > y[2 * i] ? 1 : 0);
                }
            }
            Map<String, float[]> python = LoadedModule.throughPython(file, numbers(9), 9, WIDTH);
            float[] y = expected(executable, 9);
            for (int i = 0; i < y.length; i++) {
                assertThat(python.get("y")[i]).isCloseTo(y[i], within(1e-6f));
            }
            assertThat(python.get("state")).containsExactly(2); // parameters and buffers by their names
        }
    }

    @Test
    void whatIsNoFunctionOfTensorsIsRefused() {
        Map<String, TensorSource> incomplete = Map.of("shift", HostTensor.of(new float[2], 2));
        assertThatThrownBy(() -> program().module(PIECES).write(OutputStream.nullOutputStream(), incomplete))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("net/weight@adam is missing");
        Program more = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method(
                        "infer1",
                        t -> t.output("y", t.input("x", DType.FLOAT32, 1).times(t.number("scale")))));
        SortedMap<Integer, String> one = new TreeMap<>(Map.of(1, "infer1"));
        assertThatThrownBy(() -> more.module(one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than tensors");
        Program gradient = Program.trace(
                Precision.FLOAT32,
                methods -> methods.method(
                        "infer1",
                        t -> t.output(
                                "y",
                                t.gradient(t.value(WEIGHT).sum(), java.util.List.of(t.value(WEIGHT)))
                                        .getFirst())));
        assertThatThrownBy(() -> gradient.module(one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs gradients");
    }
}
