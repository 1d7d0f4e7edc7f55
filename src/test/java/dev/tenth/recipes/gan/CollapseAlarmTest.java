package dev.tenth.recipes.gan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenth.recipes.gan.SampleJudge.Judgement;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When the alarm is raised, from histograms made by hand. */
class CollapseAlarmTest {
    private static final double[] EVEN = {100, 100, 100, 100, 100, 100, 100, 100, 100, 100};
    /** Two digits, and a few of a third: H = .72 nats. */
    private static final double[] TWO = {0, 495, 0, 0, 0, 0, 0, 5, 0, 500};

    private static final Judgement VARIED = new Judgement(EVEN, .8, 5);
    private static final Judgement FEW_DIGITS = new Judgement(TWO, .99, 5);
    private static final Judgement TWINS = new Judgement(EVEN, .9, 1.49);

    private static CollapseAlarm after(long firstStep, Judgement... judgements) {
        CollapseAlarm alarm = CollapseAlarm.SILENT;
        for (int i = 0; i < judgements.length; i++) {
            alarm = alarm.after(firstStep + 100 * i, judgements[i]);
        }
        return alarm;
    }

    @Test
    void isRaisedByTheSecondOfTwoSignsInARow() {
        assertThat(after(1000, FEW_DIGITS).hasFired()).isFalse();
        assertThat(after(1000, FEW_DIGITS, FEW_DIGITS).firedAt()).isEqualTo(1100);
        assertThat(after(1000, TWINS, TWINS).firedAt()).isEqualTo(1100);
        assertThat(after(1000, TWINS, FEW_DIGITS).firedAt()).isEqualTo(1100);
        assertThat(after(1000, TWINS, VARIED, TWINS, VARIED, FEW_DIGITS).hasFired())
                .isFalse();
    }

    @Test
    void doesNotListenBeforeStepFiveHundred() {
        assertThat(after(100, TWINS, TWINS, TWINS, TWINS).hasFired()).isFalse();
        assertThat(after(400, TWINS, TWINS).hasFired()).isFalse();
        assertThat(after(400, TWINS, TWINS, TWINS).firedAt()).isEqualTo(600);
        assertThat(CollapseAlarm.SILENT.text(499, FEW_DIGITS))
                .isEqualTo("Too early to tell before step 500: 2 of 10 digits, entropy 0.72 nats, twins 5.0 apart");
    }

    /** Confidence rises when a generator collapses; it is no sign of anything. */
    @Test
    void takesConfidenceForNoSign() {
        assertThat(after(1000, new Judgement(EVEN, .01, 5), new Judgement(EVEN, 1, 5)))
                .isEqualTo(CollapseAlarm.SILENT);
    }

    @Test
    void staysAndKeepsTheFirstStep() {
        CollapseAlarm alarm = after(1000, TWINS, TWINS, TWINS, VARIED, VARIED);
        assertThat(alarm).isEqualTo(new CollapseAlarm(false, 1100));
        assertThat(alarm.text(1400, VARIED)).startsWith("Helvetica scenario since step 1100, though not at the moment");
        assertThat(after(1000, TWINS, TWINS).text(1400, TWINS))
                .startsWith("Helvetica scenario since step 1100: 10 of 10");
        assertThat(after(1000, TWINS).text(1400, TWINS)).startsWith("A first sign");
        assertThat(after(1000, VARIED).text(1400, VARIED))
                .isEqualTo("No collapse: 10 of 10 digits, entropy 2.30 nats, twins 5.0 apart");
    }

    @Test
    void isTheSameAfterItWasSaved() {
        for (CollapseAlarm alarm : new CollapseAlarm[] {after(1000, TWINS), after(1000, TWINS, TWINS)}) {
            assertThat(CollapseAlarm.of(Map.of(CollapseAlarm.STATE, alarm.saved())))
                    .isEqualTo(alarm);
        }
        assertThat(CollapseAlarm.of(Map.of())).isEqualTo(CollapseAlarm.SILENT);
    }

    @Test
    void theFiguresOfAHistogramAreThoseOfItsDefinition() {
        assertThat(VARIED.classesCovered()).isEqualTo(10);
        assertThat(VARIED.entropy()).isEqualTo(Math.log(10), within(1e-12));
        assertThat(VARIED.top2Share()).isEqualTo(.2, within(1e-12));
        // Five of 1 000 do not cover a class; ten do.
        assertThat(FEW_DIGITS.classesCovered()).isEqualTo(2);
        assertThat(new Judgement(new double[] {990, 10, 0, 0, 0, 0, 0, 0, 0, 0}, 1, 5).classesCovered())
                .isEqualTo(2);
        double expected = -(.495 * Math.log(.495) + .005 * Math.log(.005) + .5 * Math.log(.5));
        assertThat(FEW_DIGITS.entropy()).isEqualTo(expected, within(1e-12)).isLessThan(1.5);
        assertThat(FEW_DIGITS.top2Share()).isEqualTo(.995, within(1e-12));
        double[] one = new double[10];
        Arrays.fill(one, 3, 4, 1000);
        assertThat(new Judgement(one, 1, 0).entropy()).isZero();
        assertThat(new Judgement(one, 1, 0).top2Share()).isEqualTo(1);
    }
}
