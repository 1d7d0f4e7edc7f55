package dev.tenth.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Immutable bytes by their SHA-256. Safe for many threads.
 *
 * <p>Invariant: a blob that was put, or that an event of a run names, is there. When the last event that names it goes with its
 * run, it goes too, at some time after that.
 */
public interface Blobs {
    /** How the data of an event names a blob. */
    String PATH = "/blobs/";

    /** Hexadecimal digits of a SHA-256. */
    int SHA256_CHARACTERS = 64;

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

    /** The SHA-256 of the blobs that the data of an event names. */
    static List<String> named(String data) {
        if (!data.contains(PATH)) {
            return List.of(); // nearly all events
        }
        List<String> found = new ArrayList<>();
        for (Matcher name = Names.PATTERN.matcher(data); name.find(); ) {
            found.add(name.group(1));
        }
        return found;
    }

    /** Names in the data of events. */
    final class Names {
        private static final Pattern PATTERN = Pattern.compile(PATH + "([0-9a-f]{" + SHA256_CHARACTERS + "})");

        private Names() {}
    }
}
