package dev.tenth.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.event.RunState;
import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.store.RunEntry;
import dev.tenth.store.StoreException;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Safetensors;
import dev.tenth.torch.TensorSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that begin with a checkpoint: imports and forks. */
@Timeout(120)
class CheckpointFirstTest {
    private static final Map<String, TensorSource> STATE = Map.of("sum", HostTensor.of(new double[] {4}));

    @TempDir
    Path home;

    private RunRoom room;

    @BeforeEach
    void open() {
        room = new RunRoom(home, new Counting());
    }

    @org.junit.jupiter.api.AfterEach
    void close() {
        room.close();
    }

    private RunEntry take(Map<String, TensorSource> state, Map<String, String> about) {
        return room.runs.take(
                new Safetensors(state, about), Optional.of("counting"), Optional.empty(), Optional.empty());
    }

    private List<Path> checkpoints() throws IOException {
        Path root = home.resolve("checkpoints");
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> !path.equals(root)).toList();
        }
    }

    @Test
    void oneThatIsNotMadeLeavesNoCheckpoint() throws IOException {
        RunEntry taken = take(STATE, Map.of("step", "3"));
        List<Path> before = checkpoints();
        room.logging = method -> {
            if (method.equals("create")) {
                throw new StoreException(StoreException.Reason.UNAVAILABLE, "log: it takes nothing");
            }
        };
        assertThatThrownBy(() -> take(STATE, Map.of())).hasMessageContaining("takes nothing");
        Command fork = new Command.Fork(Optional.empty(), Map.of(), Optional.empty());
        assertThatThrownBy(() -> room.runs.command(taken.id(), fork)).hasMessageContaining("takes nothing");
        room.logging = method -> {};
        assertThatThrownBy(() -> take(Map.of(), Map.of())).isInstanceOf(RefusedException.class);
        assertThat(checkpoints()).isEqualTo(before).hasSize(2);
        assertThat(room.runs.command(taken.id(), fork).forked()).isPresent();
    }

    @Test
    void aCheckpointWithoutARunIsSetAsideAtTheNextStartAndOneOfARemovedRunGoes() throws IOException {
        RunEntry kept = take(STATE, Map.of());
        RunEntry removed = take(STATE, Map.of());
        room.runs.delete(removed.id());
        for (String run : List.of("neverMade", removed.id())) {
            room.store.checkpoints().write(run, 7, 2, channel -> channel.write(ByteBuffer.allocate(3)));
        }
        room.close();
        room = new RunRoom(home, new Counting());
        assertThat(room.store.checkpoints().runs()).containsExactly(kept.id());
        assertThat(checkpoints())
                .filteredOn(Files::isRegularFile)
                .extracting(file -> file.getParent().getFileName() + "/" + file.getFileName())
                .hasSize(2)
                .anyMatch(name -> name.startsWith(kept.id()) && name.endsWith(".safetensors"))
                .anyMatch(name -> name.startsWith("neverMade/7-2-") && name.endsWith(".safetensors.orphan"));
    }

    @ParameterizedTest
    @CsvSource({
        "step, 9223372036854775807",
        "step, 9007199254740992",
        "step, -1",
        "step, 1e3",
        "step, ''",
        "step, 99999999999999999999999999",
        "seed, 9223372036854775807",
        "seed, -9223372036854775808",
        "seed, one",
        "parameters, null",
        "parameters, []",
        "parameters, {",
        "parameters, {\"steps\":0}",
        "parameters, {\"steps\":1e999}",
        "parameters, {\"gone\":1}",
        "parameters, {\"pace\":{}}"
    })
    void whatAFileSaysOfItselfIsChecked(String name, String value) throws IOException {
        assertThatThrownBy(() -> take(STATE, Map.of(name, value)))
                .isInstanceOfAny(RefusedException.class, InvalidParametersException.class)
                .hasMessageContaining(name.equals("parameters") ? "" : name + ": ");
        assertThat(checkpoints()).isEmpty();
    }

    @Test
    void whatAFileDoesNotTellItsPresetDoes() {
        assertThat(take(STATE, Map.of("preset", "fast")).parameters()).contains("\"rate\":10.0");
        assertThat(take(STATE, Map.of("preset", "removed-since")).parameters()).contains("\"rate\":1.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "9007199254740991"})
    void theLargestStepAndSeedAreTakenAndCanBeForked(String number) {
        RunEntry taken = take(STATE, Map.of("step", number, "seed", number));
        assertThat(taken.step()).isEqualTo(Long.parseLong(number));
        assertThat(taken.seed()).isEqualTo(Long.parseLong(number));
        String child = room.runs
                .command(taken.id(), new Command.Fork(Optional.empty(), Map.of(), Optional.empty()))
                .forked()
                .orElseThrow();
        room.awaitState(child, RunState.SUCCEEDED);
    }
}
