package dev.tenth.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The data sets that {@code data/fetch} brought, for tests that compare with the real ones. */
public final class FetchedData {
    private FetchedData() {}

    /** Where they are: the same place as in {@code data/fetch}. */
    public static Path directory() {
        return Optional.ofNullable(System.getenv("TENTH_DATA")).map(Path::of).orElseGet(() -> Optional.ofNullable(
                        System.getenv("TENTH_HOME"))
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".tenth"))
                .resolve("data"));
    }

    /** Skips the test if the file could not be fetched. */
    public static Path file(String name) {
        Path file = directory().resolve(name);
        assumeTrue(Files.exists(file), name + " is not there: `make data` fetches it where there is a network");
        return file;
    }
}
