/**
 * What was learned, in use: models from checkpoints, also while the run still trains. {@code engine} computes; {@code inference},
 * {@code text} and {@code latent} are what clients speak.
 *
 * <p>It may import the rooms {@code torch}, {@code recipe}, {@code http}, {@code event}, {@code store} and {@code run}.
 */
package dev.tenth.serve;
