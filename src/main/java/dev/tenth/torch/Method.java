package dev.tenth.torch;

import java.util.List;
import java.util.Map;

/**
 * A traced method of a program.
 *
 * @param integers the place of each integer that a call gives
 * @param numbers the place of each number that a call gives
 */
record Method(
        String name,
        Map<String, Integer> integers,
        Map<String, Integer> numbers,
        List<String> inputNames,
        List<Tensor> inputs,
        List<String> outputNames,
        List<Tensor> outputs,
        List<Instruction> instructions) {

    /** Whether it draws random numbers, also inside of loops. */
    boolean draws() {
        return draws(instructions);
    }

    private static boolean draws(List<Instruction> instructions) {
        return instructions.stream().anyMatch(instruction -> switch (instruction) {
            case Instruction.Seed _ -> true;
            case Instruction.Repeat repeat -> draws(repeat.body());
            case Instruction.ByDevice either ->
                draws(either.cpu().instructions()) || draws(either.other().instructions());
            case Instruction.Call _,
                    Instruction.Gradient _,
                    Instruction.Leaf _,
                    Instruction.Move _,
                    Instruction.Read _ -> false;
        });
    }
}
