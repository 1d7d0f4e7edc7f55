package dev.tenth.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tenth.event.Event;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.store.RunLogContract;
import dev.tenth.store.StoreException;
import dev.tenth.store.StoreException.Reason;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The thread that writes the log: whatever happens to it or to the disk, nobody waits for ever. */
@Timeout(60)
class LogWriterTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final int PLENTY = 1_000_000;
    private static final Duration NEVER = Duration.ofDays(1);
    private static final StoreLimits LIMITS =
            new StoreLimits(10, 1 << 20, 1 << 20, 1 << 20, 1, 1 << 16, 1 << 16, 3, NEVER);

    @TempDir
    Path home;

    /** Each commit takes one; none are there while the disk "hangs". */
    private final Semaphore commits = new Semaphore(PLENTY);

    private EmbeddedStore store;

    private RunLog open(StoreLimits limits) {
        store = new EmbeddedStore(home, limits, this::gated);
        return store.log();
    }

    private Connection gated(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        commits.acquireUninterruptibly();
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void hang() {
        commits.drainPermits();
    }

    private void goOn() {
        commits.release(PLENTY);
    }

    @AfterEach
    void close() {
        goOn();
        store.close();
    }

    private static RunEntry run(String id, long lastSeq) {
        return RunLogContract.run(id, "RUNNING", lastSeq);
    }

    private static List<Event> events(String id, long from, long to) {
        return RunLogContract.events(id, from, to);
    }

    private static void fails(Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.reason())
                .isEqualTo(reason));
    }

    @Test
    void aWriterThatHasEndedFailsWhatWaitsAndWhatComes() {
        RunLog log = open(LIMITS);
        log.create(run("a", 1), events("a", 1, 1), Optional.empty());
        hang();
        CompletionStage<Void> writing = log.append(run("a", 2), events("a", 2, 2));
        await().until(() -> commits.hasQueuedThreads());
        CompletionStage<Void> waiting = log.append(run("a", 3), events("a", 3, 3));
        thread("log-writer").interrupt();
        goOn();
        writing.toCompletableFuture().join();
        assertThatThrownBy(() -> waiting.toCompletableFuture().join()).hasCauseInstanceOf(StoreException.class);
        fails(Reason.UNAVAILABLE, () -> log.append(run("a", 4), events("a", 4, 4)));
        fails(Reason.UNAVAILABLE, () -> log.flush("a"));
        fails(Reason.UNAVAILABLE, () -> log.create(run("b", 1), events("b", 1, 1), Optional.empty()));
        fails(Reason.UNAVAILABLE, () -> log.delete("a"));
        assertThat(log.health().fault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("its writer has ended"));
        assertThat(log.read("a", 0, 10)).isEqualTo(events("a", 1, 2));
    }

    private static Thread thread(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFailedWriteIsToldAsAFaultUntilWritingWorksAgain() {
        store = new EmbeddedStore(home, LIMITS, FaultyConnection::of);
        RunLog log = store.log();
        log.create(run("a", 1), events("a", 1, 1), Optional.empty());
        Event event = events("a", 2, 2).getFirst();
        String data = FaultyConnection.dataThatFails(RunLogContract.Fault.DISK_ERROR);
        Event failing = new Event("a", 2, event.step(), event.at(), event.type(), data);
        CompletableFuture<Optional<String>> fault = new CompletableFuture<>();
        log.append(run("a", 2), List.of(failing))
                .whenComplete((_, _) -> fault.complete(log.health().fault()));
        assertThat(fault.join()).hasValueSatisfying(why -> assertThat(why).contains("the disk"));
        await().until(() -> log.health().fault().isEmpty()); // nobody writes: the log tries by itself
    }

    @Test
    void nobodyWaitsLongerThanTheBoundForADiskThatHangs() {
        RunLog log = open(LIMITS.withLongestWait(SHORT));
        log.create(run("a", 1), events("a", 1, 1), Optional.empty());
        hang();
        log.append(run("a", 11), events("a", 2, 11));
        fails(Reason.UNAVAILABLE, () -> log.flush("a"));
        fails(Reason.UNAVAILABLE, () -> log.append(run("a", 12), events("a", 12, 12)));
        fails(Reason.UNAVAILABLE, () -> log.delete("a"));
        fails(Reason.UNAVAILABLE, () -> log.reopen("a"));
        fails(Reason.UNAVAILABLE, () -> log.create(run("b", 1), events("b", 1, 1), Optional.empty()));
        goOn();
        log.flush("a");
        // What was refused is not there later either, and its numbers are free.
        log.append(run("a", 12), events("a", 12, 12)).toCompletableFuture().join();
        assertThat(log.read("a", 0, 20)).isEqualTo(events("a", 1, 12));
        assertThat(log.find("b")).isEmpty();
    }

    @Test
    void aRunThatIsMadeTooLateIsTakenBack() {
        RunLog log = open(LIMITS.withLongestWait(SHORT));
        hang();
        fails(Reason.UNAVAILABLE, () -> log.create(run("a", 1), events("a", 1, 1), Optional.empty()));
        goOn();
        await().until(() -> log.wasDeleted("a"));
        assertThat(log.find("a")).isEmpty();
    }

    @Test
    void aRemovalOvertakesWhatWaits() {
        RunLog log = open(LIMITS);
        log.create(run("a", 1), events("a", 1, 1), Optional.empty());
        log.create(run("b", 1), events("b", 1, 1), Optional.empty());
        hang();
        CompletionStage<Void> writing = log.append(run("b", 2), events("b", 2, 2));
        await().until(() -> commits.hasQueuedThreads());
        CompletionStage<Void> ofTheSameRun = log.append(run("a", 2), events("a", 2, 2));
        CompletionStage<Void> ofAnother = log.append(run("b", 3), events("b", 3, 3));
        CompletableFuture<Void> removed = CompletableFuture.runAsync(() -> log.delete("a"));
        await().until(() -> thread("log-writer").getState() != Thread.State.RUNNABLE);
        commits.release(2);
        removed.join();
        goOn();
        writing.toCompletableFuture().join();
        ofAnother.toCompletableFuture().join();
        assertThatThrownBy(() -> ofTheSameRun.toCompletableFuture().join()).hasCauseInstanceOf(StoreException.class);
        assertThat(log.read("b", 0, 10)).isEqualTo(events("b", 1, 3));
        assertThat(log.read("a", 0, 10)).isEmpty();
    }

    @Test
    void aReaderWaitsForAConnectionWithinTheBound() throws Exception {
        try (Database database = new Database(home.resolve("log.db"), LIMITS.withLongestWait(SHORT), c -> c)) {
            store = new EmbeddedStore(home.resolve("unused"), LIMITS);
            database.read(_ -> {
                fails(Reason.UNAVAILABLE, () -> database.read(_ -> 1));
                return 1;
            });
            assertThat(database.<Integer>read(_ -> 2)).isEqualTo(2);
        }
    }
}
