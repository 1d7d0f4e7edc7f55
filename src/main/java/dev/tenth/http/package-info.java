/**
 * What all HTTP protocols of the service share: problem documents, and how the bodies of requests are received.
 *
 * <p>A resource of any room takes a body as a parameter, as quarkus-rest has it; {@link dev.tenth.http.BodyFilter} has received it
 * whole, without holding a thread, before the method is called.
 *
 * <p>It imports no other room.
 */
package dev.tenth.http;
