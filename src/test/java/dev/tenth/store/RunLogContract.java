package dev.tenth.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.event.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every adapter of {@link RunLog} must hold. */
public abstract class RunLogContract {
    /** A log over the same place each time it is opened; the former one is closed. */
    protected abstract RunLog open();

    /** How the writing of an event can fail. */
    public enum Fault {
        CONSTRAINT,
        DISK_ERROR,
        RUNTIME_EXCEPTION,
        ERROR,
        /** The commit fails each time, and nothing is written. */
        COMMIT_FAILS,
        /** The commit fails once, and nothing is written by that. */
        COMMIT_FAILS_ONCE,
        /** The commit fails, but what it should write is written. */
        COMMIT_HAPPENS_BUT_FAILS
    }

    /** The data of an event whose writing fails so. */
    protected abstract String dataThatFails(Fault fault);

    public static RunEntry run(String id, String state, long lastSeq) {
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

    public static List<Event> events(String run, long from, long to) {
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
    void eventsOfSomeTypesComeInTheOrderOfTheLogAndInPages() {
        RunLog log = open();
        log.create(run("p", "RUNNING", 1), events("p", 1, 1), Optional.empty());
        List<Event> all = new ArrayList<>();
        List<String> types = List.of("metrics", "image", "run.resumed", "command.applied");
        for (long seq = 2; seq <= 101; seq++) {
            Event event = events("p", seq, seq).getFirst();
            all.add(new Event("p", seq, seq, event.at(), types.get((int) (seq * seq % 11 % 4)), event.data()));
        }
        log.append(run("p", "RUNNING", 101), all);
        log.flush("p");
        for (List<String> wanted : List.of(
                List.of("image"), List.of("metrics", "run.resumed"), List.of("command.applied", "image", "metrics"))) {
            List<Event> found = new ArrayList<>();
            long after = 0;
            for (List<Event> page; !(page = log.read("p", after, 7, wanted)).isEmpty(); ) {
                found.addAll(page);
                after = page.getLast().seq();
            }
            assertThat(found)
                    .isEqualTo(all.stream()
                            .filter(event -> wanted.contains(event.type()))
                            .toList());
        }
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

    private List<Event> failing(String run, long seq, Fault fault) {
        Event event = events(run, seq, seq).getFirst();
        return List.of(new Event(run, seq, event.step(), event.at(), event.type(), dataThatFails(fault)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"COMMIT_FAILS_ONCE", "COMMIT_HAPPENS_BUT_FAILS"},
            mode = EnumSource.Mode.EXCLUDE)
    @Timeout(60)
    void afterAFailedAppendNothingLandsUntilTheRunIsReopened(Fault fault) {
        RunLog log = open();
        log.create(run("h", "RUNNING", 1), events("h", 1, 1), Optional.empty());
        log.create(run("i", "RUNNING", 1), events("i", 1, 1), Optional.empty());
        log.append(run("h", "RUNNING", 2), events("h", 2, 2));
        CompletionStage<Void> broken = log.append(run("h", "RUNNING", 3), failing("h", 3, fault));
        CompletionStage<Void> other = log.append(run("i", "RUNNING", 2), events("i", 2, 2));
        assertThatThrownBy(() -> broken.toCompletableFuture().join()).hasCauseInstanceOf(StoreException.class);
        assertThatThrownBy(() -> log.append(run("h", "RUNNING", 4), events("h", 4, 4))
                        .toCompletableFuture()
                        .join())
                .hasMessageContaining("run h takes nothing more");
        assertThatThrownBy(() -> log.flush("h"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("run h takes nothing more");
        other.toCompletableFuture().join();
        log.flush("i");
        assertThat(log.read("h", 0, 10)).isEqualTo(events("h", 1, 2));
        assertThat(log.reopen("h")).isEqualTo(run("h", "RUNNING", 2));
        log.append(run("h", "RUNNING", 4), events("h", 3, 4));
        log.flush("h");
        assertThat(open().read("h", 0, 10)).isEqualTo(events("h", 1, 4));
    }

    @Test
    @Timeout(60)
    void whatWaitsBehindAFailedAppendFailsToo() {
        RunLog log = open();
        log.create(run("j", "RUNNING", 1), events("j", 1, 1), Optional.empty());
        List<CompletionStage<Void>> stages = new ArrayList<>();
        CountDownLatch queued = new CountDownLatch(1);
        log.onCommit(batch -> {
            if (batch.getFirst().seq() == 2) {
                await(queued); // so that the rest is one group
            }
        });
        stages.add(log.append(run("j", "RUNNING", 2), events("j", 2, 2)));
        stages.add(log.append(run("j", "RUNNING", 3), failing("j", 3, Fault.CONSTRAINT)));
        for (long seq = 4; seq <= 50; seq++) {
            stages.add(log.append(run("j", "RUNNING", seq), events("j", seq, seq)));
        }
        queued.countDown();
        assertThatThrownBy(() -> log.flush("j")).isInstanceOf(StoreException.class);
        stages.getFirst().toCompletableFuture().join();
        assertThat(stages.subList(1, stages.size())).allSatisfy(stage -> assertThatThrownBy(
                        () -> stage.toCompletableFuture().get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(StoreException.class));
        assertThat(log.read("j", 0, 100)).isEqualTo(events("j", 1, 2));
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"COMMIT_FAILS_ONCE", "COMMIT_HAPPENS_BUT_FAILS"})
    @Timeout(60)
    void aCommitOfUnknownOutcomeIsFoundOutAndLandsOnce(Fault fault) {
        RunLog log = open();
        List<Long> heard = new ArrayList<>();
        log.onCommit(batch -> batch.forEach(event -> heard.add(event.seq())));
        log.create(run("k", "RUNNING", 1), events("k", 1, 1), Optional.empty());
        log.append(run("k", "RUNNING", 2), failing("k", 2, fault));
        log.append(run("k", "RUNNING", 3), events("k", 3, 3));
        log.flush("k");
        assertThat(heard).containsExactly(1L, 2L, 3L);
        assertThat(open().read("k", 0, 10)).extracting(Event::seq).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aRunWhoseFirstEventsCannotBeWrittenIsNotMade() {
        RunLog log = open();
        assertThatThrownBy(() ->
                        log.create(run("l", "QUEUED", 1), failing("l", 1, Fault.RUNTIME_EXCEPTION), Optional.empty()))
                .isInstanceOf(StoreException.class);
        assertThat(log.find("l")).isEmpty();
        assertThat(log.create(run("m", "QUEUED", 1), failing("m", 1, Fault.COMMIT_HAPPENS_BUT_FAILS), Optional.empty()))
                .isEqualTo("m");
    }

    @Test
    @Timeout(60)
    void aListenersFaultConcernsNeitherTheOthersNorTheLog() {
        RunLog log = open();
        List<Long> heard = new ArrayList<>();
        log.onCommit(batch -> {
            throw new OutOfMemoryError("in a listener");
        });
        log.onCommit(batch -> {
            throw new IllegalStateException("in a listener");
        });
        log.onCommit(batch -> batch.forEach(event -> heard.add(event.seq())));
        log.onDelete(run -> {
            throw new StackOverflowError();
        });
        log.create(run("n", "RUNNING", 1), events("n", 1, 1), Optional.empty());
        log.append(run("n", "RUNNING", 3), events("n", 2, 3))
                .toCompletableFuture()
                .join();
        assertThat(heard).containsExactly(1L, 2L, 3L);
        log.delete("n");
        assertThat(log.find("n")).isEmpty();
        assertThat(log.health()).isEqualTo(new StoreHealth(Optional.empty(), false));
    }

    @Test
    void aRunThatIsNotThereTakesNothing() {
        RunLog log = open();
        assertThatThrownBy(() -> log.append(run("o", "RUNNING", 1), events("o", 1, 1)))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.MISSING));
        assertThatThrownBy(() -> log.reopen("o")).isInstanceOf(StoreException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
