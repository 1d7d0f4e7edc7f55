/**
 * What all HTTP protocols of the service share: problem documents, and how the bodies of requests are read.
 *
 * <p>It may import the room {@code text}.
 */
package dev.tenth.http;
