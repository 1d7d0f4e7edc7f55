package dev.tenth.recipe;

import dev.tenth.data.DataException;
import dev.tenth.data.Dataset;
import dev.tenth.data.Datasets;
import dev.tenth.data.LabelledImages;
import dev.tenth.data.Table;
import dev.tenth.text.Excerpt;
import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Program;
import dev.tenth.torch.Resident;
import dev.tenth.torch.Shape;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Rows with classes, resident in native memory and shared by all runs that learn from them: a part to train with, one to judge
 * with while training, one to test with.
 */
public final class Examples {
    /** So many rows are judged in one call. */
    private static final int CHUNK = 500;

    private static final String NAMES = "classes";
    private static final String SCALING = "scaling";
    /** Of a table's rows, in random order: the shares of the last two parts. */
    private static final double HELD_OUT = .2;

    /** The parts. */
    public enum Part {
        TRAINING,
        VALIDATION,
        TEST
    }

    /** Where the rows of a part lie. */
    private record Range(Source source, long first, long rows) {}

    /** A file of rows in native memory. */
    private record Source(
            String name, Variable inputs, Variable labels, Supplier<HostTensor> values, Supplier<HostTensor> classes) {
        static Source of(
                String name,
                DType type,
                long rows,
                long width,
                Supplier<HostTensor> values,
                Supplier<HostTensor> labels) {
            return new Source(
                    name,
                    Variable.data(name + "/inputs", type, rows, width),
                    Variable.data(name + "/labels", DType.INT64, rows),
                    values,
                    labels);
        }
    }

    private final String id;
    private final int width;
    private final List<String> classes;
    private final Map<Part, Range> ranges;
    /** The names of the classes. */
    private final Variable names;

    private final Optional<Variable> scaling;

    private Examples(String id, int width, List<String> classes, Map<Part, Range> ranges, Optional<Variable> scaling) {
        this.id = id;
        this.width = width;
        this.classes = List.copyOf(classes);
        this.ranges = ranges;
        this.scaling = scaling;
        this.names = Names.variable(NAMES, classes);
    }

    /** The names of the classes in a state that a program with these examples saved. */
    public static List<String> classes(Map<String, TensorSource> state) {
        return Names.of(state.get(NAMES));
    }

    /**
     * A data set of either kind.
     *
     * @param validation of pictures, how many are kept for judging: see {@link #of(String, LabelledImages, int)}
     * @throws DataException if there is no such data set, it is of another kind, or all its rows are of one class
     */
    public static Examples of(String id, Datasets data, int validation) {
        Dataset.Kind kind = data.find(id)
                .map(Dataset::kind)
                .orElseThrow(() -> new DataException("data: there is no data set " + Excerpt.quoted(id)));
        Examples examples =
                switch (kind) {
                    case IMAGES -> of(id, data.images(id), validation);
                    case TABLE -> of(id, data.table(id));
                    case TEXT, NUMBERS ->
                        throw new DataException("data: \"" + id + "\" is of kind " + kind + ", not TABLE or IMAGES");
                };
        if (examples.classes.size() < 2) {
            throw new DataException("data: all rows of \"" + id + "\" are of one class, " + examples.classes);
        }
        return examples;
    }

    /**
     * Pictures, their pixels from 0 to 1.
     *
     * @param id of the data set
     * @param validation so many pictures at the end of the training part are kept for judging; 0 judges with the test part
     */
    public static Examples of(String id, LabelledImages images, int validation) {
        Source training = source("training", images.training());
        Source test = source("test", images.test());
        long all = images.training().count();
        Range tested = new Range(test, 0, images.test().count());
        return new Examples(
                id,
                images.training().size(),
                images.classes(),
                new EnumMap<>(Map.of(
                        Part.TRAINING,
                        new Range(training, 0, all - validation),
                        Part.VALIDATION,
                        validation == 0 ? tested : new Range(training, all - validation, validation),
                        Part.TEST,
                        tested)),
                Optional.empty());
    }

