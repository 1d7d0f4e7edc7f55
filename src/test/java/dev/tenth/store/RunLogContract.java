package dev.tenth.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link RunLog} must hold. */
abstract class RunLogContract {
    /** A log over the same place each time it is opened; the former one is closed. */
    abstract RunLog open();

    static RunEntry run(String id, String state, long lastSeq) {
        return new RunEntry(
                id,
                "gan-1d",
                "quick",
                "{}",
                1,
                id,
                Optional.empty(),
                state,
                "",
                lastSeq,
                100,
                lastSeq,
                "{}",
                0,
                Instant.parse("2026-01-01T00:00:00Z").plusSeconds(id.hashCode()),
                Optional.empty(),
                Optional.empty());
    }

    static List<Event> events(String run, long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(seq -> new Event(
                        run,
                        seq,
                        seq,
                        Instant.parse("2026-01-01T00:00:00.123Z"),
                        seq % 2 == 0 ? "metrics" : "text",
                        "{\"n\":" + seq + "}"))
                .toList();
    }

    @Test
    void whatWasAcknowledgedIsThereAfterReopening() {
        RunLog log = open();
        log.create(run("a", "RUNNING", 1), events("a", 1, 1), Optional.empty());
        log.append(run("a", "RUNNING", 500), events("a", 2, 500))
                .toCompletableFuture()
                .join();
        log = open();
        assertThat(log.read("a", 0, 1000)).isEqualTo(events("a", 1, 500));
        assertThat(log.read("a", 498, 10)).isEqualTo(events("a", 499, 500));
        assertThat(log.read("a", 0, 2, List.of("metrics")))
                .extracting(Event::seq)
                .containsExactly(2L, 4L);
        assertThat(log.find("a")).contains(run("a", "RUNNING", 500));
    }

    @Test
    void numbersHaveNoHoles() {
        RunLog log = open();
        log.create(run("b", "RUNNING", 1), events("b", 1, 1), Optional.empty());
        assertThatThrownBy(() -> log.append(run("b", "RUNNING", 3), events("b", 3, 3)))
                .isInstanceOf(IllegalArgumentException.class);
        log.append(run("b", "RUNNING", 2), events("b", 2, 2))
                .toCompletableFuture()
                .join();
        assertThat(log.read("b", 0, 10)).isEqualTo(events("b", 1, 2));
    }

    @Test
    void listenersHearDurableEventsInOrder() {
        RunLog log = open();
        List<Long> heard = new ArrayList<>();
        log.onCommit(batch -> batch.forEach(event -> {
            assertThat(log.read(event.run(), event.seq() - 1, 1)).containsExactly(event);
            heard.add(event.seq());
        }));
        log.create(run("c", "RUNNING", 1), events("c", 1, 1), Optional.empty());
        CompletableFuture<Void> last = null;
        for (long seq = 2; seq <= 100; seq++) {
            last = log.append(run("c", "RUNNING", seq), events("c", seq, seq)).toCompletableFuture();
        }
        last.join();
        assertThat(heard).isEqualTo(LongStream.rangeClosed(1, 100).boxed().toList());
    }

    @Test
    void aKeyMakesOneRun() {
        RunLog log = open();
        RunLog.Key key = new RunLog.Key("k", "digest");
        assertThat(log.create(run("d", "QUEUED", 1), events("d", 1, 1), Optional.of(key)))
                .isEqualTo("d");
        assertThat(log.create(run("e", "QUEUED", 1), events("e", 1, 1), Optional.of(key)))
                .isEqualTo("d");
        assertThat(log.find("e")).isEmpty();
        assertThat(log.findKey("k")).contains(new RunLog.Used("digest", "d"));
    }

    @Test
    void listsPagesNewestFirst() {
        RunLog log = open();
        for (String id : List.of("f1", "f2", "f3")) {
            log.create(run(id, id.equals("f2") ? "FAILED" : "QUEUED", 1), events(id, 1, 1), Optional.empty());
        }
        assertThat(log.list(Optional.empty(), List.of(), Optional.empty(), 2))
                .extracting(RunEntry::id)
                .containsExactly("f3", "f2");
        assertThat(log.list(Optional.empty(), List.of(), Optional.of("f2"), 2))
                .extracting(RunEntry::id)
                .containsExactly("f1");
        assertThat(log.list(Optional.of("gan-1d"), List.of("FAILED", "PAUSED"), Optional.empty(), 9))
                .extracting(RunEntry::id)
                .containsExactly("f2");
        log.delete("f2");
        assertThat(log.find("f2")).isEmpty();
        assertThat(log.read("f2", 0, 10)).isEmpty();
    }

    @Test
    void aRunThatWasRemovedIsRememberedAsSuch() {
        RunLog log = open();
        log.create(run("g", "SUCCEEDED", 1), events("g", 1, 1), Optional.empty());
        assertThat(log.wasDeleted("g")).isFalse();
        log.delete("g");
        log.delete("never");
        assertThat(log.wasDeleted("g")).isTrue();
        log = open();
        assertThat(log.find("g")).isEmpty();
        assertThat(log.wasDeleted("g")).isTrue();
        assertThat(log.wasDeleted("never")).isFalse();
    }
}
