/**
 * The contract of a system: its parameters and presets, its training, what it shows and what it can do.
 *
 * <p>It may import the rooms {@code torch} and {@code data}. A recipe has no thread, no I/O and no framework.
 */
package dev.tenth.recipe;
