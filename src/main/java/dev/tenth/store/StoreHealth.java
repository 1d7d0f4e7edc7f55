package dev.tenth.store;

import java.util.Optional;

/**
 * Whether the log can be written.
 *
 * @param fault why it cannot; empty if it can. It goes by itself if the cause does
 * @param full whether the disk is full, which is no fault: reading and removing runs work, and make room
 */
public record StoreHealth(Optional<String> fault, boolean full) {}
