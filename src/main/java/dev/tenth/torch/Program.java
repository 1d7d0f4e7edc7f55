package dev.tenth.torch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Methods over common variables: what model code becomes when it is traced. Immutable and without native memory; it is
 * run by an {@link Executable} and written as a TorchScript archive by {@link #archive}.
 */
public final class Program {
    /** Stands for the device on which the program is loaded. */
    static final Object DEVICE = new Object();
    /** Stands for the device whose generator makes the random numbers. */
    static final Object DRAWS = new Object();

    /** The method, and its output, that tells whether the variables are finite. */
    static final String EXTREMES = "extremes";

    private final List<Variable> variables;
    private final Map<String, Method> methods;

    private Program(List<Variable> variables, Map<String, Method> methods) {
        this.variables = List.copyOf(variables);
        this.methods = new LinkedHashMap<>(methods);
    }

    /** Traces a program: the consumer adds its methods. */
    public static Program trace(Precision precision, Consumer<Builder> methods) {
        Builder builder = new Builder(precision);
        methods.accept(builder);
        List<Variable> variables = List.copyOf(builder.variables.values());
        List<Variable> floating = floating(variables);
        if (!floating.isEmpty()) {
            builder.add(EXTREMES, t -> extremes(t, floating));
        }
        return new Program(variables, builder.methods);
    }

    /** The variables that are saved and whose values can be infinite or no numbers. */
    static List<Variable> floating(List<Variable> variables) {
        return variables.stream()
                .filter(variable ->
                        variable.role() != Variable.Role.DATA && variable.type().isFloating())
                .filter(variable -> variable.shape().elements() > 0)
                .toList();
    }

    /** The smallest and the largest value of each variable, {@code float64 [n, 2]}: both are NaN where one of its values is. */
    private static void extremes(Trace t, List<Variable> variables) {
        List<Tensor> rows = new ArrayList<>();
        for (Variable variable : variables) {
            Tensor values = t.value(variable).detach().reshape(variable.shape().elements()); // [elements]
            rows.add(Tensor.stack(0, List.of(values.min(0), values.max(0))).cast(DType.FLOAT64));
        }
        t.output(EXTREMES, Tensor.stack(0, rows));
    }

    /** Everything that outlives a call, in the order in which the methods came upon it. */
    public List<Variable> variables() {
        return variables;
    }

    /** The memory that its variables and the gradients of its parameters take. */
    public long bytes() {
        return variables.stream()
                .mapToLong(v -> v.role() == Variable.Role.PARAMETER ? 2 * v.bytes() : v.bytes())
                .sum();
    }

    /** The program as a file that {@code torch.jit.load} opens. */
    public byte[] archive(Device device) {
        return archive(device, device);
    }

    /**
     * The same with random numbers from another device's generator, whose numbers are others: where the CPU draws them, a program
     * computes on a GPU what it computes on the CPU, and can be compared.
     *
     * @param draws the device whose generator is used
     */
    public byte[] archive(Device device, Device draws) {
        return TorchScript.archive(this, device, draws);
    }

    /**
     * The program as a file that {@code torch.jit.load} opens and calls as a function: with its weights inside, and a method
     * {@code forward} that takes any number of rows and gives back a dictionary of the outputs.
     *
     * @param pieces the methods that do this for a fixed number of rows, by that number: rows are cut into these, the last
     *     piece filled up with zeros
     * @throws IllegalArgumentException if a method takes more than tensors or needs gradients
     */
    public ProgramFile module(SortedMap<Integer, String> pieces) {
        SortedMap<Integer, Method> methods = new TreeMap<>();
        pieces.forEach((rows, name) -> methods.put(rows, method(name)));
        return new ProgramFile(
                TorchScriptModule.code(variables, methods),
                variables.stream().map(Variable::name).toList());
    }

    Method method(String name) {
        Method method = methods.get(name);
        if (method == null) {
            throw new IllegalArgumentException("method: \"" + name + "\" is not one of " + methods.keySet());
        }
        return method;
    }

    List<Method> methods() {
        return List.copyOf(methods.values());
    }

    /** Adds methods to a program. */
    public static final class Builder {
        private final Precision precision;
        private final Map<String, Variable> variables = new LinkedHashMap<>();
        private final Map<String, Method> methods = new LinkedHashMap<>();

        private Builder(Precision precision) {
            this.precision = precision;
        }

        /**
         * Traces one method.
         *
         * @param name an identifier; {@code bind}, {@code put} and {@code extremes} are taken
         */
        public Builder method(String name, Consumer<Trace> body) {
            if (!name.matches("[a-z][A-Za-z0-9]*")
                    || Set.of(TorchScript.BIND, TorchScript.PUT, EXTREMES).contains(name)) {
                throw new IllegalArgumentException("method: \"" + name + "\" is not a name that a program can have");
            }
            return add(name, body);
        }

        private Builder add(String name, Consumer<Trace> body) {
            Trace trace = new Trace(this, precision);
            body.accept(trace);
            if (methods.put(name, trace.finish(name)) != null) {
                throw new IllegalArgumentException("method: \"" + name + "\" is there already");
            }
            return this;
        }

        void declare(Variable variable) {
            Variable known = variables.putIfAbsent(variable.name(), variable);
            if (known != null && !(known.shape().equals(variable.shape()) && known.type() == variable.type())) {
                throw new ShapeException("variable: " + variable.name() + " was declared as " + known.shape()
                        + " and is now " + variable.shape());
            }
        }
    }
}
