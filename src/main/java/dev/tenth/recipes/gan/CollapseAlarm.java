package dev.tenth.recipes.gan;

import dev.tenth.torch.HostTensor;
import dev.tenth.torch.TensorSource;
import java.util.Locale;
import java.util.Map;

/**
 * The alarm for what the first paper calls the Helvetica scenario: G makes the same few pictures of all noise. Its signs are twins
 * that are nearly the same and digits that are mostly one; it is raised when two successive judgements show one of them. Blind to
 * a generator that knows a few hundred pictures by heart.
 *
 * @param suspected whether the last judgement showed a sign
 * @param firedAt the step at which it was first raised; 0 if it never was
 */
record CollapseAlarm(boolean suspected, long firedAt) {
    static final CollapseAlarm SILENT = new CollapseAlarm(false, 0);

    private static final double SMALLEST_TWIN_DISTANCE = 1.5;
    private static final double SMALLEST_ENTROPY = 1.5;
    /** What an untrained generator makes is as poor as what a collapsed one makes. */
    private static final long FIRST_STEP = 500;

    static final String STATE = "alarm";

    /** After one more judgement. */
    CollapseAlarm after(long step, SampleJudge.Judgement judgement) {
        boolean sign = step >= FIRST_STEP
                && (judgement.twinDistance() < SMALLEST_TWIN_DISTANCE || judgement.entropy() < SMALLEST_ENTROPY);
        return new CollapseAlarm(sign, firedAt == 0 && sign && suspected ? step : firedAt);
    }

    boolean hasFired() {
        return firedAt > 0;
    }

    /** What there is to say of the judgement at a step, for people. */
    String text(long step, SampleJudge.Judgement judgement) {
        if (!judgement.isFinite()) {
            return "Cannot be judged: the pictures are not finite numbers";
        }
        String seen = String.format(
                Locale.ROOT,
                "%d of 10 digits, entropy %.2f nats, twins %.1f apart",
                judgement.classesCovered(),
                judgement.entropy(),
                judgement.twinDistance());
        if (hasFired()) {
            return "Helvetica scenario since step " + firedAt + (suspected ? ": " : ", though not at the moment: ")
                    + seen;
        }
        if (step < FIRST_STEP) {
            return "Too early to tell before step " + FIRST_STEP + ": " + seen;
        }
        return (suspected ? "A first sign of collapse: " : "No collapse: ") + seen;
    }

    /** As the tensor {@link #STATE} of a saved state. */
    HostTensor saved() {
        return HostTensor.of(new long[] {suspected ? 1 : 0, firedAt}, 2);
    }

    /** What a saved state says; silent in one that says nothing, such as an imported one. */
    static CollapseAlarm of(Map<String, TensorSource> state) {
        TensorSource saved = state.get(STATE);
        if (saved == null) {
            return SILENT;
        }
        long[] values = saved.read().longs();
        return new CollapseAlarm(values[0] == 1, values[1]);
    }
}
