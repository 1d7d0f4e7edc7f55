package dev.tenth.recipe;

import dev.tenth.torch.DType;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.ProgramFile;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model that makes tensors of tensors. One thread at a time uses it. */
public interface TensorModel extends AutoCloseable {

    /** What it takes and gives. */
    Signature signature();

    /**
     * Computes the outputs.
     *
     * @param inputs every one of the signature's, all with the same number of rows (dimension 0)
     * @return the outputs by name, each with that number of rows
     * @throws IllegalArgumentException naming the input that is missing or does not fit
     */
    Map<String, HostTensor> infer(Map<String, HostTensor> inputs);

    /**
     * The model as a TorchScript file, into which the weights come from its state: {@code torch.jit.load} in Python opens it, and it is called as a
     * function of the inputs, by their names, that gives a dictionary of the outputs. Empty if it cannot be written so.
     */
    default Optional<ProgramFile> archive() {
        return Optional.empty();
    }

    /** The names of the tensors of its state in which a value is infinite or NaN; such a model is not used. */
    default List<String> nonFinite() {
        return List.of();
    }

    /** The memory of its tensors, in bytes. */
    long bytes();

    @Override
    void close();

    /**
     * What a model takes and gives.
     *
     * @param classes the names of the classes, in the order of the probabilities, or of the attributes, in that of the amounts;
     *     empty if there are none
     */
    record Signature(List<Port> inputs, List<Port> outputs, List<String> classes) {
        public Signature {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            classes = List.copyOf(classes);
        }

        /**
         * How many rows the inputs have.
         *
         * @throws IllegalArgumentException naming the input that is missing, is not one of these, or does not fit
         */
        public int rows(Map<String, HostTensor> given) {
            List<String> names = inputs.stream().map(Port::name).toList();
            given.keySet().stream()
                    .filter(name -> !names.contains(name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw new IllegalArgumentException("inputs: \"" + name + "\" is not one of " + names);
                    });
            long rows = -1;
            for (Port port : inputs) {
                HostTensor value = given.get(port.name());
                if (value == null) {
                    throw new IllegalArgumentException("inputs: \"" + port.name() + "\" is missing");
                }
                long here = value.shape().length == 0 ? 0 : value.shape()[0];
                if (here < 1
                        || value.type() != port.type()
                        || !Arrays.equals(value.shape(), port.shape(here))
                        || rows != -1 && rows != here) {
                    throw new IllegalArgumentException("inputs: %s is %s, not %s of shape %s%s"
                            .formatted(
                                    port.name(),
                                    value,
                                    port.type(),
                                    Arrays.toString(port.shape(-1)),
                                    rows == -1 ? "" : " with " + rows + " rows"));
                }
                rows = here;
            }
            return Math.toIntExact(rows);
        }
    }

    /**
     * One tensor.
     *
     * @param row the shape of one row: without dimension 0, of which there can be any number
     * @param help one line for people
     * @param prior from which rows are drawn where nobody gives any; for latent vectors
     */
    record Port(String name, DType type, List<Long> row, String help, Optional<Prior> prior) {
        public Port {
            row = List.copyOf(row);
        }

        public Port(String name, DType type, List<Long> row, String help) {
            this(name, type, row, help, Optional.empty());
        }

        /** The latent vectors {@code z}: {@code float32 [dimensions]}. */
        public static Port latent(long dimensions, Prior prior) {
            String help =
                    switch (prior) {
                        case Prior.Normal _ -> "latent vectors: N(0, 1)";
                        case Prior.Uniform(double reach) -> "latent vectors: U(−%1$s, %1$s)".formatted(reach);
                    };
            return new Port("z", DType.FLOAT32, List.of(dimensions), help, Optional.of(prior));
        }

        /** The shape of {@code rows} rows. */
        public long[] shape(long rows) {
            long[] shape = new long[row.size() + 1];
            shape[0] = rows;
            for (int i = 0; i < row.size(); i++) {
                shape[i + 1] = row.get(i);
            }
            return shape;
        }
    }
}
