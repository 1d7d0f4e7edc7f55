package dev.tenth.recipe;

/** What every recipe's parameter record has. */
public interface Parameters {
    /** The intra-op threads of the run; fixed when it is created, since another count may round differently. */
    int threads();

    /** Steps between two checkpoints. */
    int checkpointEvery();

    /** Steps between two pictures. */
    int showEvery();
}
