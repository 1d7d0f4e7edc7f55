package dev.tenth.stream;

import dev.tenth.store.RunLog;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What was before: a run's log in pages, each read and encoded once for all viewers that ask for it. A class that opens a run
 * together asks for the same pages.
 *
 * <p>Reads from the disk: for worker threads.
 */
final class History implements AutoCloseable {
    private final RunLog log;
    private final String run;
    private final long limit;
    /** Counts how often something was superseded: what was read before shows too much. */
    private final AtomicLong version = new AtomicLong();

    /** By the number that a page begins after; the one that was asked for longest ago goes first. */
    private final Map<Long, Page> pages = new LinkedHashMap<>(16, .75f, true);

    private long bytes;
    private long known = -1;
    private Superseded superseded;
    private boolean closed;

    private record Page(List<Envelope> envelopes) {
        long bytes() {
            return envelopes.stream()
                    .mapToLong(envelope -> envelope.json().length)
                    .sum();
        }

        void release() {
            envelopes.forEach(envelope -> envelope.frame().release());
        }
    }

    /**
     * The log of a run.
     *
     * @param limit bytes of pages that are kept
     */
    History(RunLog log, String run, long limit) {
        this.log = log;
        this.run = run;
        this.limit = limit;
    }

    /** From any thread: the run went on from an earlier state. */
    void supersede() {
        version.incrementAndGet();
    }

    /** The next events after a number, with a reference of their own for each frame; none if there are none. */
    synchronized List<Envelope> page(long after) {
        Superseded hidden = superseded();
        Page page = pages.get(after);
        if (page == null) {
            page = new Page(new Backlog(log, run, hidden).all(after));
            if (closed || page.envelopes().isEmpty()) {
                return page.envelopes();
            }
            keep(after, page);
        }
        page.envelopes().forEach(envelope -> envelope.frame().retain());
        return page.envelopes();
    }

    /** What is hidden now. */
    synchronized Superseded superseded() {
        long now = version.get();
        if (now != known) {
            forget();
            known = now;
            superseded = Superseded.in(log, run);
        }
        return superseded;
    }

    private void keep(long after, Page page) {
        pages.put(after, page);
        bytes += page.bytes();
        for (Iterator<Page> oldest = pages.values().iterator(); bytes > limit && pages.size() > 1; ) {
            Page gone = oldest.next();
            oldest.remove();
            bytes -= gone.bytes();
            gone.release();
        }
    }

    private void forget() {
        pages.values().forEach(Page::release);
        pages.clear();
        bytes = 0;
    }

    @Override
    public synchronized void close() {
        closed = true;
        forget();
    }
}
