package dev.tenth.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Cores and memory are shared by whoever comes first. */
class SchedulerTest {
    private final Scheduler scheduler = new Scheduler(4, 100);
    private final Set<Scheduler.Ticket> granted = ConcurrentHashMap.newKeySet();

    @AfterEach
    void close() {
        scheduler.close();
    }

    private final class Run implements Scheduler.Claimant {
        private Scheduler.Ticket claim(int threads, long bytes) {
            return scheduler.claim(threads, bytes, this);
        }

        @Override
        public void granted(Scheduler.Ticket ticket) {
            granted.add(ticket);
        }

        @Override
        public void placed(Scheduler.Ticket ticket, int place) {}
    }

    private void awaitGranted(Scheduler.Ticket ticket) {
        await().atMost(Duration.ofSeconds(30)).until(() -> granted.contains(ticket));
        assertThat(ticket.place()).isZero();
    }

    @Test
    void whoDoesNotFitIntoMemoryWaitsUntilSomebodyLeaves() {
        Run one = new Run();
        Scheduler.Ticket first = one.claim(1, 60);
        Scheduler.Ticket second = new Run().claim(1, 50);
        assertThat(first.place()).isZero();
        assertThat(second.place()).isEqualTo(1);
        assertThat(new Run().claim(1, 10).place())
                .as("first come, first served")
                .isEqualTo(2);
        first.release();
        assertThat(second.place()).as("it rests, with its memory").isEqualTo(1);
        scheduler.leave(one);
        awaitGranted(second);
    }

    @Test
    void whoRestsKeepsItsMemoryAndComesBackToIt() {
        Run one = new Run();
        one.claim(4, 60).release();
        Scheduler.Ticket second = new Run().claim(4, 60);
        assertThat(second.place()).isEqualTo(1);
        Scheduler.Ticket again = one.claim(4, 60);
        assertThat(again.place()).as("else both would wait for ever").isZero();
        again.release();
        assertThat(second.place()).isEqualTo(1);
        scheduler.leave(one);
        awaitGranted(second);
    }

    @Test
    void whoNeedsMoreThanThereIsRunsAlone() {
        Run large = new Run();
        assertThat(large.claim(1, 1000).place()).isZero();
        Scheduler.Ticket small = new Run().claim(1, 1);
        assertThat(small.place()).isEqualTo(1);
        scheduler.leave(large);
        awaitGranted(small);
    }

    @Test
    void whoShrinksMakesRoom() {
        Run one = new Run();
        one.claim(1, 90);
        Scheduler.Ticket second = new Run().claim(1, 50);
        scheduler.resize(one, 50);
        awaitGranted(second);
    }
}
