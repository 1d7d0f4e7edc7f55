package dev.tenth.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.event.EventType;
import dev.tenth.event.RunState;
import dev.tenth.run.Counting.Gate;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The step at which a sum overflows is known here: six times 3e307 is more than a double holds. */
class NonFiniteSearchTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Object> OVERFLOWS = Map.of("steps", 20, "rate", 3e307, "showEvery", 1000);

    @TempDir
    Path home;

    private final Counting counting = new Counting();
    private RunRoom room;

    @BeforeEach
    void open() {
        room = new RunRoom(home.resolve("first"), counting);
    }

    @AfterEach
    void close() {
        room.close();
    }

    private void assertFoundAtStepSix(String run) throws Exception {
        List<String> found = room.events(run, EventType.NON_FINITE);
        assertThat(found).hasSize(1);
        assertThat(JSON.readTree(found.getFirst()))
                .isEqualTo(JSON.readTree("{\"step\":6,\"count\":1,\"tensors\":[\"sum\"]}"));
    }

    @Test
    void theFirstStepIsFoundThoughNothingWasShownSince() throws Exception {
        String run = room.submit(OVERFLOWS);
        room.awaitState(run, RunState.FAILED);
        assertFoundAtStepSix(run);
        assertThat(room.reason(run)).startsWith("not finite since step 6: sum;");
        assertThat(room.store.checkpoints().list(run)).hasSize(1); // that of the beginning
    }

    @Test
    void aRunThatIsToGoOnEndsWhereItWouldHave() throws Exception {
        Map<String, Object> parameters = new java.util.HashMap<>(OVERFLOWS);
        parameters.put("stopAtNonFinite", false);
        parameters.put("checkpointEvery", 4);
        String run = room.submit(parameters);
        room.awaitState(run, RunState.SUCCEEDED);
        assertFoundAtStepSix(run);
        assertThat(room.store.checkpoints().list(run).getLast().step()).isEqualTo(20);
    }

    /** The service dies while the run is in a step, and the run goes on with another rate. */
    private void dieIn(Gate gate, String run, Path next, double rate) throws Exception {
        gate.awaitReached();
        Path killed = room.kill(run, next);
        gate.open();
        room.close();
        counting.stepping = step -> {};
        counting.loading = () -> {
            counting.loading = () -> {};
            room.runs.command(run, new Command.Set(Map.of("rate", rate)));
        };
        room = new RunRoom(killed, counting);
    }

    @Test
    void whatTheRunTookBackIsSaidWhenItHappensAgain() throws Exception {
        Gate seventh = new Gate(7);
        counting.stepping = seventh;
        String run = room.submit(
                Map.of("steps", 20, "rate", 3e307, "checkpointEvery", 4, "stopAtNonFinite", false)); // found in step 6
        dieIn(seventh, run, home.resolve("second"), 1);
        Gate ninth = new Gate(9);
        counting.stepping = ninth;
        room.resume(run); // from step 4, and now it is finite
        dieIn(ninth, run, home.resolve("third"), 3e307);
        room.resume(run); // from step 8
        room.awaitState(run, RunState.SUCCEEDED);
        assertThat(room.events(run, EventType.NON_FINITE))
                .satisfiesExactly(first -> assertThat(first).contains("\"step\":6,"), again -> assertThat(again)
                        .contains("\"step\":10,"));
    }
}
