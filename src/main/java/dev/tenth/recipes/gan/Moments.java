package dev.tenth.recipes.gan;

import dev.tenth.torch.DType;
import dev.tenth.torch.Tensor;
import java.util.List;

/**
 * A normal distribution in some dimensions, in double precision.
 *
 * @param mean {@code [F]}
 * @param covariance {@code [F, F]}
 */
record Moments(Tensor mean, Tensor covariance) {

    /** The one that fits rows {@code [N, F]} of features. */
    static Moments of(Tensor rows) {
        Tensor values = rows.cast(DType.FLOAT64);
        Tensor mean = values.mean(0); // [F]
        Tensor centred = values.minus(mean); // [N, F]
        return new Moments(mean, centred.transpose(0, 1).matmul(centred).dividedBy(rows.size(0) - 1.0));
    }

    /**
     * The Fréchet distance: |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½), a scalar. The root's trace is that of the roots of the
     * eigenvalues of Σ₁^½ Σ₂ Σ₁^½, which is symmetric.
     *
     * @see <a href="https://arxiv.org/abs/1706.08500">Heusel et al.: GANs Trained by a Two Time-Scale Update Rule, 2017</a>
     */
    Tensor distance(Moments other) {
        Tensor root = root(covariance); // [F, F]
        Tensor between = root.matmul(other.covariance).matmul(root);
        Tensor overlap = roots(between.symmetricEigen().getFirst()).sum();
        return mean.minus(other.mean)
                .square()
                .sum()
                .plus(covariance.diagonalSum())
                .plus(other.covariance.diagonalSum())
                .minus(overlap.times(2));
    }

    private static Tensor root(Tensor symmetric) {
        List<Tensor> parts = symmetric.symmetricEigen();
        Tensor vectors = parts.getLast();
        return vectors.times(roots(parts.getFirst())).matmul(vectors.transpose(0, 1));
    }

    /** Of eigenvalues that are at least 0, but for rounding. */
    private static Tensor roots(Tensor eigenvalues) {
        return eigenvalues.relu().sqrt();
    }
}
