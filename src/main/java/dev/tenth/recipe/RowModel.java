package dev.tenth.recipe;

import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.ProgramFile;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Variable;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A model whose rows have nothing to do with each other. Its program is traced for a few numbers of rows; any other number is
 * cut into these, the last piece filled up with zeros.
 */
public final class RowModel implements TensorModel {
    /** The numbers of rows for which the program is traced. */
    private static final int[] PIECES = {1, 8, 64};

    private final Signature signature;
    private final Executable program;

    /**
     * Takes over a program that {@link #trace} prepared and that has its state.
     *
     * @param program closed with this
     */
    public RowModel(Signature signature, Executable program) {
        this.signature = signature;
        this.program = program;
    }

    /**
     * Adds the methods that are called here.
     *
     * @param model makes the outputs, by name, of the inputs, by name
     */
    public static void trace(Program.Builder methods, Signature signature, UnaryOperator<Map<String, Tensor>> model) {
        for (int rows : PIECES) {
            methods.method("infer" + rows, t -> {
                Map<String, Tensor> inputs = new LinkedHashMap<>();
                signature
                        .inputs()
                        .forEach(port -> inputs.put(port.name(), t.input(port.name(), port.type(), port.shape(rows))));
                Map<String, Tensor> outputs = model.apply(inputs);
                signature.outputs().forEach(port -> t.output(port.name(), outputs.get(port.name())));
            });
        }
    }

    /**
     * A model that tells classes: {@code probabilities} {@code [n, classes]} and the most probable {@code class} {@code [n]}.
     *
     * @param input the name of its input, {@code float32 [n, width]}
     * @param logits makes {@code [n, classes]} of it
     * @param state of a program that learned from {@link Examples}
     */
    public static RowModel classifier(
            String input, long width, UnaryOperator<Tensor> logits, Map<String, TensorSource> state, Device device) {
        List<String> classes = Examples.classes(state);
        Signature signature = new Signature(
                List.of(new Port(input, DType.FLOAT32, List.of(width), "pixels from 0 to 1, or features")),
                List.of(
                        new Port("probabilities", DType.FLOAT32, List.of((long) classes.size()), "of each class"),
                        new Port("class", DType.INT64, List.of(), "the place of the most probable class")),
                classes);
        Program traced = Program.trace(
                Precision.FLOAT32,
                methods -> trace(methods, signature, inputs -> {
                    Tensor probabilities = logits.apply(inputs.get(input)).softmax(1);
                    return Map.of("probabilities", probabilities, "class", probabilities.argmax(1));
                }));
        return new RowModel(signature, new Executable(traced, device, state));
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public Map<String, HostTensor> infer(Map<String, HostTensor> inputs) {
        int rows = signature.rows(inputs);
        Map<String, ByteArrayOutputStream> outputs = new LinkedHashMap<>();
        signature.outputs().forEach(port -> outputs.put(port.name(), new ByteArrayOutputStream()));
        for (int first = 0; first < rows; ) {
            int piece = piece(rows - first);
            int taken = Math.min(piece, rows - first);
            Executable.Call call = program.call("infer" + piece);
            for (Port port : signature.inputs()) {
                call.with(port.name(), cut(port, inputs.get(port.name()), first, taken, piece));
            }
            call.run().forEach((name, value) -> {
                byte[] bytes = new byte[value.bytes().remaining()];
                value.bytes().get(bytes);
                outputs.get(name).write(bytes, 0, bytes.length / piece * taken);
            });
            first += taken;
        }
        Map<String, HostTensor> results = new LinkedHashMap<>();
        signature
                .outputs()
                .forEach(port -> results.put(
                        port.name(),
                        new HostTensor(
                                port.type(),
                                port.shape(rows),
                                ByteBuffer.wrap(outputs.get(port.name()).toByteArray()))));
        return results;
    }

    /** It cuts and fills up as {@link #infer} does, so that it gives the same to the last bit. */
    @Override
    public Optional<ProgramFile> archive() {
        SortedMap<Integer, String> methods = new TreeMap<>();
        for (int rows : PIECES) {
            methods.put(rows, "infer" + rows);
        }
        return Optional.of(program.module(methods));
    }

    @Override
    public List<String> nonFinite() {
        return program.nonFinite().stream().map(Variable::name).toList();
    }

    @Override
    public long bytes() {
        return program.bytes();
    }

    @Override
    public void close() {
        program.close();
    }

    private static int piece(int rows) {
        return Arrays.stream(PIECES).filter(piece -> piece >= rows).findFirst().orElse(PIECES[PIECES.length - 1]);
    }

    private static HostTensor cut(Port port, HostTensor value, int first, int taken, int piece) {
        int row = (int) HostTensor.size(port.shape(1)) * port.type().bytes();
        ByteBuffer bytes = ByteBuffer.allocate(piece * row);
        bytes.put(0, value.bytes(), first * row, taken * row);
        return new HostTensor(port.type(), port.shape(piece), bytes);
    }
}
