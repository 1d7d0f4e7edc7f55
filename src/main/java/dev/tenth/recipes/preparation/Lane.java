package dev.tenth.recipes.preparation;

import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.recipe.Schema.Violation;
import dev.tenth.recipe.Shown;
import dev.tenth.torch.Optimizer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The eight optimizers that race, in the order in which they grow out of one another. Each has the decays of its paper, as the
 * post has them; learning rates are parameters of a run.
 */
public enum Lane {
    SGD(new Optimizer.Sgd(), "the gradient, times a learning rate"),
    MOMENTUM(
            new Optimizer.Momentum(.9), "sgd + a velocity: gradients that agree add up, those that change sign cancel"),
    NESTEROV(
            new Optimizer.Nesterov(.9),
            "momentum + a look ahead: the slope is felt where the velocity is about to lead"),
    // ε only keeps 0/0 away, for a pixel that is never lit: so small that it changes nothing where there is a gradient.
    ADAGRAD(
            new Optimizer.AdaGrad(1e-8),
            "sgd + a rate for each weight: divided by the root of all its squared gradients"),
    // Here ε is more than a guard: it is the size of the first steps, √ε. With the paper's 1e-6 they are a thousandth.
    ADADELTA(
            new Optimizer.AdaDelta(.95, 1e-6),
            "adagrad + forgetting + a rate of its own making, from the squares of its last steps"),
    RMSPROP(
            new Optimizer.RmsProp(.9, 1e-8),
            "adagrad + forgetting: a decaying mean of the squares, so that it never stops"),
    ADAM(new Optimizer.Adam(), "momentum + rmsprop, both corrected for their start from zero"),
    ADAMAX(new Optimizer.Adamax(.9, .999, 1e-8), "adam with the largest recent gradient in place of the mean square");

    /** All of them, as a parameter names them. */
    public static final String ALL = "sgd,momentum,nesterov,adagrad,adadelta,rmsprop,adam,adamax";

    private final Optimizer optimizer;
    private final String origin;

    Lane(Optimizer optimizer, String origin) {
        this.optimizer = optimizer;
        this.origin = origin;
    }

    /** Its name on the wire. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Optimizer optimizer() {
        return optimizer;
    }

    /**
     * The lanes that a list names.
     *
     * @param names separated by commas
     * @throws InvalidParametersException for the field {@code lanes}, if it names none, one twice, or one that is not there
     */
    static List<Lane> parse(String names) {
        Set<Lane> lanes = EnumSet.noneOf(Lane.class);
        for (String name : names.split(",", -1)) {
            Lane lane = Arrays.stream(values())
                    .filter(each -> each.wire().equals(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> refused(names));
            if (!lanes.add(lane)) {
                throw refused(names);
            }
        }
        return List.copyOf(lanes);
    }

    private static InvalidParametersException refused(String names) {
        return new InvalidParametersException(
                List.of(new Violation("lanes", names, "some of " + ALL + ", each once, separated by commas")));
    }

    /** What one has to know of a race to read it: the learning rate and the decays of each lane. */
    static Shown.Matrix table(Racing.Lanes race) {
        List<Lane> lanes = race.raced();
        return new Shown.Matrix(
                "lanes",
                lanes.stream().map(Lane::wire).toList(),
                List.of("learning rate", "momentum / decay", "second decay", "epsilon"),
                lanes.stream().map(lane -> lane.row(race.rate(lane))).toArray(double[][]::new));
    }

    /** 0 where a rule has no such number. */
    private double[] row(double rate) {
        return switch (optimizer) {
            case Optimizer.Sgd() -> new double[] {rate, 0, 0, 0};
            case Optimizer.Momentum(double momentum) -> new double[] {rate, momentum, 0, 0};
            case Optimizer.Nesterov(double momentum) -> new double[] {rate, momentum, 0, 0};
            case Optimizer.AdaGrad(double epsilon) -> new double[] {rate, 0, 0, epsilon};
            case Optimizer.AdaDelta(double rho, double epsilon) -> new double[] {rate, rho, 0, epsilon};
            case Optimizer.RmsProp(double alpha, double epsilon) -> new double[] {rate, alpha, 0, epsilon};
            case Optimizer.Adam(double one, double two, double epsilon) -> new double[] {rate, one, two, epsilon};
            case Optimizer.AdamW(double one, double two, double epsilon, double decay) ->
                new double[] {rate, one, two, epsilon};
            case Optimizer.Adamax(double one, double two, double epsilon) -> new double[] {rate, one, two, epsilon};
        };
    }

    /** How the lanes of a race grow out of one another. */
    static Shown.Text family(Racing.Lanes race) {
        return new Shown.Text(
                "family",
                race.raced().stream()
                        .map(lane -> lane.wire() + " = " + lane.origin)
                        .collect(Collectors.joining("\n")));
    }
}
