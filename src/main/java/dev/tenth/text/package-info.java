/**
 * How text from outside is quoted.
 *
 * <p>It imports no other room; every room may import it.
 */
package dev.tenth.text;
