package dev.tenth.serve.engine;

import java.time.Duration;

/**
 * What the clients of WebSockets may take.
 *
 * @param walks open WebSockets of walks
 * @param texts open WebSockets on which text is generated
 * @param stall how long a client may take no frame or answer no ping before it is closed with 1013
 * @param idle how long a client may ask for nothing before it is closed
 */
public record SocketLimits(int walks, int texts, Duration stall, Duration idle) {}
