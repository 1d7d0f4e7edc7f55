package dev.tenth.recipes.gan;

import java.util.Arrays;

/** Samples counted in bins of one width. */
final class Histogram {
    private Histogram() {}

    /** The share of all samples in each bin; what lies outside of the edges is in no bin, and where one is NaN the shares are. */
    static double[] shares(float[] samples, double[] edges) {
        double[] shares = new double[edges.length - 1];
        double width = edges[1] - edges[0];
        for (float sample : samples) {
            if (Float.isNaN(sample)) {
                Arrays.fill(shares, Double.NaN);
                return shares;
            }
            int bin = (int) Math.floor((sample - edges[0]) / width);
            if (bin >= 0 && bin < shares.length) {
                shares[bin] += 1.0 / samples.length;
            }
        }
        return shares;
    }

    /** The Jensen–Shannon divergence of two distributions over the same bins, in nats: from 0 to ln 2. */
    static double jensenShannon(double[] p, double[] q) {
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            double middle = (p[i] + q[i]) / 2;
            sum += (p[i] == 0 ? 0 : p[i] * Math.log(p[i] / middle)) + (q[i] == 0 ? 0 : q[i] * Math.log(q[i] / middle));
        }
        return sum / 2;
    }
}
