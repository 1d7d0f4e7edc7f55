/**
 * The REST resources and their problem+json answers.
 *
 * <p>It may import the rooms {@code run}, {@code serve} and {@code data}.
 */
package dev.tenth.api;
