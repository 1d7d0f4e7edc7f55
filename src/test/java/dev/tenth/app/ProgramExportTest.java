package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.torch.Safetensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramExportTest {
    @Test
    void writesProgramsWithWhatTheirFirstStepsCompute(@TempDir Path out) throws IOException {
        ProgramExport.main(new String[] {out.toString(), "cuda:0", "gan-1d/quick"});
        Path preset = out.resolve("gan-1d-quick");
        assertThat(Files.readString(preset.resolve("program-0.pt"), StandardCharsets.ISO_8859_1))
                .contains("cuda:0")
                .contains("torch.manual_seed(i0)");
        assertThat(Files.readString(preset.resolve("check-0.pt"), StandardCharsets.ISO_8859_1))
                .contains("torch.Generator(device=torch.device(\"cpu\")");
        JsonNode record =
                new ObjectMapper().readTree(preset.resolve("record.json").toFile());
        assertThat(record.path("steps")).hasSize(20);
        JsonNode step = record.path("steps").path(0).path("calls").path(0);
        assertThat(step.path("method").asText()).isEqualTo("step");
        Safetensors tensors = Safetensors.of(Files.readAllBytes(preset.resolve("tensors.safetensors")));
        assertThat(tensors.tensors())
                .containsKey(step.path("outputs").path("dLoss").asText())
                .containsKeys("after/1/0/d/1/weight", "after/20/0/g/3/bias");
        Safetensors values = Safetensors.of(Files.readAllBytes(out.resolve("values.safetensors")));
        record.path("programs").path(0).path("variables").forEach(variable -> {
            String value = variable.path("value").asText();
            assertThat(value.isEmpty() || values.tensors().containsKey(value)).isTrue();
        });
    }

    @Test
    void saysWhichDevicesThereCanBe(@TempDir Path out) {
        assertThatThrownBy(() -> ProgramExport.main(new String[] {out.toString(), "gpu"}))
                .hasMessage("device: gpu is not cpu or cuda:N");
    }
}
