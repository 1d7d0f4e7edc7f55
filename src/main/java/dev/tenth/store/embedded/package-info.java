/**
 * The embedded adapter of the store: one directory with a SQLite file for the log and the index, and files for checkpoints
 * and blobs. {@link dev.tenth.store.embedded.EmbeddedStore} opens it.
 */
package dev.tenth.store.embedded;
