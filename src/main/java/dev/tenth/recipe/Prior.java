package dev.tenth.recipe;

/**
 * The distribution from which a model's latent vectors come. Vectors are numbered: the same seed and number give the same vector
 * wherever it is drawn; {@code frontend/src/use/prior.ts} draws the same ones.
 */
public sealed interface Prior {

    /** N(0, 1) in each dimension. */
    record Normal() implements Prior {
        private static final double ALMOST_NOTHING = 1e-6;

        /** Two at a time by Box and Muller. */
        @Override
        public float[] draw(long seed, int number, int dimensions) {
            Uniforms uniforms = new Uniforms(seed, number);
            float[] z = new float[dimensions];
            for (int i = 0; i < dimensions; i += 2) {
                double radius = Math.sqrt(-2 * Math.log(uniforms.next()));
                double angle = 2 * Math.PI * uniforms.next();
                z[i] = (float) (radius * Math.cos(angle));
                if (i + 1 < dimensions) {
                    z[i + 1] = (float) (radius * Math.sin(angle));
                }
            }
            return z;
        }

        /**
         * Along the great circle: almost all of the distribution lies on a shell, and a straight line would leave it.
         *
         * @see <a href="https://dl.acm.org/doi/10.1145/325334.325242">Shoemake: Animating Rotation with Quaternion Curves,
         *     1985</a>
         */
        @Override
        public float[] between(float[] from, float[] to, double share) {
            double dot = 0;
            double ofFrom = 0;
            double ofTo = 0;
            for (int i = 0; i < from.length; i++) {
                dot += (double) from[i] * to[i];
                ofFrom += (double) from[i] * from[i];
                ofTo += (double) to[i] * to[i];
            }
            double angle = Math.acos(Math.clamp(dot / Math.sqrt(ofFrom * ofTo), -1, 1));
            double sine = Math.sin(angle);
            return sine < ALMOST_NOTHING
                    ? mixed(from, 1 - share, to, share)
                    : mixed(from, Math.sin((1 - share) * angle) / sine, to, Math.sin(share * angle) / sine);
        }
    }

    /** U(−reach, reach) in each dimension. */
    record Uniform(double reach) implements Prior {
        @Override
        public float[] draw(long seed, int number, int dimensions) {
            Uniforms uniforms = new Uniforms(seed, number);
            float[] z = new float[dimensions];
            for (int i = 0; i < dimensions; i++) {
                z[i] = (float) (reach * (2 * uniforms.next() - 1));
            }
            return z;
        }

        /** Along the straight line, which stays inside. */
        @Override
        public float[] between(float[] from, float[] to, double share) {
            return mixed(from, 1 - share, to, share);
        }
    }

    /** Vector {@code number} of a seed. */
    float[] draw(long seed, int number, int dimensions);

    /** A vector on the way from one to another, through where the distribution is; at the ends for a share of 0 and 1. */
    float[] between(float[] from, float[] to, double share);

    /** The name on the wire: {@code normal}, or {@code uniform} with its reach. */
    default String wire() {
        return switch (this) {
            case Normal _ -> "normal";
            case Uniform(double reach) -> "uniform " + reach;
        };
    }

    private static float[] mixed(float[] one, double ofOne, float[] other, double ofOther) {
        float[] mixed = new float[one.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = (float) (ofOne * one[i] + ofOther * other[i]);
        }
        return mixed;
    }

    /** Numbers strictly between 0 and 1 from a counter, in 32-bit arithmetic, which a browser has as well. */
    final class Uniforms {
        /** 2³² divided by the golden ratio: multiples of it are spread evenly. */
        private static final int STRIDE = 0x9E3779B9;

        private static final double RANGE = 1L << 32;
        private int counter;

        private Uniforms(long seed, int number) {
            counter = mix((int) seed * STRIDE + mix(number));
        }

        private double next() {
            counter += STRIDE;
            return (Integer.toUnsignedLong(mix(counter)) + .5) / RANGE;
        }

        /** The finalizer of MurmurHash3: each bit of the result depends on each of the argument. */
        private static int mix(int bits) {
            int x = bits;
            x = (x ^ x >>> 16) * 0x85EBCA6B;
            x = (x ^ x >>> 13) * 0xC2B2AE35;
            return x ^ x >>> 16;
        }
    }
}
