package dev.tenth.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.torch.Recording.Event;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordingTest {
    private static final Variable SUM = Variable.state("sum", 2);

    private static final Program PROGRAM = Program.trace(
            Precision.FLOAT32,
            methods -> methods.method("add", t -> {
                Tensor sum = t.value(SUM)
                        .plus(t.input("x", DType.FLOAT32, 2)
                                .times(t.number("by"))
                                .plus(t.integer("more")));
                t.assign(SUM, sum);
                t.output("sum", sum);
            }));

    @Test
    void recordsWhatAProgramIsGivenAndGivesOnceItIsStarted() {
        Recording recording = new Recording();
        try (Executable executable = recording.during(() -> new Executable(PROGRAM, Device.CPU, 1))) {
            Executable.Call add = executable
                    .call("add")
                    .with("x", floats(1, 2))
                    .with("by", 2.0)
                    .with("more", 1);
            add.run();
            recording.start();
            add.run();
            executable.set(SUM, floats(0, 0));
            assertThat(recording.programs()).containsExactly(executable);
            assertThat(recording.take())
                    .containsExactly(
                            new Event.Called(
                                    0,
                                    "add",
                                    Map.of("more", 1L),
                                    Map.of("by", 2.0),
                                    Map.of("x", floats(1, 2)),
                                    Map.of("sum", floats(6, 10))),
                            new Event.Put(0, "sum", floats(0, 0)));
            assertThat(recording.take()).isEmpty();
        }
    }

    @Test
    void doesNotSeeProgramsThatAreLoadedOtherwise() {
        Recording recording = new Recording();
        recording.start();
        try (Executable executable = new Executable(PROGRAM, Device.CPU, 1)) {
            executable
                    .call("add")
                    .with("x", floats(1, 2))
                    .with("by", 2.0)
                    .with("more", 1)
                    .run();
        }
        assertThat(recording.programs()).isEmpty();
        assertThat(recording.take()).isEmpty();
    }

    @Test
    void aResultStaysUntilItsMethodRunsAgain() {
        try (Executable executable = new Executable(PROGRAM, Device.CPU, 1)) {
            Executable.Call add = executable
                    .call("add")
                    .with("x", floats(1, 2))
                    .with("by", 1.0)
                    .with("more", 0);
            Map<String, HostTensor> asked = add.run();
            assertThat(asked.get("sum")).isEqualTo(floats(1, 2));
            Map<String, HostTensor> notAsked = add.run();
            assertThat(notAsked.get("none")).isNull();
            add.run();
            assertThat(asked).isEqualTo(Map.of("sum", floats(1, 2)));
            assertThatThrownBy(() -> notAsked.get("sum"))
                    .hasMessageContaining("not asked for before the method ran again");
        }
    }

    private static HostTensor floats(float... values) {
        return HostTensor.of(values, values.length);
    }
}
