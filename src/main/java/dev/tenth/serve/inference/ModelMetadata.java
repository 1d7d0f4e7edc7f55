package dev.tenth.serve.inference;

import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.recipe.TensorModel.Signature;
import dev.tenth.serve.engine.Models;
import dev.tenth.serve.engine.Models.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as the Open Inference Protocol describes it.
 *
 * @param properties ours: recipe, abilities, names of classes, and how latent inputs are drawn
 */
record ModelMetadata(
        String name,
        List<String> versions,
        String platform,
        List<Tensor> inputs,
        List<Tensor> outputs,
        Map<String, String> properties) {
    private static final String PLATFORM = "pytorch_torchscript";
    private static final long ANY = -1;

    /** A tensor's name, type and shape; {@code -1} where any size is taken. */
    record Tensor(String name, String datatype, List<Long> shape) {
        static Tensor of(Port port) {
            return new Tensor(
                    port.name(),
                    TensorJson.name(port.type()),
                    java.util.Arrays.stream(port.shape(ANY)).boxed().toList());
        }

        static Tensor text(String name) {
            return new Tensor(name, "BYTES", List.of(1L));
        }
    }

    /**
     * @param signature of the tensors; empty if the model writes text
     */
    static ModelMetadata of(Version found, List<String> versions, Optional<Signature> signature) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("recipe", found.run().recipe());
        properties.put("abilities", String.join(",", Models.abilities(found.recipe())));
        if (signature.isEmpty()) {
            return new ModelMetadata(
                    found.run().id(),
                    versions,
                    PLATFORM,
                    List.of(Tensor.text("text_input")),
                    List.of(Tensor.text("text_output")),
                    properties);
        }
        Signature its = signature.get();
        if (!its.classes().isEmpty()) {
            properties.put("classes", String.join(",", its.classes()));
        }
        its.inputs()
                .forEach(port -> port.prior().ifPresent(prior -> properties.put("prior." + port.name(), prior.wire())));
        return new ModelMetadata(
                found.run().id(),
                versions,
                PLATFORM,
                its.inputs().stream().map(Tensor::of).toList(),
                its.outputs().stream().map(Tensor::of).toList(),
                properties);
    }
}
