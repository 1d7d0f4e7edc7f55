package dev.tenth.serve.latent;

import static dev.tenth.serve.engine.Fields.wrong;

import dev.tenth.serve.engine.Fields;
import dev.tenth.serve.engine.Models;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How a client wants to walk through latent space.
 *
 * @param seed of the vectors between which the way leads
 * @param rows of the grid; each picture in it has a way of its own
 * @param speed in vectors a second; 0 stands still
 * @param version a step, or the newest
 */
record WalkRequest(long seed, int rows, int columns, double speed, String version) {
    /** Seeds have 32 bits: see {@link dev.tenth.recipe.Prior}. */
    static final long LARGEST_SEED = (1L << 32) - 1;

    private static final int MOST_SIDE = 16;
    private static final int MOST_PICTURES = 64;
    private static final double FASTEST = 5;
    private static final Set<String> FIELDS = Set.of("seed", "rows", "columns", "speed", "step");

    /** The wish of who says nothing. */
    static WalkRequest any() {
        return new WalkRequest(ThreadLocalRandom.current().nextLong(LARGEST_SEED + 1), 4, 8, .5, Models.LATEST);
    }

    /**
     * The wish with what a message changes of it.
     *
     * @throws IllegalArgumentException naming the field, its value and what is allowed
     */
    WalkRequest turned(Fields fields) {
        fields.only(FIELDS);
        int newRows = (int) fields.integer("rows", rows, 1, MOST_SIDE);
        int newColumns = (int) fields.integer("columns", columns, 1, MOST_SIDE);
        if (newRows * newColumns > MOST_PICTURES) {
            throw wrong("rows", newRows + " × " + newColumns, "at most " + MOST_PICTURES + " pictures");
        }
        double newSpeed = fields.number("speed", speed);
        if (!(newSpeed >= 0 && newSpeed <= FASTEST)) {
            throw wrong("speed", Double.toString(newSpeed), "a number from 0 to " + FASTEST);
        }
        return new WalkRequest(
                fields.integer("seed", seed, 0, LARGEST_SEED),
                newRows,
                newColumns,
                newSpeed,
                fields.has("step") ? Models.version(fields) : version);
    }

    int pictures() {
        return rows * columns;
    }
}
