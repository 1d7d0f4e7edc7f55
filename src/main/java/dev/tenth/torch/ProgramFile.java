package dev.tenth.torch;

import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A program for use elsewhere, as a TorchScript file whose weights come from a saved state: see {@link Program#module}. */
public final class ProgramFile {
    private final String code;
    /** The names of the tensors that go into the file. */
    private final List<String> variables;

    ProgramFile(String code, List<String> variables) {
        this.code = code;
        this.variables = List.copyOf(variables);
    }

    /**
     * Writes the file; each tensor is read when its turn comes.
     *
     * @param state a value for each variable
     * @throws IllegalArgumentException if a value is missing; nothing was written then
     * @throws IOException if a value cannot be read, or the file cannot be written
     */
    public void write(OutputStream file, Map<String, TensorSource> state) throws IOException {
        Map<String, TensorSource> values = new LinkedHashMap<>();
        for (String variable : variables) {
            TensorSource value = state.get(variable);
            if (value == null) {
                throw new IllegalArgumentException("state: " + variable + " is missing");
            }
            values.put(variable, value);
        }
        TorchScriptArchive.write(file, code, values);
    }
}
