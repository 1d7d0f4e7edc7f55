package dev.tenth.serve.text;

import java.util.List;

/** Passes text on up to the first stop sequence, also where the sequence is cut into pieces. The sequence itself is not passed on. */
final class StopSequenceFilter {
    private final List<String> sequences;
    private String held = "";
    private boolean stopped;

    StopSequenceFilter(List<String> sequences) {
        this.sequences = sequences;
    }

    /** The part of the text so far that can no longer become a stop sequence. */
    String pass(String text) {
        held += text;
        int stop = sequences.stream()
                .mapToInt(held::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
        if (stop >= 0) {
            stopped = true;
            String before = held.substring(0, stop);
            held = "";
            return before;
        }
        int keep = 0;
        for (String sequence : sequences) {
            for (int length = Math.min(sequence.length() - 1, held.length()); length > keep; length--) {
                if (sequence.startsWith(held.substring(held.length() - length))) {
                    keep = length;
                }
            }
        }
        String free = held.substring(0, held.length() - keep);
        held = held.substring(held.length() - keep);
        return free;
    }

    /** What was held back in case it became a sequence. */
    String rest() {
        return held;
    }

    boolean isStopped() {
        return stopped;
    }
}
