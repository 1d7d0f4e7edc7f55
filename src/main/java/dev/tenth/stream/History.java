package dev.tenth.stream;

import dev.tenth.event.Superseded;
import dev.tenth.store.RunLog;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/**
 * What was before: a run's log in messages, each read and encoded once for all viewers that ask for it. A class that opens a run
 * together asks for the same messages.
 *
 * <p>Reads from the disk: for worker threads.
 */
final class History {
    private final RunLog log;
    private final String run;
    private final StreamLimits limits;
    private final IntSupplier watchedRuns;
    /** Counts how often something was superseded: what was read before shows too much. */
    private final AtomicLong version = new AtomicLong();

    /** By the number that a message begins after; the one that was asked for longest ago goes first. */
    private final Map<Long, Message> messages = new LinkedHashMap<>(16, .75f, true);

    private long bytes;
    private long known = -1;
    private Superseded superseded;

    /** @param watchedRuns how many runs share the bytes that are kept, this one included */
    History(RunLog log, String run, StreamLimits limits, IntSupplier watchedRuns) {
        this.log = log;
        this.run = run;
        this.limits = limits;
        this.watchedRuns = watchedRuns;
    }

    /** From any thread: the run went on from an earlier state. */
    void supersede() {
        version.incrementAndGet();
    }

    /**
     * The next message after a number, if there is one. What was read beyond it is kept for whoever asks next, within the bound for
     * all: no viewer holds a page of its own while its client takes one message.
     */
    synchronized Optional<Message> after(long seq) {
        Superseded hidden = superseded();
        Message kept = messages.get(seq);
        if (kept != null) {
            return Optional.of(kept);
        }
        List<Message> page = Message.split(new Backlog(log, run, hidden).page(seq), limits.messageBytes());
        long from = seq;
        for (Message message : page) {
            keep(from, message);
            from = message.lastSeq();
        }
        return page.stream().findFirst();
    }

    /** What is hidden now. */
    synchronized Superseded superseded() {
        long now = version.get();
        if (now != known) {
            messages.clear();
            bytes = 0;
            known = now;
            superseded = log.timeline(run).superseded();
        }
        return superseded;
    }

    private void keep(long after, Message message) {
        Message before = messages.put(after, message);
        bytes += message.size() - (before == null ? 0 : before.size());
        long most = limits.pageBytes() / Math.max(1, watchedRuns.getAsInt());
        for (Iterator<Message> oldest = messages.values().iterator(); bytes > most && messages.size() > 1; ) {
            bytes -= oldest.next().size();
            oldest.remove();
        }
    }
}