    private static Source source(String name, LabelledImages.Part part) {
        return Source.of(
                name,
                DType.UINT8,
                part.count(),
                part.size(),
                () -> HostTensor.of(part.pixels(), part.count(), part.size()),
                () -> {
                    long[] labels = new long[part.count()];
                    for (int i = 0; i < labels.length; i++) {
                        labels[i] = part.labels()[i] & 0xff;
                    }
                    return HostTensor.of(labels, labels.length);
                });
    }

    /**
     * The rows of a table in an order that is always the same: three fifths to train with, a fifth to judge and a fifth to test
     * with.
     *
     * @param id of the data set
     */
    public static Examples of(String id, Table table) {
        int[] order = permutation(table.rows());
        ByteBuffer values = ByteBuffer.allocate(Float.BYTES * table.rows() * table.features())
                .order(ByteOrder.LITTLE_ENDIAN);
        long[] labels = new long[table.rows()];
        for (int i = 0; i < table.rows(); i++) {
            labels[i] = table.labels()[order[i]];
            for (int j = 0; j < table.features(); j++) {
                values.putFloat(table.values()[order[i] * table.features() + j]);
            }
        }
        values.flip();
        Source all = Source.of(
                "table",
                DType.FLOAT32,
                table.rows(),
                table.features(),
                () -> new HostTensor(DType.FLOAT32, new long[] {table.rows(), table.features()}, values),
                () -> HostTensor.of(labels, labels.length));
        long held = Math.max(1, (long) (HELD_OUT * table.rows()));
        long training = table.rows() - 2 * held;
        return new Examples(
                id,
                table.features(),
                table.classes(),
                new EnumMap<>(Map.of(
                        Part.TRAINING,
                        new Range(all, 0, training),
                        Part.VALIDATION,
                        new Range(all, training, held),
                        Part.TEST,
                        new Range(all, training + held, held))),
                Optional.of(scaling(values.asFloatBuffer(), (int) training, table.features())));
    }

    /** The mean and 1/deviation of each column over the first rows; what never changes is left as large as it is. */
    private static Variable scaling(FloatBuffer values, int rows, int width) {
        double[] scaling = new double[2 * width];
        for (int j = 0; j < width; j++) {
            double sum = 0;
            for (int i = 0; i < rows; i++) {
                sum += values.get(i * width + j);
            }
            double squares = 0;
            for (int i = 0; i < rows; i++) {
                squares += Math.pow(values.get(i * width + j) - sum / rows, 2);
            }
            scaling[j] = sum / rows;
            scaling[width + j] = squares > 0 ? 1 / Math.sqrt(squares / rows) : 1;
        }
        return new Variable(
                SCALING, DType.FLOAT32, Shape.of(2, width), (index, _) -> scaling[(int) index], Variable.Role.STATE);
    }

    /**
     * For a table, how its features are made alike in size: {@code [2, width]}, the mean of each in the training part and
     * 1/deviation. A model that reads it has it in its state.
     */
    public Optional<Variable> scaling() {
        return scaling;
    }

    /** The same of a state that a program with these examples saved. */
    public static Optional<Variable> scaling(Map<String, TensorSource> state) {
        return Optional.ofNullable(state.get(SCALING)).map(saved -> Variable.state(SCALING, saved.shape()));
    }

