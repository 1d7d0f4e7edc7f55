package dev.tenth.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.run.Runs.Reason;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.StoreException;
import dev.tenth.torch.Safetensors;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which checkpoints of a long run stay. */
class ThinningTest {
    private static final int KEPT = 50;
    private static final int RECENT = 10;
    private static final Safetensors NOTHING = new Safetensors(Map.of(), Map.of());

    /** Checkpoints of one run in memory: names without content. */
    private static final class Names implements Checkpoints {
        private final TreeMap<Long, Checkpoint> bySteps = new TreeMap<>();

        @Override
        public Checkpoint write(String run, long step, long seq, Content content) {
            Checkpoint written = new Checkpoint(run, step, seq, "", 0);
            bySteps.put(step, written);
            return written;
        }

        @Override
        public List<String> runs() {
            return List.of("r");
        }

        @Override
        public List<Checkpoint> list(String run) {
            return new ArrayList<>(bySteps.values());
        }

        @Override
        public SeekableByteChannel open(Checkpoint checkpoint) {
            throw new StoreException(StoreException.Reason.UNAVAILABLE, "only names");
        }

        @Override
        public void quarantine(Checkpoint checkpoint, Flaw flaw, String reason) {
            throw new StoreException(StoreException.Reason.UNAVAILABLE, "only names");
        }

        @Override
        public long quarantined() {
            return 0;
        }

        @Override
        public void delete(Checkpoint checkpoint) {
            assertThat(bySteps.remove(checkpoint.step())).isEqualTo(checkpoint);
        }

        @Override
        public void deleteAll(String run) {
            bySteps.clear();
        }

        List<Long> steps() {
            return List.copyOf(bySteps.keySet());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theyLieTheDenserTheYoungerTheyAreAndFirstNewestAndPinnedOnesStay(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Names store = new Names();
        RunCheckpoints checkpoints = new RunCheckpoints(store, "run", KEPT, Set.of());
        List<Long> written = new ArrayList<>();
        List<Long> pinned = new ArrayList<>();
        long step = 0;
        long widest = 0;
        for (int i = 0; i < 3000; i++) {
            checkpoints.write(step, i, NOTHING);
            written.add(step);
            if (random.nextInt(150) == 0) {
                assertThat(checkpoints.pin(step)).isTrue();
                pinned.add(step);
            }
            List<Long> steps = store.steps();
            assertThat(steps.size()).isLessThanOrEqualTo(KEPT + pinned.size());
            assertThat(steps)
                    .contains(0L)
                    .containsAll(pinned)
                    .containsAll(written.subList(Math.max(0, written.size() - RECENT), written.size()));
            for (int k = 1; k < steps.size(); k++) {
                long gap = steps.get(k) - steps.get(k - 1);
                long age = step - steps.get(k - 1);
                // A third of the age, and no finer than they were written.
                assertThat(gap).as("%d in %s", k, steps).isLessThanOrEqualTo(age / 3 + 2 * widest);
            }
            long next = 1 + random.nextInt(20);
            widest = Math.max(widest, next);
            step += next;
        }
        // One that was pinned a moment ago has not yet left its place to another.
        assertThat(store.steps().size()).isBetween(KEPT + pinned.size() - 1, KEPT + pinned.size());
    }

    @Test
    void oneThatIsLetGoOfThinsOutLikeTheOthers() {
        Names store = new Names();
        RunCheckpoints checkpoints = new RunCheckpoints(store, "run", 3, Set.of(1L));
        for (long step = 0; step < 20; step++) {
            checkpoints.write(step, step, NOTHING);
        }
        assertThat(store.steps()).hasSize(4).contains(0L, 1L, 19L);
        assertThat(checkpoints.unpin(1)).isTrue();
        assertThat(checkpoints.unpin(1)).isFalse();
        checkpoints.write(20, 20, NOTHING);
        assertThat(store.steps()).hasSize(3).doesNotContain(1L).contains(0L, 20L);
    }

    @Test
    void noMoreArePinnedThanAreKeptAndNoneThatIsGone() {
        Names store = new Names();
        RunCheckpoints checkpoints = new RunCheckpoints(store, "run", 3, Set.of());
        for (long step = 0; step < 6; step++) {
            checkpoints.write(step, step, NOTHING);
            if (step < 3) {
                assertThat(checkpoints.pin(step)).isTrue();
            }
        }
        assertThat(checkpoints.pin(2)).isFalse();
        assertThatThrownBy(() -> checkpoints.pin(5))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("tenth.limits.checkpoints");
        assertThatThrownBy(() -> checkpoints.pin(77))
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Reason.NO_SUCH_CHECKPOINT));
        assertThat(checkpoints.find(Optional.of(77L))).isEmpty();
    }
}
