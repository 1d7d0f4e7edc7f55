/**
 * What survives: the event log with the run index, checkpoints and blobs, as small ports and their embedded adapter.
 *
 * <p>It may import the room {@code event}. Nothing of SQLite shows in a port.
 */
package dev.tenth.store;
