package dev.tenth.recipes.mlp;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.RowModel;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.recipe.TensorModel.Signature;
import dev.tenth.torch.DType;
import dev.tenth.torch.Dense;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Variable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The net of {@link Heart}, 2 – width tanh – 1, and its use after the training. */
record PlaneNet(int width, Dense hidden, Dense output) {
    private static final Signature SIGNATURE = new Signature(
            List.of(new Port("points", DType.FLOAT32, List.of(2L), "x and y")),
            List.of(new Port("values", DType.FLOAT32, List.of(1L), "what the net makes of the point")),
            List.of());

    static PlaneNet of(int width) {
        return new PlaneNet(width, Dense.of(width + "/hidden", 2, width), Dense.of(width + "/output", width, 1));
    }

    Tensor apply(Tensor points) { // [B, 2]
        return output.apply(hidden.apply(points).tanh()); // [B, 1]
    }

    List<Variable> parameters() {
        return Stream.of(hidden, output)
                .flatMap(layer -> layer.parameters().stream())
                .toList();
    }

    static Ability<Heart.Settings> ability() {
        return new Ability.Infer<>(Ability.Task.PREDICT, PlaneNet::open);
    }

    private static TensorModel open(Heart.Settings settings, Map<String, TensorSource> state, Device device) {
        PlaneNet net = of(settings.hidden());
        Program traced = Program.trace(
                Precision.FLOAT32,
                methods -> RowModel.trace(
                        methods, SIGNATURE, inputs -> Map.of("values", net.apply(inputs.get("points")))));
        return new RowModel(SIGNATURE, new Executable(traced, device, state));
    }
}
