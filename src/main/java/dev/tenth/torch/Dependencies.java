package dev.tenth.torch;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a tensor was computed from. */
final class Dependencies {
    private Dependencies() {}

    /** The tensor and everything before it, as far as gradients go: not past a leaf or a detached tensor. */
    static Set<Tensor> of(Tensor tensor, List<Instruction> instructions) {
        Set<Tensor> found = new HashSet<>(List.of(tensor));
        for (Instruction instruction : instructions.reversed()) {
            if (instruction.makes().stream().anyMatch(found::contains)) {
                switch (instruction) {
                    case Instruction.Leaf _, Instruction.Read _, Instruction.Seed _ -> {}
                    case Instruction.Call call when call.operator().equals("detach") -> {}
                    case Instruction.Call call -> found.addAll(call.reads());
                    case Instruction.Gradient gradient -> {
                        found.addAll(gradient.reads());
                        found.addAll(gradient.leaves());
                    }
                    case Instruction.Repeat repeat -> found.addAll(repeat.reads());
                    case Instruction.Move move -> found.addAll(move.reads());
                    case Instruction.ByDevice either -> found.addAll(either.reads());
                }
            }
        }
        return found;
    }
}
