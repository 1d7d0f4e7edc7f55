package dev.tenth.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.http.Problem.FieldError;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExcerptTest {
    @Test
    void whatIsShortStaysWhole() {
        assertThat(Excerpt.of("x".repeat(200))).isEqualTo("x".repeat(200));
        assertThat(Excerpt.quoted("gan-1d")).isEqualTo("\"gan-1d\"");
        assertThat(Excerpt.of(null)).isEqualTo("null");
    }

    @Test
    void whatIsLongIsCutTo200Characters() {
        assertThat(Excerpt.of("x".repeat(201))).isEqualTo("x".repeat(199) + "…");
        assertThat(Excerpt.of("x".repeat(1_000_000))).hasSize(200);
    }

    @Test
    void noCharacterIsCutInHalf() {
        for (int before = 195; before < 201; before++) {
            String text = Excerpt.of("x".repeat(before) + "🦉".repeat(100));
            assertThat(text).hasSizeLessThanOrEqualTo(200);
            assertThat(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(text);
        }
    }

    @Test
    void aFieldErrorRepeatsAShortValueAsItIsAndTheBeginningOfALongOne() {
        assertThat(new FieldError("seed", -1L, "").value()).isEqualTo(-1L);
        assertThat(new FieldError("params", List.of("x".repeat(1000)), "").value())
                .asString()
                .hasSize(200);
        assertThat(new FieldError("n", new BigDecimal("1" + "0".repeat(500)), "").value())
                .asString()
                .hasSize(200);
        assertThat(new FieldError("x".repeat(1000), 1, "").field()).hasSize(200);
    }
}
