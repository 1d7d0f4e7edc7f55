/**
 * The life of a run: queue, worker thread, commands, checkpoints and recovery.
 *
 * <p>It may import the rooms {@code torch}, {@code data}, {@code recipe}, {@code event} and {@code store}.
 */
package dev.tenth.run;
