package dev.tenth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.store.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import io.netty.util.ReferenceCounted;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of a real log, and who holds their native memory. */
class HistoryTest {
    private static final String RUN = "a";
    private static final int EVENTS = 1_200;
    private static final long ROOMY = 1 << 20;
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00.123Z");

    private EmbeddedStore store;
    private RunLog log;

    @BeforeEach
    void fill(@TempDir Path home) {
        store = new EmbeddedStore(home, StoreLimits.DEFAULT);
        log = store.log();
        log.create(
                entry(EVENTS),
                LongStream.rangeClosed(1, EVENTS)
                        .mapToObj(seq -> event(seq, "metrics", "{\"values\":{\"n\":" + seq + "}}"))
                        .toList(),
                Optional.empty());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Event event(long seq, String type, String data) {
        return new Event(RUN, seq, seq, AT, type, data);
    }

    private static RunEntry entry(long lastSeq) {
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
                EVENTS,
                lastSeq,
                "{}",
                0,
                AT,
                Optional.empty(),
                Optional.empty());
    }

    /** All pages, as a viewer from the beginning asks for them. */
    private static List<Envelope> all(History history) {
        List<Envelope> seen = new ArrayList<>();
        long after = 0;
        for (List<Envelope> page;
                !(page = history.page(after)).isEmpty();
                after = page.getLast().seq()) {
            seen.addAll(page);
        }
        return seen;
    }

    private static void release(List<Envelope> envelopes) {
        envelopes.forEach(envelope -> envelope.frame().release());
    }

    @Test
    void whoComesLaterGetsTheSameBytesAndNobodyLosesThem() {
        History history = new History(log, RUN, ROOMY);
        List<Envelope> first = all(history);
        List<Envelope> second = all(history);
        assertThat(first)
                .extracting(Envelope::seq)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, EVENTS).boxed().toList());
        for (int i = 0; i < EVENTS; i++) {
            assertThat(second.get(i)).isSameAs(first.get(i));
        }
        release(first);
        history.close();
        // The second one has not written yet.
        assertThat(second).extracting(Envelope::frame).allMatch(frame -> frame.refCnt() == 1);
        release(second);
        assertThat(second)
                .extracting(Envelope::frame)
                .extracting(ReferenceCounted::refCnt)
                .containsOnly(0);
        release(all(history)); // what is asked for afterwards is its asker's alone
    }

    @Test
    void noMoreIsKeptThanTheLimit() {
        History history = new History(log, RUN, 1);
        List<Envelope> seen = all(history);
        release(seen);
        // The last page alone, however large it is: 1,200 events are pages of 500, 500 and 200.
        assertThat(seen.stream().filter(envelope -> envelope.frame().refCnt() == 1))
                .extracting(Envelope::seq)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1_001, EVENTS).boxed().toList());
        history.close();
    }

    @Test
    void whatWasSupersededIsHiddenFromThenOn() {
        History history = new History(log, RUN, ROOMY);
        release(all(history));
        goOnFrom(1_000);
        history.supersede();
        List<Envelope> seen = all(history);
        assertThat(seen).hasSize(1_002);
        Envelope gap = seen.get(1_000);
        assertThat(gap.first()).isEqualTo(1_001);
        assertThat(gap.seq()).isEqualTo(EVENTS);
        assertThat(seen.getLast().seq()).isEqualTo(EVENTS + 1);
        release(seen);
        history.close();
    }

    private void goOnFrom(long seq) {
        String data = "{\"fromStep\":" + seq + ",\"fromSeq\":" + seq + "}";
        log.append(entry(EVENTS + 1), List.of(event(EVENTS + 1, "run.resumed", data)))
                .toCompletableFuture()
                .join();
    }

    @Test
    void theHubForgetsWhatItKeepsWhenARunGoesOnFromAnEarlierState() {
        Vertx vertx = Vertx.vertx();
        try (Hub hub = new Hub(log, StreamLimits.DEFAULT)) {
            Viewer viewer = new Viewer(hub, new Viewer.Wish(RUN, EVENTS, false, true), new FullDoor(), vertx);
            hub.admit();
            hub.join(RUN, viewer);
            List<Envelope> before = hub.page(RUN, 1_000, false);
            assertThat(before).hasSize(EVENTS - 1_000);
            release(before);
            goOnFrom(1_000);
            List<Envelope> after = hub.page(RUN, 1_000, false);
            assertThat(after).extracting(Envelope::seq).containsExactly((long) EVENTS, EVENTS + 1L);
            assertThat(after.getFirst().first()).isEqualTo(1_001);
            release(after);
            // Whoever had not seen all of it reads the log again.
            assertThat(hub.tail(RUN, EVENTS - 1)).isNull();
            List<Envelope> newest = hub.tail(RUN, EVENTS);
            assertThat(newest).extracting(Envelope::seq).containsExactly(EVENTS + 1L);
            release(newest);
            viewer.gone();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** Of a viewer who reads nothing. */
    private static final class FullDoor implements Door {
        @Override
        public void send(Envelope envelope) {
            throw new AssertionError("there is no room");
        }

        @Override
        public void flush() {}

        @Override
        public boolean isFull() {
            return true;
        }

        @Override
        public void onRoom(Runnable listener) {}

        @Override
        public void close(End end, long lastSeq) {}
    }
}
