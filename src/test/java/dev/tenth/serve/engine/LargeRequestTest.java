package dev.tenth.serve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.recipe.RowModel;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.recipe.TensorModel.Signature;
import dev.tenth.torch.DType;
import dev.tenth.torch.Device;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A request of many rows takes its turns with the others. A turn is taken when the test says so. */
class LargeRequestTest {
    private static final Signature SIGNATURE = new Signature(
            List.of(new Port("x", DType.FLOAT32, List.of(2L), "")),
            List.of(new Port("sum", DType.FLOAT32, List.of(), ""), new Port("twice", DType.FLOAT32, List.of(2L), "")),
            List.of());

    private final Deque<Runnable> turns = new ArrayDeque<>();
    private final Batcher batcher = new Batcher(
            new RowModel(
                    SIGNATURE,
                    new Executable(
                            Program.trace(
                                    Precision.FLOAT32,
                                    methods -> RowModel.trace(
                                            methods,
                                            SIGNATURE,
                                            inputs -> Map.of(
                                                    "sum", inputs.get("x").sum(1),
                                                    "twice", inputs.get("x").times(2)))),
                            Device.CPU,
                            0)),
            turns::add,
            null,
            0,
            new ServeMeters(new SimpleMeterRegistry()).inference("rows", "predict"));

    @AfterEach
    void close() {
        batcher.close();
    }

    private CompletableFuture<Map<String, HostTensor>> ask(int rows) {
        float[] x = new float[2 * rows];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
        }
        CompletableFuture<Map<String, HostTensor>> answer = new CompletableFuture<>();
        batcher.add(Map.of("x", HostTensor.of(x, rows, 2)), 0, answer);
        return answer;
    }

    @Test
    void aSmallRequestWaitsForOnePieceOnly() {
        int rows = 3 * Batcher.MOST_ROWS + 7;
        CompletableFuture<Map<String, HostTensor>> large = ask(rows);
        CompletableFuture<Map<String, HostTensor>> small = ask(1);
        turns.remove().run();
        turns.remove().run();
        assertThat(small.join().get("sum").floats()).containsExactly(1);
        assertThat(large).isNotDone();
        while (!turns.isEmpty()) {
            turns.remove().run();
        }
        float[] sums = large.join().get("sum").floats();
        float[] twice = large.join().get("twice").floats();
        assertThat(large.join().get("twice").shape()).containsExactly(rows, 2);
        for (int i = 0; i < rows; i++) {
            assertThat(sums[i]).isEqualTo(4f * i + 1);
            assertThat(twice[2 * i + 1]).isEqualTo(2f * (2 * i + 1));
        }
    }

    @Test
    void itIsNotComputedOnWhenItsClientLeaves() {
        CompletableFuture<Map<String, HostTensor>> large = ask(10 * Batcher.MOST_ROWS);
        turns.remove().run();
        large.cancel(false);
        turns.remove().run();
        assertThat(turns).isEmpty();
        CompletableFuture<Map<String, HostTensor>> next = ask(Batcher.MOST_ROWS);
        turns.remove().run();
        assertThat(next).isCompleted();
    }
}
