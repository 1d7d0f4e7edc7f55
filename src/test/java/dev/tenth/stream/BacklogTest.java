package dev.tenth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.event.Superseded;
import dev.tenth.store.RunLog;
import dev.tenth.store.embedded.EmbeddedStore;
import dev.tenth.store.embedded.StoreLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a viewer that lags gets of a real log. */
class BacklogTest {
    /** Each event has fewer characters of data than this. */
    private static final int EVENT = 40;

    @Test
    void aLogOfManyLosslessEventsComesInPiecesThatLoseNone(@TempDir Path home) {
        int commands = 1_200;
        try (EmbeddedStore store = new EmbeddedStore(home, StoreLimits.DEFAULT)) {
            RunLog log = store.log();
            TestLog run = new TestLog(log, 1);
            List<String> types = new ArrayList<>(Collections.nCopies(commands, "command.applied"));
            types.add("metrics");
            types.add("metrics");
            run.append(types.toArray(String[]::new));
            Backlog backlog = new Backlog(log, TestLog.RUN, Superseded.NOTHING);
            LongAdder dropped = new LongAdder();
            List<Long> seen = new ArrayList<>();
            long after = 0;
            for (List<Envelope> piece; !(piece = backlog.latest(after, 10 * EVENT, dropped::add)).isEmpty(); ) {
                assertThat(piece).hasSizeLessThan(30);
                piece.stream()
                        .filter(envelope -> !envelope.json().contains("\"type\":\"gap\""))
                        .map(Envelope::seq)
                        .forEach(seen::add);
                after = piece.getLast().seq();
            }
            assertThat(seen)
                    .startsWith(LongStream.rangeClosed(1, commands + 1).boxed().toArray(Long[]::new))
                    .endsWith(run.lastSeq())
                    .hasSize(commands + 2);
            assertThat(dropped.sum()).isEqualTo(1);
        }
    }
}
