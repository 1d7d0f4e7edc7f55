package dev.tenth.recipes.rnn;

import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Program;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.List;

/** The part of a text that is held out, and how a model does on it. */
record HeldOut(Corpus corpus, CharWriter.Net net) {
    /** The smallest loss at the end of an epoch so far; 0 before the first. */
    private static final Variable BEST = Variable.state("best");

    private Variable symbols() {
        return Variable.data("validation", DType.INT64, corpus.ticks() + 1L, Corpus.VALIDATION_STRIPES);
    }

    private Variable counted() {
        return Variable.data("counted", DType.FLOAT32, corpus.ticks());
    }

    private List<Variable> state() {
        return net.layers().stateVariables("validating", Corpus.VALIDATION_STRIPES);
    }

    /** Adds the methods that are called here. */
    void trace(Program.Builder methods) {
        methods.method("validate", this::validate)
                .method("resetValidation", t -> CharWriter.Net.reset(t, state()))
                .method("bestLoss", t -> t.value(BEST));
    }

    /** The summed loss of the ticks that count, of one call's worth of them. */
    private void validate(Trace t) {
        int ticks = Corpus.VALIDATION_TICKS;
        Tensor read = t.value(symbols()).narrow(0, t.integer("offset"), ticks + 1L); // [T+1, B]
        Tensor inputs = read.narrow(0, 0, ticks).oneHot(net.symbols()); // [T, B, V]
        Tensor losses = net.read(t, inputs, state(), output -> output, false)
                .logSoftmax(2) // [T, B, V]
                .gather(2, read.narrow(0, 1, ticks).unsqueeze(2)) // [T, B, 1]
                .reshape(ticks, Corpus.VALIDATION_STRIPES)
                .mean(1)
                .negate(); // [T]
        t.output(
                "loss",
                losses.times(t.value(counted()).narrow(0, t.integer("offset"), ticks))
                        .sum());
    }

    /** Gives a program the text. */
    void fill(Executable program) {
        program.set(symbols(), HostTensor.of(corpus.validation(), corpus.ticks() + 1L, Corpus.VALIDATION_STRIPES));
        program.set(counted(), HostTensor.of(corpus.counted(), corpus.ticks()));
    }

    /** The mean of −log p(next character) in nats. */
    double loss(Executable program) {
        program.call("resetValidation").run();
        double sum = 0;
        for (int offset = 0; offset < corpus.ticks(); offset += Corpus.VALIDATION_TICKS) {
            sum += program.call("validate")
                    .with("offset", offset)
                    .run()
                    .get("loss")
                    .floats()[0];
        }
        int count = 0;
        for (float tick : corpus.counted()) {
            count += (int) tick;
        }
        return sum / count;
    }

    /** The best loss of whole epochs, as others count it, this epoch's among them. */
    double best(Executable program, double loss) {
        float before = program.get(BEST).floats()[0];
        if (Double.isNaN(loss)) {
            return before == 0 ? loss : before;
        }
        float best = before == 0 ? (float) loss : Math.min(before, (float) loss);
        program.set(BEST, HostTensor.of(new float[] {best}));
        return best;
    }
}
