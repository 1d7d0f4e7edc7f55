package dev.tenth.recipe;

/**
 * A figure that a full run of a preset must reach.
 *
 * @param metric the name of the metric, as the run streams it
 * @param relation how the metric is compared with the limit
 * @param step the step at which it is judged, or {@link #BEST} for the best value of the whole run
 * @param note how the figure is known: measured, published, or a target
 */
public record Bound(String metric, Relation relation, double limit, long step, String note) {
    /** Judge the best value that the metric had anywhere in the run. */
    public static final long BEST = -1;

    /** The directions of a bound. */
    public enum Relation {
        AT_MOST("≤"),
        AT_LEAST("≥");

        private final String sign;

        Relation(String sign) {
            this.sign = sign;
        }

        @Override
        public String toString() {
            return sign;
        }
    }

    public static Bound atMost(String metric, double limit, long step, String note) {
        return new Bound(metric, Relation.AT_MOST, limit, step, note);
    }

    public static Bound atLeast(String metric, double limit, long step, String note) {
        return new Bound(metric, Relation.AT_LEAST, limit, step, note);
    }

    /** Whether the value meets the bound; a NaN never does. */
    public boolean isMetBy(double value) {
        return switch (relation) {
            case AT_MOST -> value <= limit;
            case AT_LEAST -> value >= limit;
        };
    }

    @Override
    public String toString() {
        return metric + " " + relation + " " + limit + (step == BEST ? "" : " @" + step);
    }
}
