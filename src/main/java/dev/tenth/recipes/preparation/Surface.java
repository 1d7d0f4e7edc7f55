package dev.tenth.recipes.preparation;

import dev.tenth.recipe.Shown;
import dev.tenth.torch.Tensor;

/** Functions of two variables that are hard for one optimizer or another: the value, the slope, and where to look. */
public enum Surface {
    /** (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²: steep walls, a flat floor; the least at (3, ½). */
    BEALE(-4.5, 4.5, -4.5, 4.5, 0, "steep walls around a flat floor; the least is 0, at (3, 0.5)") {
        @Override
        Tensor value(Tensor x, Tensor y) {
            return term(x, y, 1, 1.5).plus(term(x, y, 2, 2.25)).plus(term(x, y, 3, 2.625));
        }

        private static Tensor term(Tensor x, Tensor y, int power, double constant) {
            return x.times(y.power(power)).minus(x).plus(constant).square();
        }

        @Override
        double value(double x, double y) {
            double first = 1.5 - x + x * y;
            double second = 2.25 - x + x * y * y;
            double third = 2.625 - x + x * y * y * y;
            return first * first + second * second + third * third;
        }

        @Override
        double[] slope(double x, double y) {
            double first = 2 * (1.5 - x + x * y);
            double second = 2 * (2.25 - x + x * y * y);
            double third = 2 * (2.625 - x + x * y * y * y);
            return new double[] {
                first * (y - 1) + second * (y * y - 1) + third * (y * y * y - 1),
                first * x + second * 2 * x * y + third * 3 * x * y * y
            };
        }
    },
    /** x²/2 − y²/2 + y⁴/4: level at the origin, down to both sides. */
    SADDLE(
            -1.8,
            1.8,
            -1.5,
            1.5,
            -.25,
            "level at the origin, where a slow rule stays; the least is -0.25, at (0, 1) and (0, -1)") {
        @Override
        Tensor value(Tensor x, Tensor y) {
            return x.square()
                    .times(.5)
                    .minus(y.square().times(.5))
                    .plus(y.power(4).times(.25));
        }

        @Override
        double value(double x, double y) {
            return x * x / 2 - y * y / 2 + y * y * y * y / 4;
        }

        @Override
        double[] slope(double x, double y) {
            return new double[] {x, y * y * y - y};
        }
    },
    /** (1 − x)² + 100(y − x²)²: a bent valley with a floor that hardly falls; the least at (1, 1). */
    ROSENBROCK(-2, 2, -1, 3, 0, "a bent valley whose floor hardly falls; the least is 0, at (1, 1)") {
        @Override
        Tensor value(Tensor x, Tensor y) {
            return x.subtractedFrom(1)
                    .square()
                    .plus(y.minus(x.square()).square().times(100));
        }

        @Override
        double value(double x, double y) {
            return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
        }

        @Override
        double[] slope(double x, double y) {
            return new double[] {-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)};
        }
    },
    /** x²/100 + y²: a hundred times as steep across as along; the least at (0, 0). */
    VALLEY(-10, 10, -3, 3, 0, "a hundred times as steep across as along; the least is 0, at the origin") {
        @Override
        Tensor value(Tensor x, Tensor y) {
            return x.square().times(.01).plus(y.square());
        }

        @Override
        double value(double x, double y) {
            return x * x / 100 + y * y;
        }

        @Override
        double[] slope(double x, double y) {
            return new double[] {x / 50, 2 * y};
        }
    };

    private static final int WIDTH = 96;
    private static final int HEIGHT = 72;

    private final double x0;
    private final double x1;
    private final double y0;
    private final double y1;
    private final double least;
    private final String about;

    Surface(double x0, double x1, double y0, double y1, double least, String about) {
        this.x0 = x0;
        this.x1 = x1;
        this.y0 = y0;
        this.y1 = y1;
        this.least = least;
        this.about = about;
    }

    /** Traced, of scalars. */
    abstract Tensor value(Tensor x, Tensor y);

    abstract double value(double x, double y);

    /** The gradient, by hand. */
    abstract double[] slope(double x, double y);

    /** What is special about it, and how the picture is drawn. */
    Shown.Text text() {
        return new Shown.Text(
                "surface", about + ". Drawn as log(1 + height above the least), or the walls would hide the floor");
    }

    /** log(1 + f − least f) on a grid. */
    Shown.Field field() {
        float[] values = new float[WIDTH * HEIGHT];
        for (int i = 0; i < values.length; i++) {
            double x = x0 + (x1 - x0) * (i % WIDTH) / (WIDTH - 1);
            double y = y0 + (y1 - y0) * (i / WIDTH) / (HEIGHT - 1);
            values[i] = (float) Math.log1p(value(x, y) - least);
        }
        return new Shown.Field("surface", x0, x1, y0, y1, WIDTH, HEIGHT, values);
    }
}
