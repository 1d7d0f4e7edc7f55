package dev.tenth.serve.engine;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.RowModel;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.TextModel;
import dev.tenth.recipe.Training;
import dev.tenth.torch.DType;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Tensor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;

/**
 * A recipe whose models do what a test tells them: {@code predict} doubles, and waits at a gate; it breaks where it is negative, as
 * the first one with a negative weight does; {@code classify} doubles with a
 * real program; {@code sample} turns a picture's light into dark; text is the alphabet, which waits at the gate or breaks where its
 * prefix says so.
 */
public final class Gated implements Recipe<Gated.Settings> {
    /** Each computation of {@code predict} takes one. */
    public final Semaphore gate = new Semaphore(0);

    public final Semaphore arrivals = new Semaphore(0);
    /** Each look at what its models can do takes one. */
    public final Semaphore looks = new Semaphore(Integer.MAX_VALUE);

    public final List<Float> computed = new CopyOnWriteArrayList<>();
    public final List<Float> opened = new CopyOnWriteArrayList<>();
    public final List<Float> closed = new CopyOnWriteArrayList<>();
    public final List<String> written = new CopyOnWriteArrayList<>();

    public record Settings(Pace pace) implements Parameters {}

    private static final TensorModel.Signature SIGNATURE = new TensorModel.Signature(
            List.of(new TensorModel.Port("x", DType.FLOAT32, List.of(), "a number")),
            List.of(new TensorModel.Port("y", DType.FLOAT32, List.of(), "twice the number")),
            List.of());

    private static final TensorModel.Port PICTURE =
            new TensorModel.Port("image", DType.FLOAT32, List.of(4L, 6L, 3L), "a picture");
    private static final TensorModel.Signature PICTURES =
            new TensorModel.Signature(List.of(PICTURE), List.of(PICTURE), List.of());

    @Override
    public List<Ability<Settings>> abilities() {
        looks.acquireUninterruptibly();
        return List.of(
                new Ability.Infer<>(
                        Ability.Task.PREDICT,
                        (_, state, _) -> new Doubling(state.get("w").read().floats()[0])),
                real(
                        Ability.Task.CLASSIFY,
                        SIGNATURE,
                        inputs -> Map.of("y", inputs.get("x").times(2))),
                real(
                        Ability.Task.SAMPLE,
                        PICTURES,
                        inputs -> Map.of("image", inputs.get("image").times(-1).plus(1))),
                (Ability.GenerateText<Settings>) (_, _, _) -> new Alphabet());
    }

    private static Ability<Settings> real(
            Ability.Task task, TensorModel.Signature signature, UnaryOperator<Map<String, Tensor>> model) {
        Program program = Program.trace(Precision.FLOAT32, methods -> RowModel.trace(methods, signature, model));
        return new Ability.Infer<>(task, (_, _, device) -> new RowModel(signature, new Executable(program, device, 0)));
    }

    private final class Doubling implements TensorModel {
        private final float name;

        Doubling(float name) {
            this.name = name;
            opened.add(name);
            if (name < 0 && opened.size() == 1) {
                throw new OutOfMemoryError("broken on purpose");
            }
        }

        @Override
        public Signature signature() {
            return SIGNATURE;
        }

        @Override
        public Map<String, HostTensor> infer(Map<String, HostTensor> inputs) {
            float x = inputs.get("x").floats()[0];
            arrivals.release();
            gate.acquireUninterruptibly();
            if (x < 0) {
                throw new StackOverflowError("broken on purpose");
            }
            computed.add(x);
            return Map.of("y", HostTensor.of(new float[] {2 * x}, 1));
        }

        @Override
        public long bytes() {
            return Float.BYTES;
        }

        @Override
        public void close() {
            closed.add(name);
        }
    }

    private final class Alphabet implements TextModel {
        @Override
        public Writing start(String prefix, long seed) {
            return new Letters(prefix);
        }

        @Override
        public long bytes() {
            return Float.BYTES;
        }

        @Override
        public void close() {}
    }

    private final class Letters implements TextModel.Writing {
        private final String name;
        private int at;

        Letters(String name) {
            this.name = name;
        }

        @Override
        public String next(int count, TextModel.Choice choice) {
            written.add(name);
            if (name.equals("gated")) {
                arrivals.release();
                gate.acquireUninterruptibly();
            }
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < count; i++) {
                text.append((char) ('a' + at++ % 26));
            }
            if (name.equals("break") && at > 10) {
                throw new IllegalStateException("broken on purpose");
            }
            return text.toString();
        }

        @Override
        public List<TextModel.Token> tokens(int count, TextModel.Choice choice, int likeliest) {
            return next(count, choice)
                    .chars()
                    .mapToObj(each -> new TextModel.Token(each, Character.toString(each), 0, Map.of()))
                    .toList();
        }
    }

    @Override
    public Card card() {
        return new Card("gated", "", Chapter.FURTHER, "");
    }

    @Override
    public List<Preset<Settings>> presets() {
        return List.of(new Preset<>("only", "", "", new Settings(new Pace(1, 1, 1))));
    }

    @Override
    public Training<Settings> prepare(Settings parameters, Setting setting) {
        throw new UnsupportedOperationException("it is only served");
    }

    @Override
    public long memoryBytes(Settings parameters) {
        return 0;
    }
}
