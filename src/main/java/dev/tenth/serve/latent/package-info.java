/**
 * Latent space: a WebSocket that walks through it, time-lapses, and the decoder that makes pictures of latent vectors.
 *
 * <p>Of {@code serve} it imports {@code engine}.
 */
package dev.tenth.serve.latent;
