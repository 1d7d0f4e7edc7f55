package dev.tenth.stream;

import dev.tenth.run.EventType;
import dev.tenth.store.Event;
import dev.tenth.store.RunLog;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a run's log no longer counts, because the run went on from an earlier state.
 *
 * @param ranges the numbers between which events were superseded, exclusive
 */
record Superseded(List<long[]> ranges) {
    static final Superseded NOTHING = new Superseded(List.of());

    private static final int PAGE = 100;

    /** Goes through the whole log of the run. */
    static Superseded in(RunLog log, String run) {
        List<long[]> ranges = new ArrayList<>();
        long after = 0;
        for (List<Event> page;
                !(page = log.read(run, after, PAGE, List.of(EventType.RUN_RESUMED.wire()))).isEmpty(); ) {
            page.forEach(event -> ranges.add(new long[] {fromSeq(event), event.seq()}));
            after = page.getLast().seq();
        }
        return new Superseded(ranges);
    }

    /** Whether an event is not to be seen; facts always are. */
    boolean hides(Event event) {
        return !Envelope.isLossless(event)
                && ranges.stream().anyMatch(range -> event.seq() > range[0] && event.seq() < range[1]);
    }

    private static long fromSeq(Event resumed) {
        String name = "\"fromSeq\":";
        String data = resumed.data();
        int begin = data.indexOf(name) + name.length();
        int end = begin;
        while (Character.isDigit(data.charAt(end))) {
            end++;
        }
        return Long.parseLong(data.substring(begin, end));
    }
}
