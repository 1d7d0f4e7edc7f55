package dev.tenth.recipe;

/** How a learning rate goes over a run. */
public enum Schedule {
    /** The same all the time. */
    CONSTANT,
    /**
     * Up to the given rate in the first three tenths, then down to almost nothing, both along a cosine.
     *
     * @see <a href="https://arxiv.org/abs/1708.07120">Smith, Topin: Super-Convergence, 2017</a>
     */
    ONE_CYCLE;

    private static final double RISING = .3;
    private static final double FIRST = 1.0 / 25;
    private static final double LAST = 1e-4;

    /**
     * The rate of a step.
     *
     * @param step from 1 to {@code steps}
     * @param rate the given one: the largest
     */
    public double at(long step, long steps, double rate) {
        return switch (this) {
            case CONSTANT -> rate;
            case ONE_CYCLE -> {
                double top = RISING * steps;
                yield step <= top
                        ? between(FIRST * rate, rate, step / top)
                        : between(rate, LAST * rate, (step - top) / (steps - top));
            }
        };
    }

    private static double between(double from, double to, double share) {
        return to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
    }
}
