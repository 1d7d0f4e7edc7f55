package dev.tenth.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TransformToMultiTest {
    private final List<Long> requested = new ArrayList<>();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicReference<UniEmitter<? super Integer>> emitter = new AtomicReference<>();
    private final Uni<Integer> later = Uni.createFrom().emitter(each -> emitter.set(each));

    private Multi<Integer> upTo(int last) {
        return Multi.createFrom()
                .range(0, last)
                .onRequest()
                .invoke(requested::add)
                .onCancellation()
                .invoke(cancelled::incrementAndGet);
    }

    @Test
    void whatIsRequestedIsRequestedOfTheStream() {
        AssertSubscriber<Integer> subscriber =
                TransformToMulti.of(later, this::upTo).subscribe().withSubscriber(AssertSubscriber.create(2));
        assertThat(requested).isEmpty();
        emitter.get().complete(3);
        subscriber.assertItems(0, 1).assertNotTerminated();
        assertThat(requested).containsExactly(2L);
        subscriber.request(1).assertItems(0, 1, 2).assertCompleted();
    }

    @Test
    void whoLeavesWhileTheStreamIsMadeCancelsIt() {
        AtomicReference<AssertSubscriber<Integer>> subscriber = new AtomicReference<>();
        Multi<Integer> stream = TransformToMulti.of(later, last -> {
            subscriber.get().cancel();
            return upTo(last);
        });
        subscriber.set(stream.subscribe().withSubscriber(AssertSubscriber.create(2)));
        emitter.get().complete(3);
        subscriber.get().assertHasNotReceivedAnyItem();
        assertThat(requested).isEmpty();
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void whoLeavesWhileTheLaterItemIsMadeCancelsIt() {
        AtomicReference<UniAssertSubscriber<Integer>> subscriber = new AtomicReference<>();
        AtomicInteger begun = new AtomicInteger();
        Uni<Integer> one = TransformToMulti.one(later, number -> {
            subscriber.get().cancel();
            return Uni.createFrom().item(() -> begun.addAndGet(number));
        });
        subscriber.set(one.subscribe().withSubscriber(UniAssertSubscriber.create()));
        emitter.get().complete(3);
        assertThat(begun).hasValue(0);
    }

    @Test
    void whoLeavesBeforeThatMakesNone() {
        AssertSubscriber<Integer> subscriber =
                TransformToMulti.of(later, this::upTo).subscribe().withSubscriber(AssertSubscriber.create(2));
        subscriber.cancel();
        emitter.get().complete(3);
        subscriber.assertHasNotReceivedAnyItem();
        assertThat(requested).isEmpty();
    }

    @Test
    void aFailureOfTheItemOrTheFunctionIsTheStreams() {
        TransformToMulti.of(Uni.createFrom().<Integer>failure(new IllegalStateException("early")), this::upTo)
                .subscribe()
                .withSubscriber(AssertSubscriber.create(1))
                .assertFailedWith(IllegalStateException.class, "early");
        TransformToMulti.of(Uni.createFrom().item(1), _ -> {
                    throw new IllegalStateException("late");
                })
                .subscribe()
                .withSubscriber(AssertSubscriber.create(1))
                .assertFailedWith(IllegalStateException.class, "late");
    }

    @Test
    void aLaterItemIsGiven() {
        assertThat(TransformToMulti.one(Uni.createFrom().item(3), number -> Uni.createFrom()
                                .item("n" + number))
                        .await()
                        .indefinitely())
                .isEqualTo("n3");
    }
}
