package dev.tenth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.store.RunLog;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of a real log, as messages that viewers share. */
class HistoryTest {
    private static final int EVENTS = 1_200;

    private EmbeddedStore store;
    private RunLog log;
    private TestLog run;

    @BeforeEach
    void fill(@TempDir Path home) {
        store = new EmbeddedStore(home, StoreLimits.DEFAULT);
        log = store.log();
        run = new TestLog(log, EVENTS);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static StreamLimits keeping(long pageBytes, int messageBytes) {
        return new StreamLimits(1, Duration.ofMillis(17), messageBytes, 1, 1, pageBytes, 1, Duration.ofSeconds(30));
    }

    /** All messages, as a viewer from the beginning asks for them. */
    private static List<Message> all(History history) {
        List<Message> seen = new ArrayList<>();
        long after = 0;
        for (Optional<Message> next;
                (next = history.after(after)).isPresent();
                after = next.get().lastSeq()) {
            seen.add(next.get());
        }
        return seen;
    }

    private static List<Long> numbers(List<Message> messages) {
        return messages.stream()
                .flatMap(message -> message.events().stream())
                .map(Envelope::seq)
                .toList();
    }

    @Test
    void whoComesLaterGetsTheSameMessages() {
        History history = new History(log, TestLog.RUN, StreamLimits.DEFAULT, () -> 1);
        List<Message> first = all(history);
        List<Message> second = all(history);
        assertThat(numbers(first))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, EVENTS).boxed().toList());
        assertThat(second).usingElementComparator((a, b) -> a == b ? 0 : 1).isEqualTo(first);
    }

    @Test
    void aMessageIsNoLongerThanTheLimitUnlessOneEventIs() {
        int limit = 1_000;
        List<Message> seen = all(new History(log, TestLog.RUN, keeping(1 << 20, limit), () -> 1));
        assertThat(seen).allSatisfy(message -> assertThat(message.text()).hasSizeBetween(1, limit));
        assertThat(numbers(seen)).hasSize(EVENTS).isSorted().doesNotHaveDuplicates();
        assertThat(all(new History(log, TestLog.RUN, keeping(1 << 20, 1), () -> 1)))
                .hasSize(EVENTS);
    }

    @Test
    void noMoreIsKeptThanTheLimit() {
        History history = new History(log, TestLog.RUN, keeping(1, 1 << 20), () -> 1);
        List<Message> first = all(history);
        // The last page alone, however large it is.
        assertThat(history.after(1_000).orElseThrow()).isSameAs(first.getLast());
        assertThat(history.after(0).orElseThrow()).isNotSameAs(first.getFirst());
    }

    @Test
    void runsThatAreWatchedShareWhatIsKept() {
        History alone = new History(log, TestLog.RUN, keeping(1 << 20, 1_000), () -> 1);
        History oneOfMany = new History(log, TestLog.RUN, keeping(1 << 20, 1_000), () -> 1_000);
        Message first = all(alone).getFirst();
        assertThat(alone.after(0)).containsSame(first);
        Message read = all(oneOfMany).getFirst();
        assertThat(oneOfMany.after(0).orElseThrow()).isNotSameAs(read);
        assertThat(numbers(all(oneOfMany))).hasSize(EVENTS);
    }

    @Test
    void whatWasSupersededIsHiddenFromThenOn() {
        History history = new History(log, TestLog.RUN, StreamLimits.DEFAULT, () -> 1);
        assertThat(numbers(all(history))).hasSize(EVENTS);
        run.resumeFrom(1_000);
        history.supersede();
        List<Envelope> seen = all(history).stream()
                .flatMap(message -> message.events().stream())
                .toList();
        assertThat(seen).hasSize(1_002);
        Envelope gap = seen.get(1_000);
        assertThat(gap.first()).isEqualTo(1_001);
        assertThat(gap.seq()).isEqualTo(EVENTS);
        assertThat(seen.getLast().seq()).isEqualTo(EVENTS + 1);
    }
}
