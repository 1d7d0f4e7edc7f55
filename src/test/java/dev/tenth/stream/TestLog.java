package dev.tenth.stream;

import dev.tenth.event.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** Writes events of one run to a real log. */
final class TestLog {
    static final String RUN = "a";
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00.123Z");

    private final RunLog log;
    private long lastSeq;

    /** A run with its first events. */
    TestLog(RunLog log, int events) {
        this.log = log;
        this.lastSeq = events;
        log.create(
                entry(),
                LongStream.rangeClosed(1, events).mapToObj(TestLog::metrics).toList(),
                Optional.empty());
    }

    /** Metrics that are the number of the event. */
    static Event metrics(long seq) {
        return event(seq, "metrics", "{\"values\":{\"n\":" + seq + "}}");
    }

    static Event event(long seq, String type, String data) {
        return new Event(RUN, seq, seq, AT, type, data);
    }

    long lastSeq() {
        return lastSeq;
    }

    /** Appends events of these types, in one commit, and waits until they are durable. */
    void append(String... types) {
        List<Event> events = new ArrayList<>();
        for (String type : types) {
            lastSeq++;
            events.add(event(lastSeq, type, "{\"values\":{\"n\":" + lastSeq + "}}"));
        }
        log.append(entry(), events).toCompletableFuture().join();
    }

    /** The run goes on from an earlier event. */
    void resumeFrom(long seq) {
        lastSeq++;
        String data = "{\"fromStep\":" + seq + ",\"fromSeq\":" + seq + "}";
        log.append(entry(), List.of(event(lastSeq, "run.resumed", data)))
                .toCompletableFuture()
                .join();
    }

    private RunEntry entry() {
        return new RunEntry(
                RUN,
                "gan-1d",
                "quick",
                "{}",
                1,
                RUN,
                Optional.empty(),
                "RUNNING",
                "",
                lastSeq,
                1_000_000,
                lastSeq,
                "{}",
                0,
                AT,
                Optional.empty(),
                Optional.empty());
    }
}
