/**
 * What all HTTP protocols of the service share: problem documents, and how the bodies of requests are read.
 *
 * <p>It may import no other room.
 */
package dev.tenth.http;
