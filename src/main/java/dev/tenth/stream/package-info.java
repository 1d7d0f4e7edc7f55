/**
 * Viewers of the event log: a cursor, a bounded outbox and three doors (WebSocket, SSE, NDJSON) with one payload.
 *
 * <p>It may import the room {@code store} and the types of the room {@code run}.
 */
package dev.tenth.stream;
