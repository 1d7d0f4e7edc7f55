package dev.tenth.store;

import java.util.Optional;

/** Immutable bytes by their SHA-256. Safe for many threads. */
public interface Blobs {
    /**
     * Stores bytes durably.
     *
     * @return their SHA-256 in hex
     */
    String put(byte[] bytes);

    /** The bytes with this SHA-256, if they are there and whole. */
    Optional<byte[]> get(String sha256);
}
