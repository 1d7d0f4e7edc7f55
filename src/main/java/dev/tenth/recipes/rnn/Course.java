package dev.tenth.recipes.rnn;

import dev.tenth.recipe.Schedule;

/** How the learning rate goes over a run of {@link CharRnn}. */
enum Course {
    /** The same for ten epochs, then 3 % smaller with each: Karpathy's. */
    LATE_DECAY,
    ONE_CYCLE;

    private static final int STEADY_EPOCHS = 10;
    private static final double DECAY = .97;

    /**
     * The rate of a step.
     *
     * @param step from 1 to {@code steps}
     * @param epoch from 0
     */
    double at(long step, long steps, long epoch, double rate) {
        return switch (this) {
            case LATE_DECAY -> rate * Math.pow(DECAY, Math.max(0, epoch + 1 - STEADY_EPOCHS));
            case ONE_CYCLE -> Schedule.ONE_CYCLE.at(step, steps, rate);
        };
    }
}
