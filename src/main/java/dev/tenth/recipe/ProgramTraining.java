package dev.tenth.recipe;

import dev.tenth.torch.Executable;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Variable;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A training whose whole state lies in the variables of one program. What is left to say is how it begins and what a step is. */
public abstract class ProgramTraining<P> implements Training<P> {
    /** The parameters in force. */
    protected P settings;

    protected final Executable program;

    /**
     * Takes over a program.
     *
     * @param program closed with this
     */
    protected ProgramTraining(P settings, Executable program) {
        this.settings = settings;
        this.program = program;
    }

    /** Gives the program its data; for constructors: where that fails, the program is closed. */
    protected final void fill(Consumer<Executable> data) {
        try {
            data.accept(program);
        } catch (RuntimeException | Error e) {
            program.close();
            throw e;
        }
    }

    @Override
    public void turn(P parameters) {
        settings = parameters;
    }

    @Override
    public List<String> nonFinite() {
        return program.nonFinite().stream().map(Variable::name).toList();
    }

    @Override
    public Map<String, TensorSource> save() {
        return program.save();
    }

    @Override
    public void load(Map<String, TensorSource> state) {
        program.load(state);
    }

    @Override
    public void close() {
        program.close();
    }
}
