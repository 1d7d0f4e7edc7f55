package dev.tenth.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A method of a program in the making. Model code runs once over symbolic tensors and leaves its operations here.
 *
 * <p>Reading order inside a method: {@link #minimize} updates parameters at once, so that what is read afterwards is new;
 * {@link #assign} takes effect when the method ends.
 */
public final class Trace {
    private final Program.Builder program;
    private final Precision precision;
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final Map<String, Scalar> integers = new LinkedHashMap<>();
    private final Map<String, Scalar> numbers = new LinkedHashMap<>();
    private final Map<String, Tensor> outputs = new LinkedHashMap<>();
    private final Map<Variable, Tensor> assignments = new LinkedHashMap<>();
    /** What was read in the innermost loop (or outside of all) and not updated since. */
    private Map<Variable, Tensor> read = new HashMap<>();

    private final Set<Variable> updated = new HashSet<>();
    private List<Instruction> instructions = new ArrayList<>();
    private int tensors;
    private int symbols;

    Trace(Program.Builder program, Precision precision) {
        this.program = program;
        this.precision = precision;
    }

    // ---- what goes in and out

    /** A tensor that is given with each call. */
    public Tensor input(String name, DType type, long... shape) {
        Tensor input = tensor(type, Shape.of(shape));
        inputs.put(name, input);
        return input;
    }

    /** An integer that is given with each call: a step, a seed, an offset. */
    public Scalar integer(String name) {
        return integers.computeIfAbsent(name, n -> new Scalar("i" + integers.size(), true));
    }

    /** A number that is given with each call: a learning rate, a temperature. */
    public Scalar number(String name) {
        return numbers.computeIfAbsent(name, n -> new Scalar("f" + numbers.size(), false));
    }

    /** Gives a tensor back to the caller. */
    public void output(String name, Tensor tensor) {
        outputs.put(name, tensor);
    }

    // ---- variables

    /** The value of a variable: of a parameter, a leaf for gradients. */
    public Tensor value(Variable variable) {
        program.declare(variable);
        Tensor known = read.get(variable);
        if (known != null) {
            return known;
        }
        Tensor value = tensor(variable.type(), variable.shape());
        add(new Instruction.Read(variable, value));
        Tensor result = variable.role() == Variable.Role.PARAMETER ? leaf(value, Optional.of(variable)) : value;
        read.put(variable, result);
        return result;
    }

    /** Gives a variable another value when the method ends. */
    public void assign(Variable variable, Tensor value) {
        program.declare(variable);
        if (!value.shape().equals(variable.shape()) || value.type() != variable.type()) {
            throw new ShapeException("assign: %s is %s%s, the value %s"
                    .formatted(variable.name(), variable.type(), variable.shape(), value));
        }
        assignments.put(variable, value);
    }

    // ---- making tensors

    public Tensor zeros(long... shape) {
        return full(0, shape);
    }

    public Tensor ones(long... shape) {
        return full(1, shape);
    }

    /** A {@code float32} tensor with one value everywhere. */
    public Tensor full(double value, long... shape) {
        return full(Scalar.of(value), shape);
    }

    /** A {@code float32} tensor with one value everywhere. */
    public Tensor full(Scalar value, long... shape) {
        return call(
                "full",
                DType.FLOAT32,
                Shape.of(shape),
                shape,
                value,
                Tensor.named("dtype", DType.FLOAT32),
                Tensor.named("device", Program.DEVICE));
    }

    /** {@code 0, 1, …, size − 1} as {@code int64}. */
    public Tensor range(long size) {
        return call(
                "arange",
                DType.INT64,
                Shape.of(size),
                Scalar.of(size),
                Tensor.named("dtype", DType.INT64),
                Tensor.named("device", Program.DEVICE));
    }

    /** Random tensors that follow from a seed alone: see {@link Randomness}. */
    public Random random(Scalar seed) {
        Instruction.Symbol generator = new Instruction.Symbol("g" + symbols++);
        add(new Instruction.Seed(generator, seed));
        return new Random(this, generator);
    }

    // ---- gradients

    /**
     * The gradients of a scalar with respect to leaves (parameters, {@link Tensor#leaf}). They may be differentiated again.
     *
     * @throws ShapeException if the loss is not a scalar or does not depend on one of the leaves
     */
    public List<Tensor> gradient(Tensor loss, List<Tensor> leaves) {
        if (!loss.shape().equals(Shape.SCALAR)) {
            throw new ShapeException("gradient: the loss is " + loss.shape() + ", not a scalar");
        }
        for (int i = 0; i < leaves.size(); i++) {
            if (!Dependencies.of(loss, instructions).contains(leaves.get(i))) {
                throw new ShapeException("gradient: the loss does not depend on tensor " + i + ", " + leaves.get(i));
            }
        }
        List<Tensor> gradients =
                leaves.stream().map(leaf -> tensor(leaf.type(), leaf.shape())).toList();
        add(new Instruction.Gradient(loss, leaves, gradients));
        return gradients;
    }

    /**
     * Takes one step downhill.
     *
     * @param name of the optimizer's slots: two optimizers of one program need two names
     * @return the gradients that were used
     */
    public List<Tensor> minimize(
            Tensor loss, List<Variable> parameters, Optimizer optimizer, String name, Scalar learningRate) {
        List<Tensor> gradients =
                gradient(loss, parameters.stream().map(this::value).toList());
        update(parameters, gradients, optimizer, name, learningRate);
        return gradients;
    }

    /** Lets an optimizer change parameters by gradients that are already there (clipped, say). */
    public void update(
            List<Variable> parameters, List<Tensor> gradients, Optimizer optimizer, String name, Scalar learningRate) {
        List<Tensor> values = parameters.stream().map(this::view).toList();
        optimizer.update(new Optimizer.Step(this, name, parameters, values, gradients, learningRate));
        parameters.forEach(this::forget);
    }

    /**
     * Scales gradients in place so that the norm of all of them together is at most {@code limit}.
     *
     * @return the norm before, a scalar
     * @see <a href="https://arxiv.org/abs/1211.5063">Pascanu, Mikolov, Bengio: On the difficulty of training RNNs</a>
     */
    public Tensor clipByGlobalNorm(List<Tensor> gradients, double limit) {
        List<Tensor> norms = gradients.stream().map(Tensor::norm).toList();
        Tensor norm = Tensor.stack(0, norms).norm();
        Tensor scale = call("reciprocal", DType.FLOAT32, Shape.SCALAR, norm.plus(1e-6))
                .times(limit)
                .clamp(0, 1);
        inPlace("_foreach_mul_", gradients, scale);
        return norm;
    }

    // ---- loops

    /**
     * What one round of a loop gives.
     *
     * @param carried for the next round
     * @param emitted added to a list for each; all rounds' are stacked along a new first dimension
     */
    public record Round(List<Tensor> carried, List<Tensor> emitted) {}

    /**
     * A loop that runs natively.
     *
     * @param count of rounds, fixed
     * @param initial what the first round gets
     * @param body from the round's number and what is carried
     * @return what the last round carried, then the stacked emitted tensors
     */
    public List<Tensor> repeat(long count, List<Tensor> initial, BiFunction<Scalar, List<Tensor>, Round> body) {
        return loop(Scalar.of(count), count, initial, body);
    }

    /** A loop whose number of rounds is known when the program runs: it carries, but emits nothing. */
    public List<Tensor> repeat(
            Scalar count, List<Tensor> initial, BiFunction<Scalar, List<Tensor>, List<Tensor>> body) {
        return loop(count, 0, initial, (round, carried) -> new Round(body.apply(round, carried), List.of()));
    }

    private List<Tensor> loop(
            Scalar count, long rounds, List<Tensor> initial, BiFunction<Scalar, List<Tensor>, Round> body) {
        List<Instruction> outside = instructions;
        Map<Variable, Tensor> readOutside = read;
        instructions = new ArrayList<>();
        // What a round updates has to be read again in the next one.
        read = new HashMap<>();
        String index = "k" + symbols++;
        List<Tensor> carried =
                initial.stream().map(t -> tensor(t.type(), t.shape())).toList();
        Round round;
        List<Instruction> inside;
        try {
            round = body.apply(new Scalar(index, true), carried);
            inside = instructions;
        } finally {
            instructions = outside;
            read = readOutside;
            read.keySet().removeAll(updated);
        }
        for (int i = 0; i < initial.size(); i++) {
            initial.get(i).same("repeat", round.carried().get(i));
        }
        List<Tensor> results = new ArrayList<>();
        initial.forEach(t -> results.add(tensor(t.type(), t.shape())));
        round.emitted().forEach(t -> results.add(tensor(t.type(), t.shape().insert(0, rounds))));
        add(new Instruction.Repeat(count, index, initial, carried, inside, round.carried(), round.emitted(), results));
        return results;
    }

    // ---- inside the room

    Tensor leaf(Tensor source, Optional<Variable> parameter) {
        Tensor leaf = tensor(source.type(), source.shape());
        add(new Instruction.Leaf(source, leaf, parameter));
        return leaf;
    }

    private void forget(Variable variable) {
        updated.add(variable);
        read.remove(variable);
    }

    /** A variable's memory itself, for updates in place. */
    Tensor view(Variable variable) {
        program.declare(variable);
        Tensor view = tensor(variable.type(), variable.shape());
        add(new Instruction.Read(variable, view));
        return view;
    }

    Tensor tensor(DType type, Shape shape) {
        return new Tensor(this, tensors++, type, shape);
    }

    Tensor call(String operator, DType type, Shape shape, Object... arguments) {
        Tensor result = tensor(type, shape);
        add(new Instruction.Call(operator, Arrays.asList(arguments), List.of(result)));
        return result;
    }

    /**
     * A value that is computed otherwise on the CPU: where a kernel of its library needs help.
     *
     * @return what either makes; both are of one type and shape
     */
    Tensor byDevice(Supplier<Tensor> onCpu, Supplier<Tensor> elsewhere) {
        Instruction.Branch cpu = branch(onCpu);
        Instruction.Branch other = branch(elsewhere);
        cpu.result().same("byDevice", other.result());
        Tensor made = tensor(cpu.result().type(), cpu.result().shape());
        add(new Instruction.ByDevice(cpu, other, made));
        return made;
    }

    private Instruction.Branch branch(Supplier<Tensor> computed) {
        List<Instruction> outside = instructions;
        instructions = new ArrayList<>();
        try {
            Tensor result = computed.get();
            return new Instruction.Branch(instructions, result);
        } finally {
            instructions = outside;
        }
    }

    void inPlace(String operator, Object... arguments) {
        add(new Instruction.Call(operator, Arrays.asList(arguments), List.of()));
    }

    void add(Instruction instruction) {
        instructions.add(instruction);
    }

    /** Computes in the program's precision: inputs are lowered, the result comes back as {@code float32}. */
    Tensor lowered(DType type, Function<List<Tensor>, Tensor> operation, Tensor... inputs) {
        return operation.apply(lower(List.of(inputs))).cast(type);
    }

    /** The inputs of a matrix product in the program's precision. */
    List<Tensor> lower(List<Tensor> inputs) {
        if (precision == Precision.FLOAT32 || inputs.getFirst().type() != DType.FLOAT32) {
            return inputs;
        }
        return inputs.stream().map(input -> input.cast(DType.BFLOAT16)).toList();
    }

    Method finish(String name) {
        assignments.forEach((variable, value) -> inPlace("copy_", view(variable), value));
        return new Method(
                name,
                order(integers.keySet()),
                order(numbers.keySet()),
                List.copyOf(inputs.keySet()),
                List.copyOf(inputs.values()),
                List.copyOf(outputs.keySet()),
                List.copyOf(outputs.values()),
                List.copyOf(instructions));
    }

    private static Map<String, Integer> order(Iterable<String> names) {
        Map<String, Integer> order = new LinkedHashMap<>();
        names.forEach(name -> order.put(name, order.size()));
        return Collections.unmodifiableMap(order);
    }
}
