package dev.tenth.stream;

import dev.tenth.event.Event;
import dev.tenth.event.EventCodec;
import dev.tenth.event.EventType;
import dev.tenth.event.Superseded;
import dev.tenth.store.RunLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * What a viewer has not seen, read from the log. There are two policies, as Mutiny names them. {@code BUFFER}: the log is the
 * buffer, and the viewer gets all of it, page by page. {@code LATEST}, for a viewer that lags: of the conflatable events only the
 * newest of each kind, while the lossless ones are still buffered. Numbers that are left out stand in gaps.
 */
final class Backlog {
    private static final int PAGE = 500;

    private final RunLog log;
    private final String run;
    private final Superseded superseded;

    /**
     * The log of a run.
     *
     * @param superseded what is not to be seen
     */
    Backlog(RunLog log, String run, Superseded superseded) {
        this.log = log;
        this.run = run;
        this.superseded = superseded;
    }

    /** The next page, by {@code BUFFER}. */
    List<Envelope> page(long after) {
        Selection selection = new Selection(after);
        log.read(run, after, PAGE).forEach(event -> selection.take(event, !superseded.hides(event)));
        return selection.end();
    }

    /**
     * Everything up to the end, by {@code LATEST}, or as far as the lossless events fill so much: then go on from the last one. A log
     * may have any number of these.
     *
     * @param lossless characters of the data of lossless events; one more event may exceed it
     * @param dropped is told how many were left out
     */
    List<Envelope> latest(long after, long lossless, LongConsumer dropped) {
        Map<String, Event> newest = new HashMap<>();
        TreeMap<Long, Event> chosen = new TreeMap<>();
        Event last = null;
        long cursor = after;
        long left = lossless;
        for (List<Event> page; left > 0 && !(page = log.read(run, cursor, PAGE)).isEmpty(); cursor = last.seq()) {
            for (Event event : page) {
                if (left <= 0) {
                    break;
                }
                if (EventType.isLossless(event.type())) {
                    chosen.put(event.seq(), event);
                    left -= event.data().length();
                } else if (!superseded.hides(event)) {
                    Event older = newest.put(EventCodec.key(event), event);
                    chosen.put(event.seq(), event);
                    if (older != null) {
                        chosen.remove(older.seq());
                        dropped.accept(1);
                    }
                }
                last = event;
            }
        }
        Selection selection = new Selection(after);
        chosen.values().forEach(event -> selection.take(event, true));
        if (last != null) {
            selection.upTo(last);
        }
        return selection.end();
    }

    /** Events in order, with gaps for the numbers between them. */
    private static final class Selection {
        private final List<Envelope> envelopes = new ArrayList<>();
        private long covered;
        private Event left;

        Selection(long after) {
            this.covered = after;
        }

        void take(Event event, boolean shown) {
            if (!shown) {
                left = event;
                return;
            }
            if (event.seq() > covered + 1) {
                // The gap's last number may be of an event that is not here: it gets the time and step of the one
                // after.
                Event end = left != null && left.seq() == event.seq() - 1
                        ? left
                        : new Event(event.run(), event.seq() - 1, event.step(), event.at(), event.type(), event.data());
                envelopes.add(Envelope.gap(covered + 1, end));
            }
            envelopes.add(Envelope.of(event));
            covered = event.seq();
            left = null;
        }

        void upTo(Event last) {
            if (last.seq() > covered) {
                left = last;
            }
        }

        List<Envelope> end() {
            if (left != null && left.seq() > covered) {
                envelopes.add(Envelope.gap(covered + 1, left));
            }
            return envelopes;
        }
    }
}
