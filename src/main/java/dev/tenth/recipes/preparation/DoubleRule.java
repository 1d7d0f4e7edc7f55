package dev.tenth.recipes.preparation;

import dev.tenth.torch.Optimizer;

/**
 * The rules of {@link Optimizer} once more, number by number in double precision: what the lanes are held against while they run.
 * A number's memory is {x, first slot, second slot}.
 */
final class DoubleRule {
    /** The numbers that one number's memory takes. */
    static final int MEMORY = 3;

    private DoubleRule() {}

    /**
     * One step of one number.
     *
     * @param memory where x and its slots lie, from {@code at}; changed in place
     * @param g the gradient
     * @param t the step, from 1
     */
    static void step(Optimizer rule, double[] memory, int at, double g, double rate, long t) {
        double x = memory[at];
        double a = memory[at + 1];
        double b = memory[at + 2];
        switch (rule) {
            case Optimizer.Sgd() -> x -= rate * g;
            case Optimizer.Momentum(double momentum) -> {
                a = momentum * a + g;
                x -= rate * a;
            }
            case Optimizer.Nesterov(double momentum) -> {
                a = momentum * a + g;
                x -= rate * (g + momentum * a);
            }
            case Optimizer.AdaGrad(double epsilon) -> {
                a += g * g;
                x -= rate * g / (Math.sqrt(a) + epsilon);
            }
            case Optimizer.AdaDelta(double rho, double epsilon) -> {
                a = rho * a + (1 - rho) * g * g;
                double change = g * Math.sqrt(b + epsilon) / Math.sqrt(a + epsilon);
                b = rho * b + (1 - rho) * change * change;
                x -= rate * change;
            }
            case Optimizer.RmsProp(double alpha, double epsilon) -> {
                a = alpha * a + (1 - alpha) * g * g;
                x -= rate * g / (Math.sqrt(a) + epsilon);
            }
            case Optimizer.Adam(double beta1, double beta2, double epsilon) -> {
                a = beta1 * a + (1 - beta1) * g;
                b = beta2 * b + (1 - beta2) * g * g;
                x -= adam(a, b, beta1, beta2, epsilon, rate, t);
            }
            case Optimizer.AdamW(double beta1, double beta2, double epsilon, double decay) -> {
                a = beta1 * a + (1 - beta1) * g;
                b = beta2 * b + (1 - beta2) * g * g;
                x -= rate * decay * x + adam(a, b, beta1, beta2, epsilon, rate, t);
            }
            case Optimizer.Adamax(double beta1, double beta2, double epsilon) -> {
                a = beta1 * a + (1 - beta1) * g;
                b = Math.max(beta2 * b, Math.abs(g) + epsilon);
                x -= rate / (1 - Math.pow(beta1, t)) * a / b;
            }
        }
        memory[at] = x;
        memory[at + 1] = a;
        memory[at + 2] = b;
    }

    private static double adam(double a, double b, double beta1, double beta2, double epsilon, double rate, long t) {
        double mean = a / (1 - Math.pow(beta1, t));
        double square = b / (1 - Math.pow(beta2, t));
        return rate * mean / (Math.sqrt(square) + epsilon);
    }
}
