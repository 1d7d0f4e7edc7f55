package dev.tenth.fuzz;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Files that people bring: tables, texts, numbers and pictures, whole and broken. */
final class Uploads {
    private Uploads() {}

    /** Requests that upload a file, mostly under a name and a type that are its own. */
    static Arbitrary<RawRequest> any() {
        Arbitrary<byte[]> words = bytes(Texts.any().list().ofMaxSize(40).map(list -> String.join(" ", list)));
        return Arbitraries.frequencyOf(
                Tuple.of(3, upload("a.csv", "text/csv", bytes(tables()))),
                Tuple.of(2, upload("a.libsvm", "text/plain", bytes(sparse()))),
                Tuple.of(1, upload("a.txt", "text/plain", words)),
                Tuple.of(3, upload("a.zip", "application/zip", zips())),
                Tuple.of(
                        1,
                        upload(
                                "a.csv.gz",
                                "application/octet-stream",
                                bytes(tables()).map(Uploads::zipped))),
                Tuple.of(1, upload("train-images-idx3-ubyte", "application/octet-stream", idx())),
                Tuple.of(1, upload("a.png", "application/octet-stream", pictures())));
    }

    private static Arbitrary<RawRequest> upload(String name, String type, Arbitrary<byte[]> files) {
        return Combinators.combine(Texts.mostly(name), Texts.mostly(type), Mutations.of(files))
                .as((called, typed, file) -> RawRequest.of(
                        "POST", "/api/v1/datasets?name=" + Texts.encoded(called), Texts.header(typed), file));
    }

    private static Arbitrary<byte[]> bytes(Arbitrary<String> texts) {
        return texts.map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    /** Comma-separated values, with and without heads, quotes and all their cells. */
    private static Arbitrary<String> tables() {
        Arbitrary<String> numbers = Arbitraries.of("0", "1", "2.5", "-3", "1e3");
        Arbitrary<String> others = Arbitraries.frequencyOf(
                Tuple.of(
                        5,
                        Arbitraries.of(
                                "0", "1", "2.5", "-3", "1e-39", "1e39", "NaN", "inf", "", "0x10", "1,5", "cat", "\"",
                                "\"a,b\"")),
                Tuple.of(2, Arbitraries.doubles().map(String::valueOf)),
                Tuple.of(1, Texts.any()));
        Arbitrary<String> separator = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(",")), Tuple.of(1, Arbitraries.of(";", "\t", " ")));
        Arbitrary<String> end = Arbitraries.of("\n", "\r\n", "\r");
        // Most tables have a cell or two that are no plain numbers, many none.
        Arbitrary<String> cell = Arbitraries.frequencyOf(Tuple.of(30, numbers), Tuple.of(1, others));
        Arbitrary<List<List<String>>> rows = Arbitraries.integers()
                .between(2, 6)
                .flatMap(columns ->
                        cell.list().ofMinSize(columns).ofMaxSize(columns).list().ofMaxSize(30));
        return Combinators.combine(rows, separator, end)
                .as((lines, between, after) -> String.join(
                        after,
                        lines.stream().map(line -> String.join(between, line)).toList()));
    }

    /** Lines of LIBSVM: a label, then {@code index:value}. */
    private static Arbitrary<String> sparse() {
        Arbitrary<String> index = rarely("1", "2", "3", "13");
        return Combinators.combine(rarely("+1", "-1"), index, rarely("1", "0.5", "-1", "1e30"), rarely("0.25"))
                .as((label, at, first, last) -> label + " " + at + ":" + first + " 20:" + last)
                .list()
                .ofMinSize(1)
                .ofMaxSize(20)
                .map(lines -> String.join("\n", lines));
    }

    private static Arbitrary<String> rarely(String... expected) {
        return Arbitraries.frequencyOf(
                Tuple.of(40, Arbitraries.of(expected)),
                Tuple.of(1, Texts.mostly("0", "2147483647", "1e400", "-1", "NaN")));
    }

    /** The files of MNIST: a magic number, sizes, bytes. */
    private static Arbitrary<byte[]> idx() {
        return Combinators.combine(
                        Arbitraries.of(0, 1, 3, 255),
                        Json.number(),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(64))
                .as((dimensions, size, data) -> Mutations.joined(
                        java.nio.ByteBuffer.allocate(12)
                                .put(new byte[] {0, 0, 8, dimensions.byteValue()})
                                .putInt(((Number) size).intValue())
                                .putInt(2)
                                .array(),
                        data));
    }

    /** Pictures as PNG, whole. */
    static Arbitrary<byte[]> pictures() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 64),
                        Arbitraries.integers().between(1, 64),
                        Arbitraries.of(
                                BufferedImage.TYPE_BYTE_GRAY,
                                BufferedImage.TYPE_INT_RGB,
                                BufferedImage.TYPE_INT_ARGB,
                                BufferedImage.TYPE_BYTE_BINARY,
                                BufferedImage.TYPE_BYTE_INDEXED,
                                BufferedImage.TYPE_USHORT_GRAY))
                .as(Uploads::png);
    }

    private static byte[] png(int width, int height, int type) {
        BufferedImage image = new BufferedImage(width, height, type);
        IntStream.range(0, Math.min(width, height)).forEach(i -> image.setRGB(i, i, 0xff8040 * (i + 1)));
        return written(out -> ImageIO.write(image, "png", out));
    }

    /** Zips of pictures in folders, whole and broken, in names of any kind. */
    private static Arbitrary<byte[]> zips() {
        Arbitrary<String> names = Texts.mostly(
                "a/1.png",
                "a/2.png",
                "b/3.png",
                "b/x.jpg",
                "1.png",
                "../up.png",
                "/root.png",
                "a/",
                "a\\b.png",
                "c/.DS_Store",
                "list.csv");
        Arbitrary<byte[]> contents =
                Arbitraries.frequencyOf(Tuple.of(3, pictures()), Tuple.of(1, Mutations.of(pictures())));
        Arbitrary<Tuple.Tuple2<String, byte[]>> entry =
                Combinators.combine(names, contents).as(Tuple::of);
        return Combinators.combine(entry.list().ofMaxSize(8).uniqueElements(Tuple.Tuple1::get1), Arbitraries.of(0, 12))
                .as((entries, more) -> written(out -> {
                    try (ZipOutputStream zip = new ZipOutputStream(out)) {
                        for (int i = 0; i < more; i++) {
                            zip.putNextEntry(new ZipEntry("abc".charAt(i % 3) + "/whole" + i + ".png"));
                            zip.write(png(8 + i, 8, BufferedImage.TYPE_BYTE_GRAY));
                        }
                        for (Tuple.Tuple2<String, byte[]> each : entries) {
                            zip.putNextEntry(new ZipEntry(each.get1().replace("\ud800", "?")));
                            zip.write(each.get2());
                        }
                    }
                }));
    }

    private static byte[] zipped(byte[] content) {
        return written(out -> {
            try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
                zip.write(content);
            }
        });
    }

    private interface Writer {
        void write(OutputStream out) throws IOException;
    }

    private static byte[] written(Writer writer) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            writer.write(out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
