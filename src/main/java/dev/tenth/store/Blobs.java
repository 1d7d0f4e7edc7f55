package dev.tenth.store;

import java.util.Optional;

/**
 * Immutable bytes by their SHA-256. Safe for many threads.
 *
 * <p>Invariant: a blob that was put, or that an event of a run names, is there. When the last event that names it goes with its
 * run, it goes too, at some time after that.
 */
public interface Blobs {
    /**
     * Stores bytes durably. An event that names them has to follow, or they may be gone when the store is opened again.
     *
     * @return their SHA-256 in hex
     * @throws StoreException if they cannot be written; on a full disk at once
     */
    String put(byte[] bytes);

    /** The bytes with this SHA-256, if they are there and whole. */
    Optional<byte[]> get(String sha256);

    /** How many were removed since the store was opened, because no event names them any more. */
    long swept();
}
