package dev.tenth.recipe;

/**
 * How a run goes on, whatever it trains.
 *
 * @param threads intra-op threads; fixed when a run is created, since another count may round differently
 */
public record Pace(
        @Parameter(help = "Threads of the run", min = 1, max = 64)
        int threads,

        @Parameter(help = "Steps between two checkpoints", min = 1, max = 1_000_000, unit = "steps")
        int checkpointEvery,

        @Parameter(
                help = "Steps between two pictures, with what is judged for them",
                min = 1,
                max = 1_000_000,
                unit = "steps",
                turnable = true)
        int showEvery) {}
