package dev.tenth.store;

/**
 * A stored state of a run.
 *
 * @param seq the last event that it includes
 */
public record Checkpoint(String run, long step, long seq, String sha256, long bytes) {}
