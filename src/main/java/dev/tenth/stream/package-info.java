/**
 * Viewers of the event log: a cursor with demand, as a Mutiny {@code Multi}, and three endpoints (WebSocket, server-sent events,
 * lines of JSON) that subscribe to it.
 *
 * <p>It may import the rooms {@code http}, {@code event} and {@code store}.
 */
package dev.tenth.stream;
