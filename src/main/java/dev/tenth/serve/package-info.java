/**
 * What was learned, in use: inference from checkpoints, also while the run still trains.
 *
 * <p>It may import the rooms {@code torch}, {@code recipe}, {@code http}, {@code event}, {@code store} and {@code run}.
 */
package dev.tenth.serve;
