package dev.tenth.event;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the data of events name blobs: by their path in the API. */
public final class BlobPath {
    /** Hexadecimal digits of a SHA-256. */
    public static final int SHA256_CHARACTERS = 64;

    private static final String FOLDER = "/blobs/";
    private static final Pattern SHA256 = Pattern.compile(FOLDER + "([0-9a-f]{" + SHA256_CHARACTERS + "})");

    private BlobPath() {}

    /** The path of a picture. */
    public static String png(String sha256) {
        return "/api/v1" + FOLDER + sha256 + ".png";
    }

    /** The SHA-256 of all blobs that are named in a text. */
    public static List<String> sha256s(String text) {
        if (!text.contains(FOLDER)) {
            return List.of(); // nearly all events
        }
        List<String> found = new ArrayList<>();
        for (Matcher name = SHA256.matcher(text); name.find(); ) {
            found.add(name.group(1));
        }
        return found;
    }
}
