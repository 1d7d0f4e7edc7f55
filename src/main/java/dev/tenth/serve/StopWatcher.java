package dev.tenth.serve;

import java.util.List;

/** Lets text pass until one of some words comes, also where a word is cut into pieces. The word itself does not pass. */
final class StopWatcher {
    private final List<String> words;
    private String held = "";
    private boolean stopped;

    StopWatcher(List<String> words) {
        this.words = words;
    }

    /** The part of the text so far that can no longer become one of the words. */
    String pass(String text) {
        held += text;
        int stop = words.stream()
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
        for (String word : words) {
            for (int length = Math.min(word.length() - 1, held.length()); length > keep; length--) {
                if (word.startsWith(held.substring(held.length() - length))) {
                    keep = length;
                }
            }
        }
        String free = held.substring(0, held.length() - keep);
        held = held.substring(held.length() - keep);
        return free;
    }

    /** What was held back in case it became a word. */
    String rest() {
        return held;
    }

    boolean isStopped() {
        return stopped;
    }
}
