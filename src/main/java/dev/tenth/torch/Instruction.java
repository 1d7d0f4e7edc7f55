package dev.tenth.torch;

import java.util.List;
import java.util.Optional;

/** One instruction of a traced method. {@link TorchScript} spells it. */
sealed interface Instruction {
    /** What it reads. */
    List<Tensor> reads();

    /** What it makes. */
    List<Tensor> makes();

    /**
     * A call of a libtorch operator.
     *
     * @param operator its name: {@code "tanh"}, {@code "_foreach_add_"}
     * @param arguments each a Tensor, Scalar, Boolean, DType, long[], {@link Symbol}, {@link #NONE}, {@link Named} or a List of these
     * @param makes one tensor, several (a tuple), or none (an operation in place)
     */
    record Call(String operator, List<?> arguments, List<Tensor> makes) implements Instruction {
        @Override
        public List<Tensor> reads() {
            return tensors(arguments);
        }

        private static List<Tensor> tensors(List<?> arguments) {
            return arguments.stream()
                    .flatMap(argument -> switch (argument) {
                        case Tensor tensor -> java.util.stream.Stream.of(tensor);
                        case List<?> list -> tensors(list).stream();
                        case Named named -> tensors(List.of(named.value())).stream();
                        default -> java.util.stream.Stream.empty();
                    })
                    .toList();
        }
    }

    /** An argument that is given by name. */
    record Named(String name, Object value) {}

    /** Something that a program names and that is neither tensor nor number: a generator. */
    record Symbol(String name) {}

    /** A generator of random numbers that starts from a seed. */
    record Seed(Symbol generator, Scalar seed) implements Instruction {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public List<Tensor> makes() {
            return List.of();
        }
    }

    /** An optional argument that is not given. */
    Object NONE = new Object();

    /** The value of a variable. */
    record Read(Variable variable, Tensor made) implements Instruction {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public List<Tensor> makes() {
            return List.of(made);
        }
    }

    /**
     * A tensor that a gradient may be taken with respect to: its history ends here.
     *
     * @param parameter whose value it is, if it is one's
     */
    record Leaf(Tensor source, Tensor made, Optional<Variable> parameter) implements Instruction {
        @Override
        public List<Tensor> reads() {
            return List.of(source);
        }

        @Override
        public List<Tensor> makes() {
            return List.of(made);
        }
    }

    /** The gradients of a scalar with respect to leaves. */
    record Gradient(Tensor loss, List<Tensor> leaves, List<Tensor> makes) implements Instruction {
        @Override
        public List<Tensor> reads() {
            return List.of(loss);
        }
    }

    /**
     * A tensor on another device, if it is another.
     *
     * @param place {@link Program#DEVICE} or {@link Program#DRAWS}
     */
    record Move(Tensor source, Object place, Tensor made) implements Instruction {
        @Override
        public List<Tensor> reads() {
            return List.of(source);
        }

        @Override
        public List<Tensor> makes() {
            return List.of(made);
        }
    }

    /** Instructions and the tensor that they compute. */
    record Branch(List<Instruction> instructions, Tensor result) {
        List<Tensor> reads() {
            return instructions.stream()
                    .flatMap(instruction -> instruction.reads().stream())
                    .toList();
        }
    }

    /** One of two computations, by the device on which the program is loaded. */
    record ByDevice(Branch cpu, Branch other, Tensor made) implements Instruction {
        @Override
        public List<Tensor> reads() {
            return java.util.stream.Stream.concat(cpu.reads().stream(), other.reads().stream())
                    .toList();
        }

        @Override
        public List<Tensor> makes() {
            return List.of(made);
        }

        /** The one for a device. */
        Branch on(Device device) {
            return device.isCpu() ? cpu : other;
        }
    }

    /**
     * A loop that stays native.
     *
     * @param initial what is carried into the first round
     * @param carried its names in the body
     * @param next what the body carries on
     * @param emitted what each round adds to a list
     * @param makes the carried values after the last round, then the stacked lists
     */
    record Repeat(
            Scalar count,
            String index,
            List<Tensor> initial,
            List<Tensor> carried,
            List<Instruction> body,
            List<Tensor> next,
            List<Tensor> emitted,
            List<Tensor> makes)
            implements Instruction {
        @Override
        public List<Tensor> reads() {
            return java.util.stream.Stream.concat(
                            initial.stream(), body.stream().flatMap(instruction -> instruction.reads().stream()))
                    .toList();
        }
    }
}
