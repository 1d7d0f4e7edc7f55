package dev.tenth.recipe;

/** What every recipe's parameter record has. */
public interface Parameters {
    Pace pace();
}
