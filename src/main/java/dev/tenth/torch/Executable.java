package dev.tenth.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
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
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A program on a device with the memory of its variables. It owns all its native memory; {@link #close} frees it. One
 * thread at a time uses it, and the thread that first runs it should be the one that goes on, since libtorch keeps settings
 * per thread ({@link Torch#useThreads}).
 */
public final class Executable implements AutoCloseable {
    private final Program program;
    private final Device device;
    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final Map<Variable, Resident> residents;
    private final Map<String, PtNDArray> variables = new LinkedHashMap<>();
    private final Map<String, Call> calls = new LinkedHashMap<>();
    /** Who wants to know what is done; null where nobody does. */
    private final Recording recording;

    private boolean closed;

    /**
     * Loads a program; its variables have their first values.
     *
     * @param seed from which random first values follow
     */
    public Executable(Program program, Device device, long seed) {
        this(program, device, seed, Map.of());
    }

    /**
     * The same over data that other programs use as well.
     *
     * @param residents the values of some data variables; each is released when this is closed, or cannot be made
     */
    public Executable(Program program, Device device, long seed, Map<Variable, Resident> residents) {
        this(program, device, residents, variable -> variable.first(seed));
    }

    /**
     * Loads a program with a saved state, as {@link #load} would take it over.
     *
     * @throws IllegalArgumentException if a tensor is missing or has another shape or type
     * @throws UncheckedIOException if one cannot be read
     */
    public Executable(Program program, Device device, Map<String, TensorSource> state) {
        this(
                program,
                device,
                Map.of(),
                variable -> variable.role() == Variable.Role.DATA ? variable.first(0) : saved(variable, state));
    }

    private Executable(
            Program program,
            Device device,
            Map<Variable, Resident> residents,
            Function<Variable, TensorSource> values) {
        this.program = program;
        this.device = device;
        this.residents = Map.copyOf(residents);
        this.recording = Recording.watch(this);
        Torch.load();
        Torch.prepareThread();
        this.manager = Torch.newManager(device);
        try {
            if (!program.variables().containsAll(residents.keySet())) {
                throw new IllegalArgumentException("residents: the program has not all of "
                        + residents.keySet().stream().map(Variable::name).toList());
            }
            // Without a marker for the stream's length, which only a model directory has.
            this.module = JniUtils.loadModule(manager, new ByteArrayInputStream(program.archive(device)), false, false);
            for (Variable variable : program.variables()) {
                Resident resident = residents.get(variable);
                variables.put(
                        variable.name(),
                        resident == null
                                ? NativeArrays.copyIn(manager, values.apply(variable))
                                : resident.array(variable, device));
            }
            bind();
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("reading from memory", e);
        } catch (RuntimeException | Error e) {
            close();
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
        PtNDArray ready = NativeArrays.copyIn(manager, HostTensor.of(new long[] {0}, 1));
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
        PtNDArray selector = NativeArrays.copyIn(manager, HostTensor.of(new long[] {0}, 1));
        selector.setName("module_method:" + method);
        return selector;
    }

    /**
     * The variables that are saved, by name. Each is read when it is asked for, as it is then, by the thread that uses the
     * program; none after {@link #close}.
     */
    public Map<String, TensorSource> save() {
        Map<String, TensorSource> saved = new LinkedHashMap<>();
        savedVariables().forEach(variable -> saved.put(variable.name(), new Value(variable)));
        return saved;
    }

    private List<Variable> savedVariables() {
        return program.variables().stream()
                .filter(variable -> variable.role() != Variable.Role.DATA)
                .toList();
    }

    /**
     * The variables in which a value is infinite or NaN, in the order of the program. Data is not looked at.
     */
    public List<Variable> nonFinite() {
        List<Variable> floating = Program.floating(program.variables());
        if (floating.isEmpty()) {
            return List.of();
        }
        double[] extremes = call(Program.EXTREMES).run().get(Program.EXTREMES).doubles(); // [n, 2]
        return IntStream.range(0, floating.size())
                .filter(i -> !Double.isFinite(extremes[2 * i]) || !Double.isFinite(extremes[2 * i + 1]))
                .mapToObj(floating::get)
                .toList();
    }

    /** The memory of its variables, in bytes; what is resident belongs to others as well. */
    public long bytes() {
        return program.variables().stream()
                .filter(variable -> !residents.containsKey(variable))
                .mapToLong(Variable::bytes)
                .sum();
    }

    /** The program itself. */
    public Program program() {
        return program;
    }

    /** The program without its weights, for use elsewhere: see {@link Program#module}. */
    public ProgramFile module(SortedMap<Integer, String> pieces) {
        return program.module(pieces);
    }

    /**
     * Takes over values that {@link #save} gave. Values of variables that this program does not have are left aside.
     *
     * @throws IllegalArgumentException if one is missing or has another shape or type; nothing was changed then
     * @throws UncheckedIOException if one cannot be read; some may have been changed then
     */
    public void load(Map<String, TensorSource> state) {
        Map<Variable, TensorSource> values = new LinkedHashMap<>();
        savedVariables().forEach(variable -> values.put(variable, saved(variable, state)));
        values.forEach(this::set);
    }

    /** A variable's value in a saved state. */
    private static TensorSource saved(Variable variable, Map<String, TensorSource> state) {
        TensorSource value = state.get(variable.name());
        if (value == null) {
            throw new IllegalArgumentException("state: " + variable.name() + " is missing");
        }
        check(variable, value);
        return value;
    }

    /** A variable's value in native memory. */
    private final class Value implements TensorSource {
        private final Variable variable;

        Value(Variable variable) {
            this.variable = variable;
        }

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
            if (closed) {
                throw new IllegalStateException(variable.name() + ": its program is closed");
            }
            NativeArrays.write(array(variable), channel);
        }
    }

    /** A copy of a variable's value. */
    public HostTensor get(Variable variable) {
        return NativeArrays.copyOut(array(variable));
    }

    /** Gives a variable a value. What is resident belongs to other programs as well: it cannot be set. */
    public void set(Variable variable, TensorSource value) {
        check(variable, value);
        if (residents.containsKey(variable)) {
            throw new IllegalArgumentException(variable.name() + ": what is resident cannot be set");
        }
        array(variable); // refuses a variable that the program does not have
        // DJL's own copying would give the variable other memory, which the parameters' leaves would not share.
        long place = List.copyOf(variables.keySet()).indexOf(variable.name());
        try (PtNDArray selector = selector(TorchScript.PUT);
                PtNDArray index = NativeArrays.copyIn(manager, HostTensor.of(new long[] {place}));
                PtNDArray source = NativeArrays.copyIn(manager, value)) {
            IValueUtils.forward(module, new NDList(selector, index, source), true)
                    .close();
        }
        if (isRecorded()) {
            recording.add(new Recording.Event.Put(recording.number(this), variable.name(), value.read()));
        }
    }

    private boolean isRecorded() {
        return recording != null && recording.isStarted();
    }

    private static void check(Variable variable, TensorSource value) {
        if (value.type() != variable.type()
                || !Arrays.equals(value.shape(), variable.shape().dimensions())) {
            throw new IllegalArgumentException("state: %s is %s%s, the value %s%s"
                    .formatted(
                            variable.name(),
                            variable.type(),
                            variable.shape(),
                            value.type(),
                            Arrays.toString(value.shape())));
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
        if (!closed) {
            closed = true;
            Torch.close(manager);
            residents.values().forEach(Resident::release);
        }
    }

    /** One method, what it is given and what it gives back. */
    public final class Call {
        private final Method method;
        private final ByteBuffer integers;
        private final ByteBuffer numbers;
        private final NDList inputs = new NDList();
        private Results results = new Results(List.of(), new NDList());
        /** The tensors that were given, where they are recorded. */
        private final Map<String, HostTensor> recorded = new LinkedHashMap<>();

        private int missing;

        private Call(Method method) {
            this.method = method;
            this.integers = buffer(method.integers().size());
            this.numbers = buffer(method.numbers().size());
            inputs.add(selector(method.name()));
            inputs.add(NativeArrays.share(
                    manager, integers, ai.djl.Device.cpu(), DType.INT64, integers.capacity() / Long.BYTES));
            inputs.add(NativeArrays.share(
                    manager, numbers, ai.djl.Device.cpu(), DType.FLOAT64, numbers.capacity() / Double.BYTES));
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
            NDArray old = inputs.set(3 + place, NativeArrays.copyIn(manager, value));
            if (old == null) {
                missing--;
            } else {
                old.close();
            }
            if (recording != null) {
                recorded.put(name, value);
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
         * @return its outputs by name. Each is copied out of the device's memory when it is first asked for, so that a device need not
         *     be waited for where nobody asks; those that nobody asked for are gone when the method runs again
         */
        public Map<String, HostTensor> run() {
            if (missing > 0) {
                throw new IllegalStateException(
                        method.name() + ": " + missing + " of the inputs " + method.inputNames() + " were not given");
            }
            results.forget();
            results = new Results(method.outputNames(), forward());
            if (isRecorded()) {
                recording.add(event(Map.copyOf(results)));
            }
            return results;
        }

        private NDList forward() {
            if (device.isCpu() || !method.draws()) {
                return IValueUtils.forward(module, inputs, true);
            }
            // Seeding and draws: the generator of a GPU is the process's.
            synchronized (Torch.GPU_GENERATOR) {
                return IValueUtils.forward(module, inputs, true);
            }
        }

        private Recording.Event event(Map<String, HostTensor> outputs) {
            Map<String, Long> givenIntegers = new LinkedHashMap<>();
            method.integers().forEach((name, place) -> givenIntegers.put(name, integers.getLong(Long.BYTES * place)));
            Map<String, Double> givenNumbers = new LinkedHashMap<>();
            method.numbers().forEach((name, place) -> givenNumbers.put(name, numbers.getDouble(Double.BYTES * place)));
            Map<String, HostTensor> givenTensors = new LinkedHashMap<>();
            method.inputNames().forEach(name -> givenTensors.put(name, recorded.get(name)));
            return new Recording.Event.Called(
                    recording.number(Executable.this),
                    method.name(),
                    givenIntegers,
                    givenNumbers,
                    givenTensors,
                    outputs);
        }
    }
}
