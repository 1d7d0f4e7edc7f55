package dev.tenth.torch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The rules by which gradients change parameters. Their slots (momentum, mean squares, …) are named variables of the
 * program, {@code <name>/<slot>/<parameter>}, saved with it. Notation: θ parameter, g gradient, η learning rate, t step
 * from 1. A rule runs in place, fused where libtorch has a fused kernel.
 */
public sealed interface Optimizer {
    /** Adds the update to a method. */
    void update(Step step);

    /** θ ← θ − ηg. */
    record Sgd() implements Optimizer {
        @Override
        public void update(Step step) {
            step.trace.inPlace(
                    "_foreach_add_", step.values, step.gradients, Tensor.named("alpha", negative(step.learningRate)));
        }
    }

    /** v ← μv + g; θ ← θ − ηv (Polyak, 1964). */
    record Momentum(double momentum) implements Optimizer {
        @Override
        public void update(Step step) {
            step.fusedSgd(momentum, false);
        }
    }

    /** v ← μv + g; θ ← θ − η(g + μv): the look-ahead form of Sutskever et al., 2013. */
    record Nesterov(double momentum) implements Optimizer {
        @Override
        public void update(Step step) {
            step.fusedSgd(momentum, true);
        }
    }

    /** s ← s + g²; θ ← θ − ηg / (√s + ε) (Duchi et al., 2011). */
    record AdaGrad(double epsilon) implements Optimizer {
        @Override
        public void update(Step step) {
            List<Tensor> sums = step.slots("sum");
            step.trace.inPlace("_foreach_addcmul_", sums, step.gradients, step.gradients, Scalar.of(1.0));
            step.divided(step.gradients, sums, epsilon);
        }
    }

    /** s ← ρs + (1−ρ)g²; d = g√(u + ε)/√(s + ε); u ← ρu + (1−ρ)d²; θ ← θ − ηd (Zeiler, 2012). */
    record AdaDelta(double rho, double epsilon) implements Optimizer {
        @Override
        public void update(Step step) {
            List<Tensor> squares = step.slots("square");
            List<Tensor> updates = step.slots("update");
            step.decayedSquares(squares, step.gradients, rho);
            List<Tensor> deltas = new ArrayList<>();
            for (int i = 0; i < squares.size(); i++) {
                Tensor scale = updates.get(i)
                        .plus(epsilon)
                        .sqrt()
                        .dividedBy(squares.get(i).plus(epsilon).sqrt());
                deltas.add(scale.times(step.gradients.get(i)));
            }
            step.decayedSquares(updates, deltas, rho);
            step.trace.inPlace(
                    "_foreach_add_", step.values, deltas, Tensor.named("alpha", negative(step.learningRate)));
        }
    }

    /** s ← αs + (1−α)g²; θ ← θ − ηg / (√s + ε) (Hinton's lecture 6e, 2012). */
    record RmsProp(double alpha, double epsilon) implements Optimizer {
        @Override
        public void update(Step step) {
            List<Tensor> squares = step.slots("square");
            step.decayedSquares(squares, step.gradients, alpha);
            step.divided(step.gradients, squares, epsilon);
        }
    }

    /** m ← β₁m + (1−β₁)g; s ← β₂s + (1−β₂)g²; θ ← θ − η m̂/(√ŝ + ε), with bias-corrected m̂, ŝ (Kingma, Ba, 2015). */
    record Adam(double beta1, double beta2, double epsilon) implements Optimizer {
        /** β₁ = .9, β₂ = .999, ε = 1e-8. */
        public Adam() {
            this(.9, .999, 1e-8);
        }

        @Override
        public void update(Step step) {
            step.fusedAdam("_fused_adam_", beta1, beta2, epsilon, 0);
        }
    }

    /** Adam after θ ← θ − ηλθ: weight decay apart from the gradient (Loshchilov, Hutter, 2019). */
    record AdamW(double beta1, double beta2, double epsilon, double weightDecay) implements Optimizer {
        @Override
        public void update(Step step) {
            step.fusedAdam("_fused_adamw_", beta1, beta2, epsilon, weightDecay);
        }
    }

