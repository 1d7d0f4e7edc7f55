package dev.tenth.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PriorTest {
    private static final int MANY = 20_000;

    @Test
    void normalVectorsHaveTheMomentsOfTheNormalDistribution() {
        float[] all = new Prior.Normal().draw(7, 0, MANY);
        double mean =
                IntStream.range(0, MANY).mapToDouble(i -> all[i]).average().orElseThrow();
        double square = moment(all, 2);
        assertThat(mean).isCloseTo(0, within(4 / Math.sqrt(MANY)));
        assertThat(square).isCloseTo(1, within(4 * Math.sqrt(2.0 / MANY)));
        assertThat(moment(all, 4)).isCloseTo(3, within(4 * Math.sqrt(96.0 / MANY)));
    }

    private static double moment(float[] values, int order) {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> Math.pow(values[i], order))
                .average()
                .orElseThrow();
    }

    @Test
    void uniformVectorsFillTheirCube() {
        float[] all = new Prior.Uniform(2).draw(7, 0, MANY);
        assertThat(moment(all, 2)).isCloseTo(4.0 / 3, within(.03));
        assertThat(IntStream.range(0, MANY).mapToDouble(i -> all[i]).summaryStatistics())
                .satisfies(range -> assertThat(range.getMin()).isBetween(-2.0, -1.99))
                .satisfies(range -> assertThat(range.getMax()).isBetween(1.99, 2.0));
    }

    @Test
    void vectorsOfOtherNumbersAndSeedsHaveNothingToDoWithEachOther() {
        Prior prior = new Prior.Normal();
        float[] one = prior.draw(1, 1, MANY);
        assertThat(prior.draw(1, 1, MANY)).isEqualTo(one);
        for (float[] other : new float[][] {prior.draw(1, 2, MANY), prior.draw(2, 1, MANY), prior.draw(0, 0, MANY)}) {
            double correlation = IntStream.range(0, MANY)
                    .mapToDouble(i -> one[i] * other[i])
                    .average()
                    .orElseThrow();
            assertThat(correlation).isCloseTo(0, within(4 / Math.sqrt(MANY)));
        }
    }

    /** The dashboard draws the same: frontend/src/use/prior.test.ts has these figures too. */
    @Test
    void theBrowserDrawsTheSame() {
        assertThat(new Prior.Normal().draw(4294967295L, 3, 3))
                .containsExactly(new float[] {.4808925f, .7806906f, -.7293772f}, within(1e-6f));
        assertThat(new Prior.Uniform(2).draw(5, 0, 2))
                .containsExactly(new float[] {1.3694416f, -.7804561f}, within(1e-6f));
    }

    @Test
    void theWayBetweenTwoNormalVectorsKeepsTheirLength() {
        Prior prior = new Prior.Normal();
        float[] from = prior.draw(5, 0, 100);
        float[] to = prior.draw(5, 1, 100);
        double least = Math.min(Math.sqrt(moment(from, 2)), Math.sqrt(moment(to, 2)));
        double most = Math.max(Math.sqrt(moment(from, 2)), Math.sqrt(moment(to, 2)));
        assertThat(prior.between(from, to, 0)).containsExactly(from, within(1e-6f));
        assertThat(prior.between(from, to, 1)).containsExactly(to, within(1e-6f));
        for (double share = .1; share < 1; share += .1) {
            // A straight line would pass the middle at 0.7 of it.
            assertThat(Math.sqrt(moment(prior.between(from, to, share), 2))).isBetween(.9 * least, 1.1 * most);
        }
        assertThat(prior.between(from, from, .3)).containsExactly(from, within(1e-6f));
    }
}
