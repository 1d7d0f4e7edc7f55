package dev.tenth.recipes.gan;

import dev.tenth.recipe.Prior;
import dev.tenth.recipe.RowModel;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.recipe.TensorModel.Signature;
import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What was learned about pictures and latent vectors, in use: one becomes the other. */
final class LatentModels {
    private LatentModels() {}

    /**
     * z to pictures.
     *
     * @param picture its shape: {@code [height, width]} or {@code [height, width, 3]}
     * @param decode makes pictures from 0 to 1, {@code [n, picture]}, of {@code [n, latent]}
     */
    static TensorModel decoder(
            long latent,
            List<Long> picture,
            UnaryOperator<Tensor> decode,
            Map<String, TensorSource> state,
            Device device) {
        Signature signature =
                new Signature(List.of(Port.latent(latent, new Prior.Normal())), List.of(image(picture)), List.of());
        return open(signature, inputs -> Map.of("image", decode.apply(inputs.get("z"))), state, device);
    }

    /**
     * Pictures to z.
     *
     * @param encode takes pictures {@code [n, picture]}
     */
    static TensorModel encoder(
            long latent,
            List<Long> picture,
            Function<Tensor, Code> encode,
            Map<String, TensorSource> state,
            Device device) {
        Signature signature = new Signature(
                List.of(image(picture)),
                List.of(
                        new Port("z", DType.FLOAT32, List.of(latent), "the mean of the picture's latent vectors"),
                        new Port("deviation", DType.FLOAT32, List.of(latent), "how far they are spread")),
                List.of());
        return open(
                signature,
                inputs -> {
                    Code code = encode.apply(inputs.get("image"));
                    return Map.of("z", code.mean(), "deviation", code.deviation());
                },
                state,
                device);
    }

    /** Makes other pictures of pictures, by as much of each attribute: {@code [n, picture]}, {@code [n, attributes]}. */
    @FunctionalInterface
    interface Editor {
        Tensor edit(Tensor pictures, Tensor amounts);
    }

    /**
     * Pictures with attributes that are more, or less.
     *
     * @param attributes their names, in the order of the amounts
     */
    static TensorModel editor(
            List<String> attributes,
            List<Long> picture,
            Editor editor,
            Map<String, TensorSource> state,
            Device device) {
        String help =
                "how much more of each of " + String.join(", ", attributes) + ": 1 is as much as pictures with it have";
        Signature signature = new Signature(
                List.of(image(picture), new Port("amounts", DType.FLOAT32, List.of((long) attributes.size()), help)),
                List.of(image(picture)),
                attributes);
        return open(
                signature,
                inputs -> Map.of("image", editor.edit(inputs.get("image"), inputs.get("amounts"))),
                state,
                device);
    }

    private static Port image(List<Long> picture) {
        return new Port("image", DType.FLOAT32, picture, "pixels from 0 to 1, row by row from the top");
    }

    private static TensorModel open(
            Signature signature,
            UnaryOperator<Map<String, Tensor>> model,
            Map<String, TensorSource> state,
            Device device) {
        Program traced = Program.trace(Precision.FLOAT32, methods -> RowModel.trace(methods, signature, model));
        return new RowModel(signature, new Executable(traced, device, state));
    }
}
