package dev.tenth.torch;

import java.util.Optional;

/**
 * Where tensors live and programs run.
 *
 * @param index the number of the GPU, or -1 for the CPU
 */
public record Device(int index) {
    public static final Device CPU = new Device(-1);

    /** The GPU with the given number, from 0. */
    public static Device cuda(int index) {
        if (index < 0) {
            throw new IllegalArgumentException("device: cuda:" + index + " does not exist; numbers start at 0");
        }
        return new Device(index);
    }

    /** The device of a name as {@link #toString} gives it; empty if it is no such name. */
    public static Optional<Device> named(String name) {
        if (name.equals(CPU.toString())) {
            return Optional.of(CPU);
        }
        return name.matches("cuda:\\d{1,3}")
                ? Optional.of(cuda(Integer.parseInt(name.substring(5))))
                : Optional.empty();
    }

    public boolean isCpu() {
        return index < 0;
    }

    @Override
    public String toString() {
        return isCpu() ? "cpu" : "cuda:" + index;
    }
}
