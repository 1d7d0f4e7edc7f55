package dev.tenth.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenth.data.DataException;
import dev.tenth.data.Library;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Residents;
import dev.tenth.recipe.Schema;
import dev.tenth.recipe.Setting;
import dev.tenth.recipes.rnn.CharRnn;
import dev.tenth.torch.Device;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run is said to take is at least what it was seen to take: the resident memory of a process, grown over its start. */
class MemoryTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "char-rnn; hidden=3000,batch=2,sequence=2; 3100",
                "char-rnn; hidden=1024,batch=2,sequence=2; 430",
                "char-rnn; hidden=16,batch=1000,sequence=300; 1480",
                "char-rnn; hidden=256,batch=300,sequence=300; 2310",
                "heart; hidden=4096,batch=90000; 4230",
                "vae; hidden=4096,latent=200,batch=10000; 1600",
                "vae; hidden=4096,latent=200,batch=3000; 500",
                "mlp-digits; hidden=2048,layers=4,batch=2000; 930",
                "dcgan; maps=64,batch=128; 250",
                "vae-gan; maps=64,batch=64; 370",
                "lenet; batch=3000; 1000",
                "logistic; batch=60000; 390"
            })
    void noRunTakesMoreThanIsSaid(String recipe, String parameters, long megabytes) {
        assertThat(megabytes(recipe(recipe), parameters)).isGreaterThanOrEqualTo(megabytes);
    }

    private static Recipe<?> recipe(String id) {
        return Recipes.all().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static <P extends Record & Parameters> long megabytes(Recipe<P> recipe, String parameters) {
        Map<String, Object> changes = new HashMap<>();
        for (String change : parameters.split(",")) {
            String[] parts = change.split("=");
            changes.put(parts[0], Long.parseLong(parts[1]));
        }
        P changed = Schema.of(recipe).with(recipe.presets().getFirst().parameters(), changes);
        return recipe.memoryBytes(changed) >> 20;
    }

    @Test
    void aTextOfManyCharactersIsRefusedWhereItIsRead(@TempDir Path directory) throws IOException {
        StringBuilder chinese = new StringBuilder();
        for (int i = 0; i < 200_000; i++) {
            chinese.append((char) (0x4e00 + i % 5000));
        }
        Library library = new Library(directory.resolve("uploads"), directory);
        String text = library.add(
                        "chinese.txt",
                        () -> new ByteArrayInputStream(chinese.toString().getBytes(StandardCharsets.UTF_8)))
                .join()
                .id();
        CharRnn recipe = new CharRnn();
        CharRnn.Settings settings = Schema.of(recipe)
                .with(
                        recipe.presets().getFirst().parameters(),
                        Map.of("corpus", text, "hidden", 8, "batch", 400, "sequence", 400));
        long allowed = 4L << 30;
        assertThat(recipe.memoryBytes(settings)).isLessThan(allowed);
        Setting setting = new Setting(Device.CPU, 1, library, new Residents(), (_, _) -> {}, allowed);
        assertThatThrownBy(() -> recipe.prepare(settings, setting))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("its 5000 different characters")
                .hasMessageContaining("more than the 4,096 MB");
    }
}
