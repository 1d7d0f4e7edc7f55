package dev.tenth.recipes.rnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A text as numbers, also where it is as long as an upload can be. */
class CorpusTest {
    /** A text of so many characters has as many bytes as an upload may have. */
    private static final int LONGEST = 32 << 20;

    private static final String HEAP = "-Xmx256m";

    private static String text(int length) {
        byte[] text = new byte[length];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < length; i++) {
            text[i] = (byte) ('a' + random.nextInt(26));
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aStripeEndsWithTheSymbolWithWhichTheNextBegins() {
        String text = text(5000);
        Corpus corpus = Corpus.of(text, 7, 20);
        int inputs = corpus.length() - 1;
        long[] symbols = corpus.training().read().longs();
        assertThat(symbols).hasSize(7 * corpus.length());
        for (int stripe = 0; stripe < 7; stripe++) {
            for (int i = 0; i < corpus.length(); i++) {
                assertThat(symbols[stripe * corpus.length() + i]).isEqualTo(text.charAt(stripe * inputs + i) - 'a');
            }
        }
    }

    @Test
    void theLongestUploadFitsTheHeap() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-cp",
                        System.getProperty("java.class.path"),
                        LongText.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    /** Reads the longest text. */
    static final class LongText {
        public static void main(String[] arguments) throws IOException {
            Corpus corpus = Corpus.of(text(LONGEST), 50, 50);
            corpus.training().writeTo(Channels.newChannel(OutputStream.nullOutputStream()));
        }
    }
}
