package dev.tenth.run;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Card;
import dev.tenth.recipe.Chapter;
import dev.tenth.recipe.Pace;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Preset;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.recipe.TensorModel;
import dev.tenth.recipe.Training;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.TensorSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** The smallest system: its state is one number, to which each step adds the rate. It does what a test wants before each thing. */
final class Counting implements Recipe<Counting.Settings> {
    /** How many trainings are open. */
    final AtomicInteger open = new AtomicInteger();

    volatile Consumer<Setting> preparing = setting -> {};
    volatile LongConsumer stepping = step -> {};
    /** What is shown of a step beside the sum, that of the beginning too. */
    volatile BiConsumer<Long, Consumer<Shown>> showing = (step, show) -> {};

    volatile Runnable loading = () -> {};
    volatile Runnable closing = () -> {};

    private final String id;
    private final List<Preset<Settings>> presets;

    record Settings(
            @Parameter(help = "Steps", min = 1, max = 1_000_000)
            int steps,

            @Parameter(help = "What a step adds", turnable = true)
            double rate,

            @Parameter(help = "Shapes nothing, but says so", min = 1, max = 100, turnable = true, reshapes = true)
            int width,

            Pace pace)
            implements Parameters {}

    /** With the presets {@code slow} (rate 1), the default one, and {@code fast} (rate 10). */
    Counting() {
        this(
                "counting",
                List.of(
                        new Preset<>("slow", "", "", new Settings(10, 1, 1, new Pace(1, 1000, 1))),
                        new Preset<>("fast", "", "", new Settings(10, 10, 1, new Pace(1, 1000, 1)))));
    }

    Counting(String id, List<Preset<Settings>> presets) {
        this.id = id;
        this.presets = presets;
    }

    @Override
    public Card card() {
        return new Card(id, "Counting", Chapter.PREPARATION, "It counts.");
    }

    @Override
    public List<Preset<Settings>> presets() {
        return presets;
    }

    @Override
    public long memoryBytes(Settings parameters) {
        return Float.BYTES;
    }

    @Override
    public List<Ability<Settings>> abilities() {
        return List.of(new Ability.Infer<>(Ability.Task.PREDICT, (_, state, _) -> {
            if (!state.containsKey("sum")) {
                throw new IllegalArgumentException("sum: there is no such tensor");
            }
            return new TensorModel() {
                @Override
                public Signature signature() {
                    throw new UnsupportedOperationException("nobody asks it");
                }

                @Override
                public Map<String, HostTensor> infer(Map<String, HostTensor> inputs) {
                    throw new UnsupportedOperationException("nobody asks it");
                }

                @Override
                public long bytes() {
                    throw new UnsupportedOperationException("nobody asks it");
                }

                @Override
                public void close() {}
            };
        }));
    }

    @Override
    public Training<Settings> prepare(Settings parameters, Setting setting) {
        preparing.accept(setting);
        return new Count(parameters);
    }

    private final class Count implements Training<Settings> {
        private Settings settings;
        private double sum;
        private boolean closed;

        Count(Settings settings) {
            this.settings = settings;
            open.incrementAndGet();
        }

        @Override
        public long steps() {
            return settings.steps();
        }

        @Override
        public void begin(Consumer<Shown> show) {
            sum = 0;
            show(0, show);
        }

        @Override
        public void step(long step, Consumer<Shown> show) {
            stepping.accept(step);
            sum += settings.rate();
            if (step % settings.pace().showEvery() == 0) {
                show(step, show);
            }
        }

        private void show(long step, Consumer<Shown> show) {
            show.accept(new Shown.Metrics(Map.of("sum", sum)));
            showing.accept(step, show);
        }

        @Override
        public List<String> nonFinite() {
            return Double.isFinite(sum) ? List.of() : List.of("sum");
        }

        @Override
        public void turn(Settings parameters) {
            settings = parameters;
        }

        @Override
        public Map<String, TensorSource> save() {
            return Map.of("sum", HostTensor.of(new double[] {sum}));
        }

        @Override
        public void load(Map<String, TensorSource> state) {
            loading.run();
            sum = state.get("sum").read().doubles()[0];
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open.decrementAndGet();
            }
            closing.run();
        }
    }

    /** Stands still in a step until it is let go. */
    static final class Gate implements LongConsumer {
        private final long at;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch free = new CountDownLatch(1);

        Gate(long at) {
            this.at = at;
        }

        @Override
        public void accept(long step) {
            if (step == at) {
                reached.countDown();
                await(free);
            }
        }

        void awaitReached() {
            await(reached);
        }

        void open() {
            free.countDown();
        }

        private static void await(CountDownLatch latch) {
            try {
                if (!latch.await(60, TimeUnit.SECONDS)) {
                    throw new AssertionError("it does not come");
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
