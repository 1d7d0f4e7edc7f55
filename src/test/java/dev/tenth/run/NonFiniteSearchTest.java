package dev.tenth.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
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

    private RunRoom room;

    @BeforeEach
    void open() {
        room = new RunRoom(home, new Counting());
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
}
