package dev.tenth.torch;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Spells programs in the dialect in which libtorch stores TorchScript: with {@link TorchScriptModule} the only class that knows
 * it. One module with the
 * attribute {@code state} (the variables' tensors, set once by {@code bind}) and one method for each of the program's.
 */
final class TorchScript {
    /** Sets the variables of a loaded module. */
    static final String BIND = "bind";
    /** Gives one of the variables, by its place, another value. */
    static final String PUT = "put";

    static final String NO_TENSORS = "annotate(List[Tensor], [])";

    /** How operators over lists of tensors begin; those used here work in place. */
    private static final Set<String> LIST_OPERATORS = Set.of("_foreach_", "_fused_");

    private final Map<String, Integer> places;
    private final Map<String, Integer> leafPlaces;
    private final Device device;
    /** Whose generator makes the random numbers. */
    private final Device draws;
    /** What a method calls the list of the variables' tensors, and that of the parameters' leaves. */
    private final String state;

    private final String leaves;
    private final StringBuilder code = new StringBuilder();
    /** On a GPU: which of the method's generators the process's is at this place. */
    private Instruction.Symbol seeded;

    private Set<Tensor> differentiated = Set.of();
    private int unused;

    private TorchScript(List<Variable> variables, Device device, Device draws, String state, String leaves) {
        this.state = state;
        this.leaves = leaves;
        this.places = new LinkedHashMap<>();
        variables.forEach(variable -> places.put(variable.name(), places.size()));
        this.leafPlaces = new LinkedHashMap<>();
        variables.stream()
                .filter(variable -> variable.role() == Variable.Role.PARAMETER)
                .forEach(variable -> leafPlaces.put(variable.name(), leafPlaces.size()));
        this.device = device;
        this.draws = draws;
    }

    static byte[] archive(Program program, Device device, Device draws) {
        TorchScript script = new TorchScript(program.variables(), device, draws, "self._state", "self._leaves");
        script.bind();
        program.methods().forEach(script::method);
        return TorchScriptArchive.of(script.code.toString());
    }

    /**
     * Methods as they are in a class that keeps its variables otherwise.
     *
     * @param state the list of the variables' tensors, as an expression
     * @throws IllegalArgumentException if one needs gradients
     */
    static String methods(List<Variable> variables, Collection<Method> methods, String state) {
        TorchScript script = new TorchScript(variables, Device.CPU, Device.CPU, state, NO_TENSORS);
        for (Method method : methods) {
            script.method(method);
            if (!script.differentiated.isEmpty()) {
                throw new IllegalArgumentException("method: " + method.name() + " needs gradients");
            }
        }
        return script.code.toString();
    }

    /**
     * The head of the module, the method that sets its variables and, over the same memory, the leaves of its parameters, and
     * the one that changes a variable in that memory.
     */
    private void bind() {
        code.append("""
                class Program(Module):
                  __parameters__ = []
                  __buffers__ = []
                  _state : List[Tensor]
                  _leaves : List[Tensor]
                  def bind(self: __torch__.Program,
                    state: List[Tensor],
                    ready: Tensor) -> Tensor:
                    self._state = state
                """);
        String made = leafPlaces.keySet().stream()
                .map(name -> "torch.requires_grad_(torch.detach(state[" + places.get(name) + "]))")
                .collect(Collectors.joining(", ", "[", "]"));
        line(2, "self._leaves = " + (leafPlaces.isEmpty() ? NO_TENSORS : made));
        line(2, "return ready");
        code.append("""
                  def put(self: __torch__.Program,
                    place: Tensor,
                    value: Tensor) -> Tensor:
                    state = self._state
                    return torch.copy_(state[int(place)], value)
                """);
    }

    private void method(Method method) {
        differentiated = differentiated(method.instructions(), new HashSet<>());
        String parameters = method.inputs().stream()
                .map(input -> ",\n    " + name(input) + ": Tensor")
                .collect(Collectors.joining());
        code.append("  def ")
                .append(method.name())
                .append("(self: __torch__.Program,\n    integers: Tensor,\n    numbers: Tensor")
                .append(parameters)
                .append(") -> List[Tensor]:\n");
        line(2, "state = " + state);
        line(2, "leaves = " + leaves);
        method.integers()
                .forEach((_, place) -> line(2, "i%d = int(torch.select(integers, 0, %d))".formatted(place, place)));
        method.numbers()
                .forEach((_, place) -> line(2, "f%d = float(torch.select(numbers, 0, %d))".formatted(place, place)));
        instructions(method.instructions(), 2);
        line(2, "return " + list(method.outputs()));
    }

    /** Every tensor that a gradient is taken with respect to. */
    private static Set<Tensor> differentiated(List<Instruction> instructions, Set<Tensor> found) {
        for (Instruction instruction : instructions) {
            switch (instruction) {
                case Instruction.Gradient gradient -> found.addAll(gradient.leaves());
                case Instruction.Repeat repeat -> differentiated(repeat.body(), found);
                case Instruction.ByDevice either -> {
                    differentiated(either.cpu().instructions(), found);
                    differentiated(either.other().instructions(), found);
                }
                case Instruction.Call _,
                        Instruction.Leaf _,
                        Instruction.Move _,
                        Instruction.Read _,
                        Instruction.Seed _ -> {}
            }
        }
        return found;
    }

    private void instructions(List<Instruction> instructions, int depth) {
        for (int i = 0; i < instructions.size(); i++) {
            switch (instructions.get(i)) {
                case Instruction.Read read ->
                    line(
                            depth,
                            name(read.made()) + " = state["
                                    + places.get(read.variable().name()) + "]");
                case Instruction.Leaf leaf -> leaf(leaf, depth);
                case Instruction.Seed seed -> seed(seed, depth);
                case Instruction.Call call -> call(call, depth);
                case Instruction.Gradient gradient -> gradient(gradient, instructions, i, depth);
                case Instruction.Repeat repeat -> repeat(repeat, depth);
                case Instruction.Move move -> move(move, depth);
                case Instruction.ByDevice either -> {
                    Instruction.Branch branch = either.on(device);
                    instructions(branch.instructions(), depth);
                    line(depth, name(either.made()) + " = " + name(branch.result()));
                }
            }
        }
    }

    /**
     * Where no gradient is asked for, the leaf is the tensor itself and no history is recorded. A parameter's leaf is made once,
     * since making it at each call would take as long as a small layer.
     */
    private void leaf(Instruction.Leaf leaf, int depth) {
        String source = name(leaf.source());
        String made;
        if (!differentiated.contains(leaf.made())) {
            made = source;
        } else if (leaf.parameter().isPresent()) {
            made = "leaves[" + leafPlaces.get(leaf.parameter().get().name()) + "]";
        } else {
            made = "torch.requires_grad_(torch.detach(" + source + "))";
        }
        line(depth, name(leaf.made()) + " = " + made);
    }

    /**
     * A generator of the program's own; on a GPU, where TorchScript cannot make one, the process's is seeded instead. So draws of two
     * generators cannot take turns there.
     */
    private void seed(Instruction.Seed seed, int depth) {
        String generator = seed.generator().name();
        if (draws.isCpu()) {
            line(depth, generator + " = torch.Generator(device=" + place(draws) + ", seed=0)");
            line(
                    depth,
                    unused() + " = torch.manual_seed(" + generator + ", "
                            + seed.seed().expression() + ")");
        } else {
            line(depth, "torch.manual_seed(" + seed.seed().expression() + ")");
            seeded = seed.generator();
        }
    }

    private void move(Instruction.Move move, int depth) {
        String source = name(move.source());
        Object target = move.place();
        String moved = draws.equals(device) ? source : "torch.to(" + source + ", " + argument(target) + ")";
        line(depth, name(move.made()) + " = " + moved);
    }

    private void call(Instruction.Call call, int depth) {
        if (LIST_OPERATORS.stream().anyMatch(call.operator()::startsWith)) {
            listCall(call, depth);
            return;
        }
        String results =
                switch (call.makes().size()) {
                    // A result that is not bound would be taken for dead code, and the call with it.
                    case 0 -> unused();
                    case 1 -> name(call.makes().getFirst());
                    default -> call.makes().stream().map(TorchScript::name).collect(Collectors.joining(", ", "", ","));
                };
        line(depth, results + " = torch." + call.operator() + "(" + arguments(call.arguments()) + ")");
    }

    /**
     * An operator that changes the tensors of its first argument, a list, and has no result. libtorch takes it for dead code
     * unless something that cannot be dead looks at that list afterwards.
     */
    private void listCall(Instruction.Call call, int depth) {
        String changed = unused();
        List<?> others = call.arguments().subList(1, call.arguments().size());
        line(depth, changed + " = " + argument(call.arguments().getFirst()));
        line(depth, "torch." + call.operator() + "(" + changed + ", " + arguments(others) + ")");
        line(depth, "if torch.eq(torch.len(" + changed + "), 0):");
        line(depth + 1, "ops.prim.RaiseException(\"nothing to change\")");
        line(depth, "else:");
        line(depth + 1, "pass");
    }

    private String arguments(List<?> arguments) {
        return arguments.stream()
                .filter(argument -> !isImplied(argument))
                .map(this::argument)
                .collect(Collectors.joining(", "));
    }

    /** Whether an argument is a generator that is the process's. */
    private boolean isImplied(Object argument) {
        if (draws.isCpu()
                || !(argument instanceof Instruction.Named named
                        && named.value() instanceof Instruction.Symbol generator)) {
            return false;
        }
        if (!generator.equals(seeded)) {
            throw new IllegalStateException("random numbers: draws of two seeds take turns, which a GPU cannot do");
        }
        return true;
    }

    private void gradient(Instruction.Gradient gradient, List<Instruction> instructions, int position, int depth) {
        List<Instruction> before = instructions.subList(0, position);
        Set<Tensor> history = Dependencies.of(gradient.loss(), before);
        boolean again = false;
        boolean shared = false;
        for (int i = position + 1; i < instructions.size(); i++) {
            if (instructions.get(i) instanceof Instruction.Gradient later) {
                Set<Tensor> its = Dependencies.of(later.loss(), instructions.subList(0, i));
                again |= gradient.makes().stream().anyMatch(its::contains);
                shared |=
                        computed(before).stream().anyMatch(tensor -> history.contains(tensor) && its.contains(tensor));
            }
        }
        String gradients = unused();
        line(
                depth,
                "%s = torch.autograd.grad([%s], %s, None, %s, %s)"
                        .formatted(
                                gradients,
                                name(gradient.loss()),
                                list(gradient.leaves()),
                                truth(again || shared),
                                truth(again)));
        for (int i = 0; i < gradient.makes().size(); i++) {
            line(
                    depth,
                    "%s = torch._unwrap_optional(%s[%d])"
                            .formatted(name(gradient.makes().get(i)), gradients, i));
        }
    }

    private static List<Tensor> computed(List<Instruction> instructions) {
        return instructions.stream()
                .filter(instruction -> switch (instruction) {
                    case Instruction.Call _, Instruction.Repeat _, Instruction.ByDevice _, Instruction.Move _ -> true;
                    case Instruction.Gradient _, Instruction.Leaf _, Instruction.Read _, Instruction.Seed _ -> false;
                })
                .flatMap(instruction -> instruction.makes().stream())
                .toList();
    }

    private void repeat(Instruction.Repeat repeat, int depth) {
        List<String> lists = repeat.emitted().stream().map(_ -> unused()).toList();
        lists.forEach(name -> line(depth, name + " = annotate(List[Tensor], [])"));
        assign(repeat.carried(), repeat.initial(), depth);
        line(depth, "for " + repeat.index() + " in range(" + repeat.count().expression() + "):");
        instructions(repeat.body(), depth + 1);
        for (int i = 0; i < lists.size(); i++) {
            line(
                    depth + 1,
                    unused() + " = torch.append(" + lists.get(i) + ", "
                            + name(repeat.emitted().get(i)) + ")");
        }
        assign(repeat.carried(), repeat.next(), depth + 1);
        int carried = repeat.carried().size();
        assign(repeat.makes().subList(0, carried), repeat.carried(), depth);
        for (int i = 0; i < lists.size(); i++) {
            line(depth, name(repeat.makes().get(carried + i)) + " = torch.stack(" + lists.get(i) + ", 0)");
        }
    }

    /** By way of other names, since a value may be carried into another one's place. */
    private void assign(List<Tensor> targets, List<Tensor> values, int depth) {
        List<String> between = values.stream().map(_ -> unused()).toList();
        for (int i = 0; i < values.size(); i++) {
            line(depth, between.get(i) + " = " + name(values.get(i)));
        }
        for (int i = 0; i < values.size(); i++) {
            line(depth, name(targets.get(i)) + " = " + between.get(i));
        }
    }

    private String argument(Object argument) {
        return switch (argument) {
            case Tensor tensor -> name(tensor);
            case Scalar scalar -> scalar.expression();
            case Boolean truth -> truth(truth);
            case DType type -> Integer.toString(type.torchCode());
            case Instruction.Symbol symbol -> symbol.name();
            case Instruction.Named named -> named.name() + "=" + argument(named.value());
            case String text -> "\"" + text + "\"";
            case long[] integers when integers.length == 0 -> "annotate(List[int], [])";
            case long[] integers -> Arrays.toString(integers);
            case List<?> list when list.isEmpty() -> NO_TENSORS;
            case List<?> list -> "[" + arguments(list) + "]";
            case Object none when none == Instruction.NONE -> "None";
            case Object place when place == Program.DEVICE -> place(device);
            case Object place when place == Program.DRAWS -> place(draws);
            default -> throw new IllegalStateException("a program cannot spell " + argument);
        };
    }

    private static String list(List<Tensor> tensors) {
        return tensors.isEmpty()
                ? NO_TENSORS
                : tensors.stream().map(TorchScript::name).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String place(Device device) {
        return "torch.device(\"" + device + "\")";
    }

    private static String truth(boolean value) {
        return value ? "True" : "False";
    }

    private static String name(Tensor tensor) {
        return "v" + tensor.id;
    }

    private String unused() {
        return "_" + unused++;
    }

    private void line(int depth, String text) {
        code.repeat("  ", depth).append(text).append('\n');
    }
}
