/**
 * Models in use: which there are, which are loaded, and the threads, batches and queues that compute with them.
 *
 * <p>It imports none of the other folders of {@code serve}.
 */
package dev.tenth.serve.engine;
