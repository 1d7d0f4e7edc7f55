package dev.tenth.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The data sets that the house knows: their cards, and their content from the class path, from the data directory that
 * {@code data/fetch} fills, or downloaded into it when they are first read.
 */
final class Catalogue {
    private static final System.Logger LOG = System.getLogger(Catalogue.class.getName());

    /** A card, and sizes and times of the files that it was made from. */
    private record Stamped(String stamp, Dataset card) {}

    private final Path data;
    private final List<BuiltIn> sets;
    private final Downloads downloads;
    private final Map<String, Stamped> cards = new ConcurrentHashMap<>();

    Catalogue(Path data, List<BuiltIn> sets, Downloads downloads) {
        this.data = data;
        this.sets = List.copyOf(sets);
        this.downloads = downloads;
    }

    List<Dataset> list() {
        return sets.stream().map(this::card).toList();
    }

    Optional<Dataset> find(String id) {
        return set(id).map(this::card);
    }

    private Optional<BuiltIn> set(String id) {
        return sets.stream().filter(set -> set.id().equals(id)).findFirst();
    }

    /**
     * The content of a set.
     *
     * @throws DataException if it is not there and cannot be downloaded, or is broken
     */
    Content read(String id) {
        BuiltIn set = set(id).orElseThrow();
        try {
            List<DataFile> files = new ArrayList<>();
            for (BuiltIn.Piece piece : set.pieces()) {
                Optional<DataFile> there = piece.find(data);
                files.add(there.isPresent() ? there.get() : download(set, piece));
            }
            return set.reading().read(files);
        } catch (IOException e) {
            throw new DataException(id + ": cannot read: " + e.getMessage(), e);
        }
    }

    private DataFile download(BuiltIn set, BuiltIn.Piece piece) throws IOException {
        Downloads.Source source = piece.source()
                .orElseThrow(() -> new DataException("%s: %s is not in %s; run `make data-all`, which fetches it there"
                        .formatted(set.id(), piece.path(), data)));
        DataFile target = piece.target(data, source);
        LOG.log(System.Logger.Level.INFO, "{0}: downloading {1}", set.id(), source.uri());
        try {
            downloads.get(source, target.path(), (_, _) -> {});
        } catch (DataException e) {
            throw new DataException(
                    "%s: cannot be downloaded: %s. Without a network, run `make data` where there is one, or upload the data"
                            .formatted(set.id(), e.getMessage()),
                    e);
        }
        return target;
    }

    // ---- cards

    private Dataset card(BuiltIn set) {
        String stamp = stamp(set);
        Stamped known = cards.get(set.id());
        if (known == null || !known.stamp().equals(stamp)) {
            known = new Stamped(stamp, makeCard(set));
            cards.put(set.id(), known);
        }
        return known.card();
    }

    private String stamp(BuiltIn set) {
        StringBuilder stamp = new StringBuilder();
        for (BuiltIn.Piece piece : set.pieces()) {
            piece.find(data).ifPresent(file -> {
                try {
                    stamp.append(file.name())
                            .append(Files.size(file.path()))
                            .append(Files.getLastModifiedTime(file.path()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            stamp.append(';');
        }
        return stamp.toString();
    }

    private Dataset makeCard(BuiltIn set) {
        boolean available = set.isAvailable(data);
        long bytes = 0;
        String sha256 = "";
        if (available) {
            MessageDigest digest = Downloads.sha256();
            bytes = copy(set, new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            sha256 = HexFormat.of().formatHex(digest.digest());
        } else if (set.pieces().size() == 1 && set.pieces().getFirst().source().isPresent()) {
            Downloads.Source source = set.pieces().getFirst().source().get();
            bytes = source.bytes();
            sha256 = source.sha256();
        }
        return new Dataset(
                set.id(), set.name(), set.kind(), bytes, sha256, set.summary(), set.source(), set.licence(), available);
    }

    /** All bytes of a set, in the order of its pieces; a text on the class path has its own. */
    private long copy(BuiltIn set, OutputStream target) {
        long bytes = 0;
        try {
            if (set.pieces().isEmpty() && set.reading().read(List.of()) instanceof Content.Text(String text)) {
                return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)).transferTo(target);
            }
            for (BuiltIn.Piece piece : set.pieces()) {
                try (InputStream file = piece.find(data).orElseThrow().open()) {
                    bytes += file.transferTo(target);
                }
            }
        } catch (IOException e) {
            throw new DataException(set.id() + ": cannot read: " + e.getMessage(), e);
        }
        return bytes;
    }
}
