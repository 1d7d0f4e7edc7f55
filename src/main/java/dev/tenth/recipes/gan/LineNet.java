package dev.tenth.recipes.gan;

import dev.tenth.torch.Dense;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Variable;
import java.util.List;
import java.util.stream.Stream;

/** The nets of {@link Gan1d}: three dense layers with tanh between them; the last is linear. */
record LineNet(Dense first, Dense second, Dense last) {
    private static final int WIDTH = 6;

    static LineNet of(String name, int inputs) {
        return new LineNet(
                Dense.glorot(name + "/1", inputs, WIDTH),
                Dense.glorot(name + "/2", WIDTH, WIDTH),
                Dense.glorot(name + "/3", WIDTH, 1));
    }

    Tensor apply(Tensor x) {
        Tensor h1 = first.apply(x).tanh(); // [B, 6]
        Tensor h2 = second.apply(h1).tanh(); // [B, 6]
        return last.apply(h2); // [B, 1]
    }

    List<Variable> parameters() {
        return Stream.of(first, second, last)
                .flatMap(layer -> layer.parameters().stream())
                .toList();
    }
}
