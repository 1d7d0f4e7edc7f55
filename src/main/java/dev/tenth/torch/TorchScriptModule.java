package dev.tenth.torch;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Spells a module for use elsewhere: the variables are its parameters and buffers, by their names, and {@code forward} cuts any
 * number of rows into the pieces that its methods take.
 */
final class TorchScriptModule {
    private final List<Variable> variables;
    private final SortedMap<Integer, Method> pieces;
    private final StringBuilder code = new StringBuilder();

    private TorchScriptModule(List<Variable> variables, SortedMap<Integer, Method> pieces) {
        this.variables = variables;
        this.pieces = pieces;
    }

    /**
     * The code of the class {@code Program}.
     *
     * @param pieces by the number of rows that each takes; all with the same inputs and outputs
     * @throws IllegalArgumentException if one takes more than tensors, an input's name is none for an argument, or one needs
     *     gradients
     */
    static String code(List<Variable> variables, SortedMap<Integer, Method> pieces) {
        for (Method method : pieces.values()) {
            if (!method.integers().isEmpty() || !method.numbers().isEmpty()) {
                throw new IllegalArgumentException("method: " + method.name() + " takes more than tensors");
            }
            method.inputNames().stream()
                    .filter(name -> !name.matches("[a-z][A-Za-z0-9]*"))
                    .forEach(name -> {
                        throw new IllegalArgumentException("input: \"" + name + "\" is no name for an argument");
                    });
        }
        TorchScriptModule module = new TorchScriptModule(variables, pieces);
        module.head();
        module.code.append(TorchScript.methods(variables, pieces.values(), module.state()));
        module.forward();
        return module.code.toString();
    }

    private void head() {
        line(0, "class Program(Module):");
        line(1, "__parameters__ = " + names(true));
        line(1, "__buffers__ = " + names(false));
        line(1, "__annotations__ = []");
        variables.forEach(variable -> line(1, "__annotations__[\"" + variable.name() + "\"] = Tensor"));
    }

    private String names(boolean parameters) {
        return variables.stream()
                .filter(variable -> parameters == (variable.role() == Variable.Role.PARAMETER))
                .map(variable -> "\"" + variable.name() + "\", ")
                .collect(Collectors.joining("", "[", "]"));
    }

    private String state() {
        return variables.isEmpty()
                ? TorchScript.NO_TENSORS
                : variables.stream()
                        .map(variable -> "getattr(self, \"" + variable.name() + "\")")
                        .collect(Collectors.joining(", ", "[", "]"));
    }

    private void forward() {
        Method first = pieces.get(pieces.firstKey());
        List<String> inputs = first.inputNames();
        line(1, "def forward(self: __torch__.Program");
        inputs.forEach(name -> line(2, ", " + name + ": Tensor"));
        line(2, ") -> Dict[str, Tensor]:");
        line(2, "_none = torch.zeros([1], dtype=" + DType.INT64.torchCode() + ")");
        for (int i = 0; i < first.outputNames().size(); i++) {
            line(2, "_all" + i + " = " + TorchScript.NO_TENSORS);
        }
        line(2, "_rows = torch.size(" + inputs.getFirst() + ", 0)");
        line(2, "_first = 0");
        line(2, "while torch.lt(_first, _rows):");
        line(3, "_taken = torch.sub(_rows, _first)");
        line(3, "if torch.gt(_taken, " + pieces.lastKey() + "):");
        line(4, "_taken = " + pieces.lastKey());
        line(3, "else:");
        line(4, "pass");
        call(List.copyOf(pieces.keySet()), inputs, 3);
        for (int i = 0; i < first.outputNames().size(); i++) {
            line(3, "_a%d = torch.append(_all%d, torch.slice(_out[%d], 0, 0, _taken, 1))".formatted(i, i, i));
        }
        line(3, "_first = torch.add(_first, _taken)");
        line(
                2,
                IntStream.range(0, first.outputNames().size())
                        .mapToObj(i -> "\"" + first.outputNames().get(i) + "\": torch.cat(_all" + i + ", 0)")
                        .collect(Collectors.joining(", ", "return {", "}")));
    }

    /** The smallest piece into which the rows fit. */
    private void call(List<Integer> sizes, List<String> inputs, int depth) {
        int rows = sizes.getFirst();
        Method method = pieces.get(rows);
        boolean last = sizes.size() == 1;
        if (!last) {
            line(depth, "if torch.le(_taken, " + rows + "):");
        }
        String filled = IntStream.range(0, inputs.size())
                .mapToObj(i -> filled(inputs.get(i), method.inputs().get(i), rows))
                .map(input -> ", " + input)
                .collect(Collectors.joining());
        line(last ? depth : depth + 1, "_out = (self)." + method.name() + "(_none, _none" + filled + ")");
        if (!last) {
            line(depth, "else:");
            call(sizes.subList(1, sizes.size()), inputs, depth + 1);
        }
    }

    private static String filled(String input, Tensor port, int rows) {
        String margins = String.join(", ", Collections.nCopies(2 * port.shape().dimensions().length - 1, "0"));
        return "torch.constant_pad_nd(torch.slice(%s, 0, _first, torch.add(_first, _taken), 1), [%s, torch.sub(%d, _taken)], 0)"
                .formatted(input, margins, rows);
    }

    private void line(int depth, String text) {
        code.repeat("  ", depth).append(text).append('\n');
    }
}
