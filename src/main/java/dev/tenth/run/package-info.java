/**
 * The life of a run: queue, worker thread, commands, checkpoints and recovery.
 *
 * <p>It may import the rooms {@code recipe} and {@code store} (and, for devices and tensors, {@code torch}).
 */
package dev.tenth.run;
