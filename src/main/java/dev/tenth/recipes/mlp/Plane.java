package dev.tenth.recipes.mlp;

import dev.tenth.recipe.Shown;

/** The squares of the plane of which pictures are made: the trained one, and one that shows what is known outside of it. */
enum Plane {
    INSIDE(3),
    OUTSIDE(6);

    /** The points of a picture. */
    static final int PICTURED_POINTS = 64 * 64;
    /** The points to learn from: [−3, 3)², every .02. */
    static final int TRAINED_POINTS = 300 * 300;

    private static final double SPACING = .02;

    private final double reach;

    Plane(double reach) {
        this.reach = reach;
    }

    /** The trained points x₀ y₀ x₁ y₁ …, row by row. */
    static float[] trained() {
        return grid(TRAINED_POINTS, -INSIDE.reach, SPACING);
    }

    /** The points of a picture of this square. */
    float[] points() {
        return grid(PICTURED_POINTS, -reach, 2 * reach / (Math.sqrt(PICTURED_POINTS) - 1));
    }

    private static float[] grid(int size, double first, double spacing) {
        int side = (int) Math.sqrt(size);
        float[] points = new float[2 * size];
        for (int i = 0; i < size; i++) {
            points[2 * i] = (float) (first + spacing * (i % side));
            points[2 * i + 1] = (float) (first + spacing * (i / side));
        }
        return points;
    }

    /** The values of a formula at the points of a picture. */
    float[] values(String formula) {
        return Formula.values(formula, points());
    }

    /** A picture of values at its points. */
    Shown field(String id, float[] values) {
        int side = (int) Math.sqrt(PICTURED_POINTS);
        return new Shown.Field(id, -reach, reach, -reach, reach, side, side, values);
    }
}
