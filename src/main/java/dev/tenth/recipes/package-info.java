/**
 * The systems, one file each, grouped by chapter.
 *
 * <p>It may import the rooms {@code torch}, {@code data} and {@code recipe}.
 */
package dev.tenth.recipes;
