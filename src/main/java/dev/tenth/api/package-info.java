/**
 * The REST resources and their problem+json answers.
 *
 * <p>It may import the rooms {@code torch}, {@code data}, {@code recipe}, {@code http}, {@code event}, {@code store},
 * {@code run} and {@code serve}.
 */
package dev.tenth.api;
