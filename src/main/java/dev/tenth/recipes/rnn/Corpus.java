package dev.tenth.recipes.rnn;

import dev.tenth.data.DataException;
import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Scalar;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/**
 * A text as numbers, cut into a training part, which lies in parallel stripes, and the last tenth for validation.
 *
 * @param training symbols {@code [stripes, length]}; a stripe has one more than it has inputs, since each symbol's target is the
 *     next one
 * @param validation symbols {@code [ticks + 1, validationStripes]}: the stripes of the last tenth side by side
 * @param counted whether the prediction at each tick counts (1) or only gives context (0)
 */
record Corpus(Vocabulary vocabulary, Stripes training, long[] validation, float[] counted) {
    /** The share of the text, at its end, that is held out. */
    private static final double HELD_OUT = .1;

    /** How many pieces of the held-out text are read at the same time. */
    static final int VALIDATION_STRIPES = 20;
    /** How many ticks of them one call reads. */
    static final int VALIDATION_TICKS = 100;
    /** How many characters before a piece give it context: what a model of this size makes use of. */
    private static final int CONTEXT = 100;
    /** More different characters would make the scores larger than the rest of the model. */
    static final int MAX_SYMBOLS = 8192;

    /** The parts of a text that can be held out to judge by. */
    enum Split {
        /** The last tenth. */
        TAIL;

        @Override
        public String toString() {
            return "tail-10%";
        }
    }

    static Corpus of(String text, int stripes, int sequence) {
        Vocabulary vocabulary = Vocabulary.of(text);
        if (vocabulary.size() > MAX_SYMBOLS) {
            throw new DataException("corpus: the text has " + vocabulary.size() + " different characters; at most "
                    + MAX_SYMBOLS + " can be learned");
        }
        short[] symbols = vocabulary.number(text);
        int split = symbols.length - (int) (symbols.length * HELD_OUT);
        int length = (split - 1) / stripes + 1;
        int piece = (symbols.length - split) / VALIDATION_STRIPES;
        if (length - 1 < sequence || piece < 1 || split <= CONTEXT + VALIDATION_TICKS) {
            throw new DataException(
                    "corpus: %d characters are too few for %d stripes of %d; give a longer text, or a smaller batch or sequence"
                            .formatted(symbols.length, stripes, sequence));
        }
        // Context is as long as it takes for the ticks to fill whole calls.
        int context = CONTEXT + Math.floorMod(-(CONTEXT + piece), VALIDATION_TICKS);
        int ticks = context + piece;
        long[] validation = new long[(ticks + 1) * VALIDATION_STRIPES];
        for (int tick = 0; tick <= ticks; tick++) {
            for (int i = 0; i < VALIDATION_STRIPES; i++) {
                validation[tick * VALIDATION_STRIPES + i] = symbols[split - 1 - context + i * piece + tick];
            }
        }
        float[] counted = new float[ticks];
        Arrays.fill(counted, context, ticks, 1);
        return new Corpus(vocabulary, new Stripes(symbols, stripes, length), validation, counted);
    }

    private Variable resident() {
        return Variable.data("text", DType.INT64, training.shape());
    }

    /** So many symbols of each stripe from {@code offset} on, {@code int64 [count, stripes]}. */
    Tensor read(Trace t, Scalar offset, long count) {
        return t.value(resident()).narrow(1, offset, count).transpose(0, 1);
    }

    /** Gives a program the text to learn, and the vocabulary that its state keeps. */
    void fill(Executable program) {
        program.set(resident(), training);
        program.set(vocabulary.variable(), vocabulary.save());
    }

    int length() {
        return training.length();
    }

    int ticks() {
        return counted.length;
    }

    /**
     * The stripes of a text, side by side. They are made when they are written: as the integers that a program reads they are four
     * times as large.
     */
    record Stripes(short[] symbols, int count, int length) implements TensorSource {
        private static final int PIECE_BYTES = 1 << 16;

        @Override
        public DType type() {
            return DType.INT64;
        }

        @Override
        public long[] shape() {
            return new long[] {count, length};
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                // Neighbours share a symbol: the target of one stripe's last input is the first input of the next.
                for (int j = 0; j < length; j++) {
                    piece.putLong(symbols[i * (length - 1) + j]);
                    if (!piece.hasRemaining()) {
                        write(piece, channel);
                    }
                }
            }
            write(piece, channel);
        }

        private static void write(ByteBuffer piece, WritableByteChannel channel) throws IOException {
            piece.flip();
            while (piece.hasRemaining()) {
                channel.write(piece);
            }
            piece.clear();
        }
    }
}
