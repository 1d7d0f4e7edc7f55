package dev.tenth.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A program on a device with the memory of its variables. It owns all its native memory; {@link #close} frees it. One
 * thread at a time uses it, and the thread that first runs it should be the one that goes on, since libtorch keeps settings
 * per thread ({@link Torch#useThreads}).
 */
public final class Executable implements AutoCloseable {
    private final Program program;
    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final Map<String, PtNDArray> variables = new LinkedHashMap<>();
    private final Map<String, Call> calls = new LinkedHashMap<>();

    /**
     * Loads a program; its variables have their first values.
     *
     * @param seed from which random first values follow
     */
    public Executable(Program program, Device device, long seed) {
        this.program = program;
        Torch.load();
        Torch.prepareThread();
        this.manager = Torch.newManager(device);
        try {
            // Without a marker for the stream's length, which only a model directory has.
            this.module = JniUtils.loadModule(manager, new ByteArrayInputStream(program.archive(device)), false, false);
            for (Variable variable : program.variables()) {
                variables.put(variable.name(), copyIn(variable.first(seed)));
            }
            bind();
        } catch (IOException e) {
            Torch.close(manager);
            throw new UncheckedIOException("reading from memory", e);
        } catch (RuntimeException e) {
            Torch.close(manager);
            throw e;
        }
    }

    private void bind() {
        NDList inputs = new NDList();
        PtNDArray selector = selector(TorchScript.BIND);
        inputs.add(selector);
        variables.values().forEach(array -> {
            array.setName("state[]");
            inputs.add(array);
        });
        PtNDArray ready = copyIn(HostTensor.of(new long[] {0}, 1));
        if (variables.isEmpty()) {
            return;
        }
        inputs.add(ready);
        IValueUtils.forward(module, inputs, true).close();
        ready.close();
        selector.close();
    }

    /** A tensor whose name tells DJL which method is meant. */
    private PtNDArray selector(String method) {
        PtNDArray selector = copyIn(HostTensor.of(new long[] {0}, 1));
        selector.setName("module_method:" + method);
        return selector;
    }

    /** The values of the variables that are saved, by name. */
    public Map<String, HostTensor> save() {
        Map<String, HostTensor> saved = new LinkedHashMap<>();
        for (Variable variable : program.variables()) {
            if (variable.role() != Variable.Role.DATA) {
                saved.put(variable.name(), get(variable));
            }
        }
        return saved;
    }

    /**
     * Takes over values that {@link #save} gave. Values of variables that this program does not have are left aside.
     *
     * @throws IllegalArgumentException if one is missing or has another shape or type; nothing was changed then
     */
    public void load(Map<String, HostTensor> saved) {
        List<Variable> wanted = program.variables().stream()
                .filter(variable -> variable.role() != Variable.Role.DATA)
                .toList();
        for (Variable variable : wanted) {
            HostTensor value = saved.get(variable.name());
            if (value == null) {
                throw new IllegalArgumentException("state: " + variable.name() + " is missing");
            }
            check(variable, value);
        }
        wanted.forEach(variable -> set(variable, saved.get(variable.name())));
    }

    /** A copy of a variable's value. */
    public HostTensor get(Variable variable) {
        return copyOut(array(variable));
    }

    /** Gives a variable a value. */
    public void set(Variable variable, HostTensor value) {
        check(variable, value);
        array(variable); // refuses a variable that the program does not have
        // DJL's own copying would give the variable other memory, which the parameters' leaves would not share.
        long place = List.copyOf(variables.keySet()).indexOf(variable.name());
        try (PtNDArray selector = selector(TorchScript.PUT);
                PtNDArray index = copyIn(HostTensor.of(new long[] {place}));
                PtNDArray source = copyIn(value)) {
            IValueUtils.forward(module, new NDList(selector, index, source), true)
                    .close();
        }
    }

    private static void check(Variable variable, HostTensor value) {
        if (value.type() != variable.type() || !Shape.of(value.shape()).equals(variable.shape())) {
            throw new IllegalArgumentException(
                    "state: " + variable.name() + " is " + variable.type() + variable.shape() + ", the value " + value);
        }
    }

    private PtNDArray array(Variable variable) {
        PtNDArray array = variables.get(variable.name());
        if (array == null) {
            throw new IllegalArgumentException("variable: the program has no " + variable.name());
        }
        return array;
    }

    /** A call of a method, to be made any number of times; what it was given stays until it is given otherwise. */
    public Call call(String method) {
        return calls.computeIfAbsent(method, name -> new Call(program.method(name)));
    }

    @Override
    public void close() {
        Torch.close(manager);
    }

    /** Memory of libtorch's own, aligned as its kernels like it: a rounding that depends on alignment never differs. */
    private PtNDArray copyIn(HostTensor value) {
        ByteBuffer direct = ByteBuffer.allocateDirect(value.bytes().remaining()).order(ByteOrder.nativeOrder());
        direct.put(value.bytes()).flip();
        try (PtNDArray shared = share(direct, manager.getDevice(), value.type(), value.shape())) {
            return JniUtils.clone(shared);
        }
    }

    /** A tensor in the buffer's own memory (on the CPU). */
    private PtNDArray share(ByteBuffer direct, ai.djl.Device device, DType type, long... shape) {
        return JniUtils.createNdFromByteBuffer(
                manager,
                direct,
                new ai.djl.ndarray.types.Shape(shape),
                djl(type),
                ai.djl.ndarray.types.SparseFormat.DENSE,
                device);
    }

    private static HostTensor copyOut(NDArray array) {
        return new HostTensor(
                dtype(array.getDataType()),
                array.getShape().getShape(),
                array.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }

    private static DataType djl(DType type) {
        return switch (type) {
            case FLOAT32 -> DataType.FLOAT32;
            case FLOAT64 -> DataType.FLOAT64;
            case BFLOAT16 -> DataType.BFLOAT16;
            case INT64 -> DataType.INT64;
            case BOOL -> DataType.BOOLEAN;
        };
    }

    private static DType dtype(DataType type) {
        return switch (type) {
            case FLOAT32 -> DType.FLOAT32;
            case FLOAT64 -> DType.FLOAT64;
            case BFLOAT16 -> DType.BFLOAT16;
            case INT64 -> DType.INT64;
            case BOOLEAN -> DType.BOOL;
            default -> throw new IllegalStateException("a program gave back a tensor of type " + type);
        };
    }

    /** One method, what it is given and what it gives back. */
    public final class Call {
        private final Method method;
        private final ByteBuffer integers;
        private final ByteBuffer numbers;
        private final NDList inputs = new NDList();
        private int missing;

        private Call(Method method) {
            this.method = method;
            this.integers = buffer(method.integers().size());
            this.numbers = buffer(method.numbers().size());
            inputs.add(selector(method.name()));
            inputs.add(share(integers, ai.djl.Device.cpu(), DType.INT64, integers.capacity() / Long.BYTES));
            inputs.add(share(numbers, ai.djl.Device.cpu(), DType.FLOAT64, numbers.capacity() / Double.BYTES));
            method.inputs().forEach(_ -> inputs.add(null));
            missing = method.inputs().size();
        }

        /** At least one element, since a tensor of none has no memory to share. */
        private static ByteBuffer buffer(int elements) {
            return ByteBuffer.allocateDirect(Long.BYTES * Math.max(1, elements)).order(ByteOrder.nativeOrder());
        }

        /** Gives an integer. */
        public Call with(String name, long value) {
            integers.putLong(Long.BYTES * place(method.integers(), name), value);
            return this;
        }

        /** Gives a number. */
        public Call with(String name, double value) {
            numbers.putDouble(Double.BYTES * place(method.numbers(), name), value);
            return this;
        }

        /** Gives a tensor. */
        public Call with(String name, HostTensor value) {
            int place = method.inputNames().indexOf(name);
            if (place < 0) {
                throw new IllegalArgumentException("input: \"" + name + "\" is not one of " + method.inputNames());
            }
            Tensor input = method.inputs().get(place);
            if (!input.shape().equals(Shape.of(value.shape())) || input.type() != value.type()) {
                throw new IllegalArgumentException("input: " + name + " is " + input + ", the value " + value);
            }
            NDArray old = inputs.set(3 + place, copyIn(value));
            if (old == null) {
                missing--;
            } else {
                old.close();
            }
            return this;
        }

        private static int place(Map<String, Integer> places, String name) {
            Integer place = places.get(name);
            if (place == null) {
                throw new IllegalArgumentException("input: \"" + name + "\" is not one of " + places.keySet());
            }
            return place;
        }

        /**
         * Runs the method: one native call.
         *
         * @return its outputs by name
         */
        public Map<String, HostTensor> run() {
            if (missing > 0) {
                throw new IllegalStateException(
                        method.name() + ": " + missing + " of the inputs " + method.inputNames() + " were not given");
            }
            try (NDList results = IValueUtils.forward(module, inputs, true)) {
                Map<String, HostTensor> outputs = new LinkedHashMap<>();
                for (int i = 0; i < method.outputNames().size(); i++) {
                    outputs.put(method.outputNames().get(i), copyOut(results.get(i)));
                }
                return outputs;
            }
        }
    }
}
