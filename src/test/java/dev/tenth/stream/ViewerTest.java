package dev.tenth.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenth.store.RunLog;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.vertx.core.Vertx;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A viewer as a Multi, on a real log and event loop. */
class ViewerTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Pattern GAP = Pattern.compile("\"data\":\\{\"from\":(\\d+),\"to\":(\\d+)}");
    private static final String METRICS = "metrics";
    private static final String CHECKPOINT = "checkpoint";

    private final Vertx vertx = Vertx.vertx();
    private EmbeddedStore store;
    /** Runs once, after the log was read and before the reader gets what it read. */
    private final AtomicReference<Runnable> afterRead = new AtomicReference<>();

    private EventHub hub;
    private TestLog run;

    @BeforeEach
    void open(@TempDir Path home) {
        store = new EmbeddedStore(home, StoreLimits.DEFAULT);
    }

    @AfterEach
    void close() {
        if (hub != null) {
            hub.close();
        }
        store.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static StreamLimits limits(int tailEvents, int backlog) {
        return new StreamLimits(
                10, Duration.ofMillis(17), 256 << 10, tailEvents, 8 << 20, 8 << 20, backlog, Duration.ofSeconds(30));
    }

    private void start(int events, StreamLimits limits) {
        run = new TestLog(store.log(), events);
        hub = new EventHub(interruptible(store.log()), limits, vertx);
    }

    private RunLog interruptible(RunLog log) {
        return (RunLog) Proxy.newProxyInstance(
                RunLog.class.getClassLoader(), new Class<?>[] {RunLog.class}, (_, method, arguments) -> {
                    try {
                        Object result = method.invoke(log, arguments);
                        Runnable action = method.getName().equals("read") ? afterRead.getAndSet(null) : null;
                        if (action != null) {
                            action.run();
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Multi<Message> events(long after, boolean follow) {
        return hub.events(new EventQuery(TestLog.RUN, after, false, follow), hub.place(() -> false));
    }

    private AssertSubscriber<Message> view(long after, long demand) {
        return events(after, true).subscribe().withSubscriber(AssertSubscriber.create(demand));
    }

    private static List<Envelope> seen(AssertSubscriber<Message> viewer) {
        return viewer.getItems().stream()
                .flatMap(message -> message.events().stream())
                .toList();
    }

    private static List<Long> numbers(AssertSubscriber<Message> viewer) {
        return seen(viewer).stream().map(Envelope::seq).toList();
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    private static String[] many(String type, int count) {
        return Collections.nCopies(count, type).toArray(String[]::new);
    }

    private static void awaitNumbers(AssertSubscriber<Message> viewer, List<Long> expected) {
        await().atMost(SOON).untilAsserted(() -> assertThat(numbers(viewer)).isEqualTo(expected));
    }

    @Test
    void aViewerSeesWhatWasAndWhatComesInOrder() {
        start(1_200, StreamLimits.DEFAULT);
        AssertSubscriber<Message> viewer = view(0, Long.MAX_VALUE);
        for (int i = 0; i < 50; i++) {
            run.append(METRICS, CHECKPOINT);
        }
        awaitNumbers(viewer, range(1, 1_300));
        viewer.assertNotTerminated();
    }

    @Test
    void theLogIsTheBufferOfWhoAsksForNothing() {
        start(3, StreamLimits.DEFAULT);
        AssertSubscriber<Message> viewer = view(3, 1);
        run.append(METRICS);
        viewer.awaitItems(1, SOON);
        for (int i = 0; i < 20; i++) {
            run.append(METRICS);
        }
        AssertSubscriber<Message> other = view(3, Long.MAX_VALUE);
        awaitNumbers(other, range(4, 24));
        assertThat(numbers(viewer)).isEqualTo(range(4, 4));
        viewer.request(1);
        awaitNumbers(viewer, range(4, 24)); // all that it missed, in one message
        assertThat(viewer.getItems()).hasSize(2);
    }

    @Test
    void ofWhatALaggingViewerMissesTheNewestOfEachKindIsLeftAndAllThatIsLossless() {
        start(1, limits(1_000, 10));
        AssertSubscriber<Message> viewer = view(0, 3);
        viewer.awaitItems(1, SOON);
        run.append(METRICS);
        viewer.awaitItems(2, SOON);
        run.append(METRICS);
        viewer.awaitItems(3, SOON); // it is up to date, and asks for no more
        run.append(many(METRICS, 20)); // 4 to 23
        run.append(CHECKPOINT, CHECKPOINT, "a.newer.versions.type", "a.newer.versions.type"); // 24 to 27
        run.append("text", "text"); // 28, 29
        AssertSubscriber<Message> attentive = view(3, Long.MAX_VALUE);
        awaitNumbers(attentive, range(4, 29));

        viewer.request(1);
        viewer.awaitItems(4, SOON);
        List<Envelope> got = viewer.getLastItem().events();
        assertThat(got).extracting(Envelope::seq).containsExactly(22L, 23L, 24L, 25L, 26L, 27L, 28L, 29L);
        assertThat(GAP.matcher(got.getFirst().json()).results())
                .singleElement()
                .satisfies(gap -> assertThat(gap.group(1) + "-" + gap.group(2)).isEqualTo("4-22"));
        assertThat(GAP.matcher(got.get(6).json()).results())
                .singleElement()
                .satisfies(gap -> assertThat(gap.group(1) + "-" + gap.group(2)).isEqualTo("28-28"));
        assertThat(hub.conflated()).isEqualTo(20);
    }

    @Test
    void whoReadsWhatWasBeforeMissesNothingHoweverFarBehind() {
        start(1_000, limits(10, 1));
        AssertSubscriber<Message> viewer = view(0, 1);
        viewer.awaitItems(1, SOON);
        run.append(many(METRICS, 100));
        viewer.request(Long.MAX_VALUE);
        awaitNumbers(viewer, range(1, 1_100));
        assertThat(hub.conflated()).isZero();
    }

    @Test
    void whatIsCommittedWhileTheEndOfTheLogIsReadIsNotForgotten() {
        start(5, limits(1, 500));
        // The log is read to its end; then two events come, of which only the last is kept for the viewers.
        afterRead.set(() -> run.append(METRICS, METRICS));
        AssertSubscriber<Message> viewer = view(5, Long.MAX_VALUE);
        awaitNumbers(viewer, range(6, 7));
    }

    @Test
    void aResumeWhileTheEndOfTheLogIsReadIsNotForgotten() {
        start(5, limits(1, 500));
        afterRead.set(() -> {
            run.append(METRICS);
            run.resumeFrom(5);
        });
        AssertSubscriber<Message> viewer = view(5, Long.MAX_VALUE);
        awaitNumbers(viewer, List.of(6L, 7L));
        assertThat(seen(viewer).getFirst().json()).contains("\"type\":\"gap\"");
    }

    @Test
    void aRequestAtAnyMomentIsAnswered() {
        start(1, StreamLimits.DEFAULT);
        AssertSubscriber<Message> viewer = view(1, 0);
        for (int i = 1; i <= 200; i++) {
            run.append(METRICS); // its tick passes without demand, before, after or while this asks
            viewer.request(1);
            viewer.awaitItems(i, SOON);
        }
        assertThat(numbers(viewer)).isEqualTo(range(2, 201));
    }

    @Test
    void viewersWithTheSameCursorShareOneMessage() {
        start(1, StreamLimits.DEFAULT);
        List<AssertSubscriber<Message>> viewers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            viewers.add(view(1, 1));
        }
        run.append(METRICS); // some may still find it in the log
        viewers.forEach(viewer -> viewer.awaitItems(1, SOON));
        run.append(METRICS, METRICS);
        viewers.forEach(viewer -> viewer.request(1));
        viewers.forEach(viewer -> viewer.awaitItems(2, SOON));
        Message first = viewers.getFirst().getLastItem();
        assertThat(viewers)
                .allSatisfy(viewer -> assertThat(viewer.getLastItem()).isSameAs(first));
        assertThat(first.text()).isSameAs(first.text());
        assertThat(first.lines()).isSameAs(first.lines());
        assertThat(first.eventStream()).isSameAs(first.eventStream());
    }

    @Test
    void betweenTwoMessagesIsATick() {
        start(1, StreamLimits.DEFAULT);
        List<Long> times = Collections.synchronizedList(new ArrayList<>());
        AssertSubscriber<Message> viewer = events(1, true)
                .invoke(() -> times.add(System.nanoTime()))
                .subscribe()
                .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
        for (int i = 0; i < 200; i++) {
            run.append(METRICS);
        }
        awaitNumbers(viewer, range(2, 201));
        // The clock is read when a tick begins and here, which is later.
        for (int i = 2; i < times.size(); i++) {
            assertThat(times.get(i) - times.get(i - 2))
                    .isGreaterThan(Duration.ofMillis(17).toNanos());
        }
        assertThat(times).hasSizeLessThan(200);
    }

    @Test
    void whoDoesNotFollowIsDoneAtTheEndOfTheLog() {
        start(700, StreamLimits.DEFAULT);
        AssertSubscriber<Message> viewer =
                events(0, false).subscribe().withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
        viewer.awaitCompletion(SOON);
        assertThat(numbers(viewer)).isEqualTo(range(1, 700));
        await().atMost(SOON).until(() -> hub.viewers() == 0);
    }

    @Test
    void whoCancelsLeavesNothingBehind() {
        start(1, StreamLimits.DEFAULT);
        AssertSubscriber<Message> viewer = view(0, Long.MAX_VALUE);
        viewer.awaitItems(1, SOON);
        assertThat(hub.watchedRuns()).isEqualTo(1);
        viewer.cancel();
        assertThat(hub.viewers()).isZero();
        assertThat(hub.watchedRuns()).isZero();
    }

    @Test
    void whoseConnectionIsGoneIsFoundThoughNobodyTellsIt() {
        start(1, StreamLimits.DEFAULT);
        AtomicReference<Boolean> gone = new AtomicReference<>(false);
        AssertSubscriber<Message> viewer = hub.events(new EventQuery(TestLog.RUN, 0, false, true), hub.place(gone::get))
                .subscribe()
                .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
        viewer.awaitItems(1, SOON);
        gone.set(true);
        await().atMost(SOON).until(() -> hub.viewers() == 0 && hub.watchedRuns() == 0);
    }

    @Test
    void whoTakesAMessageTooLongIsEndedAndWhoWaitsForOneIsNot() {
        StreamLimits impatient = new StreamLimits(
                10, Duration.ofMillis(17), 256 << 10, 10, 8 << 20, 8 << 20, 500, Duration.ofMillis(100));
        start(2, impatient);
        AssertSubscriber<Message> waiting = view(2, 1);
        AssertSubscriber<Message> taking = view(1, 1);
        taking.awaitFailure(
                failure -> assertThat(failure).hasMessageContaining("too slow; connect again; last seq 2"), SOON);
        run.append(METRICS);
        waiting.awaitItems(1, SOON);
    }

    @Test
    void whenTheServiceLeavesEverythingIsSentFirst() {
        start(1_200, StreamLimits.DEFAULT);
        AssertSubscriber<Message> viewer = view(0, Long.MAX_VALUE);
        run.append(CHECKPOINT, "run.state");
        hub.close();
        viewer.awaitFailure(failure -> assertThat(((StreamEnd) failure).code()).isEqualTo(1012), SOON);
        assertThat(numbers(viewer)).isEqualTo(range(1, 1_202));
    }

    @Test
    void whoAsksForNothingIsNotWaitedForWhenTheServiceLeaves() {
        start(1, StreamLimits.DEFAULT);
        AssertSubscriber<Message> viewer = view(0, 0);
        hub.close();
        viewer.awaitFailure(failure -> assertThat(((StreamEnd) failure).code()).isEqualTo(1012), SOON);
    }

    @Test
    void aDeletedRunEndsItsViewersAndWhoComesTooLate() {
        start(1, StreamLimits.DEFAULT);
        AssertSubscriber<Message> viewer = view(0, Long.MAX_VALUE);
        viewer.awaitItems(1, SOON);
        store.log().delete(TestLog.RUN);
        AssertSubscriber<Message> late = view(1, Long.MAX_VALUE);
        for (AssertSubscriber<Message> each : Arrays.asList(viewer, late)) {
            each.awaitFailure(failure -> assertThat(failure).hasMessageStartingWith("the run was deleted"), SOON);
        }
    }

    @Test
    void aLogThatCannotBeReadIsAFailure() {
        start(1, StreamLimits.DEFAULT);
        afterRead.set(() -> {
            throw new IllegalStateException("the disk is gone");
        });
        view(0, Long.MAX_VALUE).awaitFailure(failure -> assertThat(failure).hasMessage("the disk is gone"), SOON);
        await().atMost(SOON).until(() -> hub.viewers() == 0);
    }
}
