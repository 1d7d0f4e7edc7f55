package dev.tenth.store;

import java.time.Instant;

/**
 * One entry of a run's log.
 *
 * @param seq its place in the run, from 1 without holes
 * @param step the training step to which it belongs
 * @param type its name on the wire
 * @param data a JSON object
 */
public record Event(String run, long seq, long step, Instant at, String type, String data) {}
