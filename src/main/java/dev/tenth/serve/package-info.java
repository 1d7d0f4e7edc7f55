/**
 * What was learned, in use: inference from checkpoints, also while the run still trains.
 *
 * <p>It may import the rooms {@code recipe} and {@code store}.
 */
package dev.tenth.serve;
