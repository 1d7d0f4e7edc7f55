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

    /** Whether it draws random numbers. */
    boolean draws() {
        return instructions.stream().anyMatch(Instruction.Seed.class::isInstance);
    }
}
