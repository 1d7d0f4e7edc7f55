package dev.tenth.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tenth.event.EventType;
import dev.tenth.event.RunState;
import dev.tenth.run.Counting.Gate;
import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to runs when several things happen at once, or one of them fails. */
@Timeout(180)
class LifecycleTest {
    @TempDir
    Path home;

    private final Counting counting = new Counting();

    private Gate gate(long step) {
        Gate gate = new Gate(step);
        counting.stepping = gate;
        return gate;
    }

    @Test
    void nothingWaitsForARunThatWaitsForTheDisk() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        try (RunRoom room = new RunRoom(home, counting);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Gate gate = gate(1);
            String run = room.submit(Map.of());
            gate.awaitReached();
            room.logging = method -> {
                if (method.equals("create")) {
                    held.countDown();
                    hold(free);
                }
            };
            Future<String> waiting = threads.submit(() -> room.submit(Map.of()));
            assertThat(held.await(60, TimeUnit.SECONDS)).isTrue();
            try {
                room.runs.command(run, new Command.Stop());
                gate.open();
                room.awaitState(run, RunState.CANCELLED);
                assertThat(room.runs.pin(run, 0, true)).isTrue();
                room.runs.delete(run);
                assertThat(room.state(run)).isEqualTo("gone");
                room.runs.close();
            } finally {
                free.countDown();
            }
            assertThat(room.state(waiting.get(60, TimeUnit.SECONDS)))
                    .as("what was made while the service left begins when it is back")
                    .isEqualTo("QUEUED");
        }
        counting.stepping = step -> {};
        try (RunRoom room = new RunRoom(home, counting)) {
            String run = room.store
                    .log()
                    .list(Optional.empty(), List.of(), Optional.empty(), 1)
                    .getFirst()
                    .id();
            room.awaitState(run, RunState.SUCCEEDED);
        }
    }

    private static void hold(CountDownLatch free) {
        try {
            free.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRunThatIsResumedByManyAtOnceHasOneWorker() throws Exception {
        String run;
        try (RunRoom room = new RunRoom(home, counting)) {
            Gate gate = gate(3);
            run = room.submit(Map.of());
            gate.awaitReached();
            room.runs.command(run, new Command.Pause());
            gate.open();
            room.awaitState(run, RunState.PAUSED);
        }
        try (RunRoom room = new RunRoom(home, counting);
                var threads = Executors.newFixedThreadPool(16)) {
            Gate gate = gate(5);
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                all.add(threads.submit(() -> {
                    try {
                        room.runs.command(run, new Command.Resume());
                        return true;
                    } catch (RefusedException e) {
                        assertThat(e.reason()).isEqualTo(Reason.WRONG_STATE);
                        return false;
                    }
                }));
            }
            int taken = 0;
            for (Future<Boolean> each : all) {
                taken += each.get(60, TimeUnit.SECONDS) ? 1 : 0;
            }
            assertThat(taken).isEqualTo(1);
            gate.awaitReached();
            assertThat(counting.open).hasValue(1);
            gate.open();
            room.awaitState(run, RunState.SUCCEEDED);
            assertThat(room.events(run, EventType.COMMAND_APPLIED)).hasSize(2);
        }
    }

    @Test
    void aRemovedRunLeavesNothingBehindHoweverItsStepTakes() throws Exception {
        try (RunRoom room = new RunRoom(home, counting);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Gate gate = gate(2);
            String run = room.submit(Map.of("checkpointEvery", 1));
            gate.awaitReached();
            Future<?> deleting = threads.submit(() -> room.runs.delete(run));
            await().atMost(RunRoom.PATIENCE).until(() -> room.state(run).equals("gone"));
            for (Command command : List.of(
                    new Command.Resume(),
                    new Command.Stop(),
                    new Command.Fork(Optional.empty(), Map.of(), Optional.empty()))) {
                assertRefused(Reason.NO_SUCH_RUN, () -> room.runs.command(run, command));
            }
            assertRefused(Reason.NO_SUCH_RUN, () -> room.runs.pin(run, 0, true));
            assertRefused(Reason.NO_SUCH_RUN, () -> room.runs.delete(run));
            gate.open();
            deleting.get(60, TimeUnit.SECONDS);
            await().atMost(RunRoom.PATIENCE).until(() -> counting.open.get() == 0 && RunRoom.threads() == 0);
            assertThat(room.store.checkpoints().list(run)).isEmpty();
            assertThat(home.resolve("checkpoints").resolve(run)).doesNotExist();
            assertThat(room.events(run)).isEmpty();
        }
    }

    private static void assertRefused(Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
        assertThatThrownBy(work).isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.reason())
                .isEqualTo(reason));
    }

    @Test
    void removingAndResumingAtTheSameTimeNeverRevivesARun() throws Exception {
        for (int round = 0; round < 30; round++) {
            String run;
            try (RunRoom room = new RunRoom(home, counting)) {
                Gate gate = gate(3);
                run = room.submit(Map.of("checkpointEvery", 1));
                gate.awaitReached();
                room.runs.command(run, new Command.Pause());
                gate.open();
                room.awaitState(run, RunState.PAUSED);
            }
            counting.stepping = step -> {};
            try (RunRoom room = new RunRoom(home, counting);
                    var threads = Executors.newFixedThreadPool(2)) {
                CountDownLatch together = new CountDownLatch(2);
                Future<?> resuming = threads.submit(() -> {
                    meet(together);
                    try {
                        room.runs.command(run, new Command.Resume());
                    } catch (RefusedException e) {
                        assertThat(e.reason()).isEqualTo(Reason.NO_SUCH_RUN);
                    }
                });
                Future<?> deleting = threads.submit(() -> {
                    meet(together);
                    room.runs.delete(run);
                });
                resuming.get(60, TimeUnit.SECONDS);
                deleting.get(60, TimeUnit.SECONDS);
                await().atMost(RunRoom.PATIENCE).until(() -> RunRoom.threads() == 0);
                assertThat(room.state(run)).isEqualTo("gone");
                assertThat(home.resolve("checkpoints").resolve(run)).doesNotExist();
                assertThat(room.events(run)).isEmpty();
            }
        }
    }

    private static void meet(CountDownLatch together) {
        together.countDown();
        hold(together);
    }

    @Test
    void aCommandThatWasTakenInIsCarriedOutAlsoAtTheLastStep() {
        try (RunRoom room = new RunRoom(home, counting)) {
            Gate gate = gate(10);
            String run = room.submit(Map.of("steps", 10));
            gate.awaitReached();
            List<String> taken = List.of(
                    room.runs.command(run, new Command.Set(Map.of("rate", 3.0))).id(),
                    room.runs.command(run, new Command.Checkpoint()).id(),
                    room.runs.command(run, new Command.Pause()).id());
            gate.open();
            room.awaitState(run, RunState.PAUSED);
            room.runs.command(run, new Command.Resume());
            room.awaitState(run, RunState.SUCCEEDED);
            assertThat(room.events(run, EventType.COMMAND_APPLIED)).hasSize(4);
            for (int i = 0; i < taken.size(); i++) {
                assertThat(room.events(run, EventType.COMMAND_APPLIED).get(i)).contains(taken.get(i));
            }
        }
    }

    @Test
    void whatWasAskedBeforeTheServiceLeavesIsCarriedOutAlsoWhileItPrepares() {
        CountDownLatch preparing = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        AtomicBoolean once = new AtomicBoolean(true);
        counting.preparing = setting -> {
            if (once.getAndSet(false)) {
                preparing.countDown();
                hold(free);
                setting.progress().at("data", .5);
            }
        };
        String run;
        try (RunRoom room = new RunRoom(home, counting)) {
            run = room.submit(Map.of());
            hold(preparing);
            room.runs.command(run, new Command.Set(Map.of("rate", 2.0)));
            room.runs.command(run, new Command.Pause());
            CompletableFuture<Void> leaving = CompletableFuture.runAsync(room.runs::close);
            await().atMost(RunRoom.PATIENCE).until(() -> {
                try {
                    room.submit(Map.of());
                    return false;
                } catch (RefusedException e) {
                    return e.reason() == Reason.LEAVING;
                }
            });
            free.countDown();
            leaving.join();
        }
        try (RunRoom room = new RunRoom(home, counting)) {
            assertThat(room.state(run)).isEqualTo("PAUSED");
            assertThat(room.events(run, EventType.COMMAND_APPLIED)).hasSize(2);
            room.runs.command(run, new Command.Resume());
            room.awaitState(run, RunState.SUCCEEDED);
            assertThat(room.runs.find(run).orElseThrow().metrics()).contains("20.0");
        }
    }

    @Test
    void anErrorEndsItsRunWithItsReasonAndReleasesItsThreads() {
        try (RunRoom room = new RunRoom(home, counting)) {
            counting.stepping = step -> {
                throw new AssertionError("the step breaks");
            };
            counting.closing = () -> {
                throw new IllegalStateException("and so does the end");
            };
            List<String> broken = List.of(
                    room.submit(Map.of("threads", RunRoom.CORES)), room.submit(Map.of("threads", RunRoom.CORES)));
            for (String run : broken) {
                room.awaitState(run, RunState.FAILED);
                assertThat(room.reason(run)).isEqualTo("the step breaks");
            }
            counting.stepping = step -> {};
            counting.closing = () -> {};
            String next = room.submit(Map.of("threads", RunRoom.CORES));
            room.awaitState(next, RunState.SUCCEEDED);
        }
    }

    @Test
    void aTrainingThatDoesNotTakeTheStateOverIsClosed() {
        try (RunRoom room = new RunRoom(home, counting)) {
            Gate gate = gate(3);
            String run = room.submit(Map.of());
            gate.awaitReached();
            counting.loading = () -> {
                throw new IllegalStateException("it does not fit");
            };
            room.runs.command(run, new Command.Set(Map.of("width", 7)));
            gate.open();
            room.awaitState(run, RunState.FAILED);
            await().atMost(RunRoom.PATIENCE).until(() -> RunRoom.threads() == 0);
            assertThat(counting.open).hasValue(0);
        }
    }

    @Test
    void aRunWhoseLogCannotBeWrittenFailsAndOthersGoOn() {
        try (RunRoom room = new RunRoom(home, counting)) {
            Gate gate = gate(3);
            String run = room.submit(Map.of());
            gate.awaitReached();
            String thread = "run-" + run;
            room.logging = method -> {
                if (method.equals("append") && Thread.currentThread().getName().equals(thread)) {
                    throw new StoreException(StoreException.Reason.UNAVAILABLE, "log: the disk is gone");
                }
            };
            gate.open();
            room.awaitState(run, RunState.FAILED);
            assertThat(room.reason(run)).contains("the disk is gone");
            assertThat(room.runs
                            .current(room.store.log().find(run).orElseThrow())
                            .state())
                    .isEqualTo("FAILED");
            await().atMost(RunRoom.PATIENCE).until(() -> RunRoom.threads() == 0);
            assertThat(counting.open).hasValue(0);
            assertThat(room.store.checkpoints().list(run).stream().map(Checkpoint::step))
                    .containsExactly(0L);
            assertRefused(Reason.WRONG_STATE, () -> room.runs.command(run, new Command.Resume()));
            room.awaitState(room.submit(Map.of()), RunState.SUCCEEDED);
        }
        counting.stepping = step -> {};
        try (RunRoom room = new RunRoom(home, counting)) {
            String run = room.store
                    .log()
                    .list(Optional.empty(), List.of("INTERRUPTED"), Optional.empty(), 1)
                    .getFirst()
                    .id();
            room.runs.command(run, new Command.Resume());
            room.awaitState(run, RunState.SUCCEEDED);
        }
    }

    @Test
    void aFirstStartDoesNotSayThatItWentOn() throws Exception {
        String run;
        Path killed = home.resolve("killed");
        try (RunRoom room = new RunRoom(home.resolve("a"), counting)) {
            Gate gate = gate(1);
            run = room.submit(Map.of("threads", RunRoom.CORES));
            String waiting = room.submit(Map.of("threads", RunRoom.CORES));
            gate.awaitReached();
            room.runs.command(waiting, new Command.Pause());
            gate.open();
            room.awaitState(waiting, RunState.PAUSED);
            room.runs.command(waiting, new Command.Resume());
            room.awaitState(waiting, RunState.SUCCEEDED);
            assertThat(room.events(run, EventType.RUN_RESUMED)).isEmpty();
            assertThat(room.events(waiting, EventType.RUN_RESUMED)).isEmpty();
        }
    }

    @Test
    void whatWaitsToGoOnIsQueuedAndGoesOnByItselfWhenTheServiceIsBack() {
        String paused;
        try (RunRoom room = new RunRoom(home, counting)) {
            Gate third = gate(3);
            paused = room.submit(Map.of("threads", RunRoom.CORES));
            third.awaitReached();
            room.runs.command(paused, new Command.Pause());
            third.open();
            room.awaitState(paused, RunState.PAUSED);
            Gate first = gate(1);
            room.submit(Map.of("threads", RunRoom.CORES));
            first.awaitReached();
            room.runs.command(paused, new Command.Resume());
            room.awaitState(paused, RunState.QUEUED);
            assertThat(room.reason(paused)).isEqualTo("waiting for free threads and memory: next in the queue");
            assertRefused(Reason.WRONG_STATE, () -> room.runs.command(paused, new Command.Resume()));
            room.runs.command(paused, new Command.Pause());
            room.awaitState(paused, RunState.PAUSED);
            assertThat(room.reason(paused)).isEqualTo("by a command");
            room.runs.command(paused, new Command.Resume());
            room.awaitState(paused, RunState.QUEUED);
            // Whoever waits writes nothing when the service leaves: a kill leaves the same.
            CompletableFuture<Void> leaving = CompletableFuture.runAsync(room.runs::close);
            await().atMost(RunRoom.PATIENCE).until(() -> RunRoom.threads() == 1);
            first.open();
            leaving.join();
        }
        counting.stepping = step -> {};
        try (RunRoom room = new RunRoom(home, counting)) {
            room.awaitState(paused, RunState.SUCCEEDED);
            assertThat(room.events(paused, EventType.RUN_RESUMED)).hasSize(1);
        }
    }

    @Test
    void aPlaceInTheQueueIsToldInPlainWords() {
        try (RunRoom room = new RunRoom(home, counting)) {
            Gate gate = gate(1);
            room.submit(Map.of("threads", RunRoom.CORES));
            gate.awaitReached();
            String next = room.submit(Map.of("threads", RunRoom.CORES));
            await().atMost(RunRoom.PATIENCE)
                    .until(() -> room.reason(next), "waiting for free threads and memory: next in the queue"::equals);
            String third = room.submit(Map.of("threads", RunRoom.CORES));
            await().atMost(RunRoom.PATIENCE)
                    .until(
                            () -> room.reason(third),
                            "waiting for free threads and memory: position 2 in the queue"::equals);
            gate.open();
            room.awaitState(third, RunState.SUCCEEDED);
        }
    }
}