    /** Files are often sorted by class: without another order the parts would not be alike. */
    private static int[] permutation(int size) {
        SplittableRandom random = new SplittableRandom(1);
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    /** The numbers of one row. */
    public int width() {
        return width;
    }

    public List<String> classes() {
        return classes;
    }

    /** The rows of a part. */
    public long rows(Part part) {
        return ranges.get(part).rows();
    }

    /** The data itself, for an executable of a program that reads all parts, which then releases it. */
    public Map<Variable, Resident> residents(Residents shared, Device device) {
        Map<Variable, Resident> residents = new HashMap<>();
        ranges.values().stream().map(Range::source).distinct().forEach(source -> {
            residents.put(source.inputs(), shared.get(id + "/" + source.inputs().name(), device, source.values()));
            residents.put(source.labels(), shared.get(id + "/" + source.labels().name(), device, source.classes()));
        });
        return residents;
    }

    /** The same for a program that reads one part, and no labels. */
    public Map<Variable, Resident> residents(Part part, Residents shared, Device device) {
        Source source = ranges.get(part).source();
        return Map.of(source.inputs(), shared.get(id + "/" + source.inputs().name(), device, source.values()));
    }

    /**
     * Rows as the model reads them, {@code float32 [n, width]}: pixels from 0 to 1, a table's values as they are.
     *
     * @param rows of the part, from 0: {@code int64 [n]}
     */
    public Tensor inputs(Trace t, Part part, Tensor rows) {
        Range range = ranges.get(part);
        Tensor values = t.value(range.source().inputs()).indexSelect(0, absolute(range, rows));
        return values.type() == DType.UINT8 ? values.cast(DType.FLOAT32).dividedBy(255) : values;
    }

    /** The classes of rows, {@code int64 [n]}. The names of the classes become a part of the program's state. */
    public Tensor labels(Trace t, Part part, Tensor rows) {
        t.value(names);
        Range range = ranges.get(part);
        return t.value(range.source().labels()).indexSelect(0, absolute(range, rows));
    }

    private static Tensor absolute(Range range, Tensor rows) {
        return range.first() == 0 ? rows : rows.plus(range.first());
    }

    /**
     * How a model does on a part.
     *
     * @param loss the mean of −log p(class), in nats; NaN where a score is
     * @param error the share of rows whose most probable class is wrong; NaN where a score is, since NaN scores choose no class
     * @param predicted the most probable class of each row
     * @param actual the class of each row
     */
    public record Judgement(double loss, double error, int[] predicted, int[] actual) {}

    /**
     * Adds the methods with which {@link #judge} calls a model.
     *
     * @param name tells several models of one program apart; letters only
     * @param logits makes {@code [n, classes]} of {@code [n, width]}, as it is used, not as it is trained
     */
    public void trace(Program.Builder methods, String name, UnaryOperator<Tensor> logits) {
        for (Part part : Part.values()) {
            int chunk = chunk(part);
            methods.method(method(name, part), t -> {
                Tensor rows = t.range(chunk).plus(t.integer("first")); // [n]
                Tensor labels = labels(t, part, rows);
                Tensor logs = logits.apply(inputs(t, part, rows)).logSoftmax(1); // [n, C]
                t.output(
                        "losses",
                        logs.gather(1, labels.unsqueeze(1)).reshape(chunk).negate());
                t.output("predicted", logs.argmax(1));
                t.output("actual", labels);
            });
        }
    }

    private int chunk(Part part) {
        return (int) Math.min(CHUNK, rows(part));
    }

    private static String method(String name, Part part) {
        return "judge" + name + part.name().charAt(0) + part.name().substring(1).toLowerCase(java.util.Locale.ROOT);
    }

    /** Judges a model that {@link #trace} knows under this name. */
    public Judgement judge(Executable program, String name, Part part) {
        int rows = Math.toIntExact(rows(part));
        int chunk = chunk(part);
        int[] predicted = new int[rows];
        int[] actual = new int[rows];
        double loss = 0;
        int wrong = 0;
        for (int begin = 0; begin < rows; begin += chunk) {
            // The last chunk reaches back over rows that have been counted.
            int first = Math.min(begin, rows - chunk);
            Map<String, HostTensor> seen =
                    program.call(method(name, part)).with("first", first).run();
            float[] losses = seen.get("losses").floats();
            long[] guesses = seen.get("predicted").longs();
            long[] labels = seen.get("actual").longs();
            for (int i = begin - first; i < chunk; i++) {
                predicted[first + i] = (int) guesses[i];
                actual[first + i] = (int) labels[i];
                loss += losses[i];
                wrong += guesses[i] == labels[i] ? 0 : 1;
            }
        }
        return new Judgement(loss / rows, Double.isNaN(loss) ? Double.NaN : (double) wrong / rows, predicted, actual);
    }

    /** How often each class (row) was taken for each (column). */
    public Shown.Matrix confusion(String id, Judgement judgement) {
        double[][] counts = new double[classes.size()][classes.size()];
        for (int i = 0; i < judgement.actual().length; i++) {
            counts[judgement.actual()[i]][judgement.predicted()[i]]++;
        }
        return new Shown.Matrix(id, classes, classes, counts);
    }
}
