/**
 * The events of a run's log: their types, one codec between them and JSON, one fold of them.
 *
 * <p>It imports no room but {@code text}, and no Quarkus.
 */
package dev.tenth.event;