    /** m ← β₁m + (1−β₁)g; u ← max(β₂u, |g| + ε); θ ← θ − η/(1 − β₁ᵗ) · m/u (Kingma, Ba, 2015, section 7). */
    record Adamax(double beta1, double beta2, double epsilon) implements Optimizer {
        @Override
        public void update(Step step) {
            List<Tensor> means = step.slots("mean");
            List<Tensor> largest = step.slots("largest");
            Tensor t = step.count();
            step.trace.inPlace("_foreach_lerp_", means, step.gradients, Scalar.of(1 - beta1));
            step.trace.inPlace("_foreach_mul_", largest, Scalar.of(beta2));
            List<Tensor> sizes =
                    step.gradients.stream().map(g -> g.abs().plus(epsilon)).toList();
            step.trace.inPlace("_foreach_maximum_", largest, sizes);
            Tensor correction = step.trace
                    .call("pow", DType.FLOAT32, Shape.SCALAR, Scalar.of(beta1), t)
                    .subtractedFrom(1);
            Tensor rate = step.trace.full(step.learningRate).negate().dividedBy(correction);
            List<Tensor> changes = new ArrayList<>();
            for (int i = 0; i < means.size(); i++) {
                changes.add(means.get(i).dividedBy(largest.get(i)).times(rate));
            }
            step.trace.inPlace("_foreach_add_", step.values, changes);
        }
    }

    private static Scalar negative(Scalar value) {
        return new Scalar("torch.neg(" + value.expression() + ")", value.isInteger());
    }

    /** One update in the making: what the rules have in common. */
    final class Step {
        private final Trace trace;
        private final String name;
        private final List<Variable> parameters;
        private final List<Tensor> values;
        private final List<Tensor> gradients;
        private final Scalar learningRate;

        Step(
                Trace trace,
                String name,
                List<Variable> parameters,
                List<Tensor> values,
                List<Tensor> gradients,
                Scalar learningRate) {
            this.trace = trace;
            this.name = name;
            this.parameters = parameters;
            this.values = values;
            this.gradients = gradients;
            this.learningRate = learningRate;
        }

        /** A tensor like each parameter, zero at first. */
        private List<Tensor> slots(String slot) {
            return parameters.stream()
                    .map(p -> trace.view(Variable.state(
                            name + "/" + slot + "/" + p.name(), p.shape().dimensions())))
                    .toList();
        }

        /** The number of this update, from 1. */
        private Tensor count() {
            Tensor count = trace.view(Variable.state(name + "/count"));
            trace.inPlace("add_", count, Scalar.of(1L));
            return count;
        }

        private void decayedSquares(List<Tensor> squares, List<Tensor> of, double decay) {
            trace.inPlace("_foreach_mul_", squares, Scalar.of(decay));
            trace.inPlace("_foreach_addcmul_", squares, of, of, Scalar.of(1 - decay));
        }

        /** θ ← θ − η · numerator / (√squares + ε). */
        private void divided(List<Tensor> numerators, List<Tensor> squares, double epsilon) {
            List<Tensor> roots =
                    squares.stream().map(s -> s.sqrt().plus(epsilon)).toList();
            trace.inPlace("_foreach_addcdiv_", values, numerators, roots, negative(learningRate));
        }

        /**
         * The gradients as the fused kernels need them: these go through memory number by number, whatever the strides, and a
         * gradient may be a view of something larger.
         */
        private List<Tensor> packed() {
            return gradients.stream()
                    .map(g -> g.call("contiguous", g.type(), g.shape(), g))
                    .toList();
        }

        private void fusedSgd(double momentum, boolean nesterov) {
            trace.inPlace(
                    "_fused_sgd_",
                    values,
                    packed(),
                    slots("velocity"),
                    Tensor.named("weight_decay", Scalar.of(0.0)),
                    Tensor.named("momentum", Scalar.of(momentum)),
                    Tensor.named("lr", learningRate),
                    Tensor.named("dampening", Scalar.of(0.0)),
                    Tensor.named("nesterov", nesterov),
                    Tensor.named("maximize", false),
                    Tensor.named("is_first_step", false));
        }

        private void fusedAdam(String operator, double beta1, double beta2, double epsilon, double weightDecay) {
            List<Tensor> means = slots("mean");
            List<Tensor> squares = slots("square");
            List<Tensor> counts = Collections.nCopies(parameters.size(), count());
            trace.inPlace(
                    operator,
                    values,
                    packed(),
                    means,
                    squares,
                    List.of(),
                    counts,
                    Tensor.named("lr", learningRate),
                    Tensor.named("beta1", Scalar.of(beta1)),
                    Tensor.named("beta2", Scalar.of(beta2)),
                    Tensor.named("weight_decay", Scalar.of(weightDecay)),
                    Tensor.named("eps", Scalar.of(epsilon)),
                    Tensor.named("amsgrad", false),
                    Tensor.named("maximize", false));
        }
    }
}
