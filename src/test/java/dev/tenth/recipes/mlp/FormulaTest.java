package dev.tenth.recipes.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenth.recipe.Schema.InvalidParametersException;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Formulas that people type: what they mean, and what is said of those that mean nothing. */
class FormulaTest {
    record Meaning(String text, DoubleBinaryOperator meaning) {
        @Override
        public String toString() {
            return text;
        }
    }

    static Meaning[] meanings() {
        return new Meaning[] {
            new Meaning("x^2 + (y - cbrt(x^2))^2", (x, y) -> x * x + (y - Math.cbrt(x * x)) * (y - Math.cbrt(x * x))),
            new Meaning("-x^2", (x, y) -> -(x * x)),
            new Meaning("2 - 3 - y", (x, y) -> -1 - y),
            new Meaning("x / 2 / 2", (x, y) -> x / 4),
            new Meaning("2^3^.5", (x, y) -> Math.pow(2, Math.pow(3, .5))),
            new Meaning("1e-3 * X", (x, y) -> .001 * x),
            new Meaning("min(x, y) + max(x, y)", (x, y) -> x + y),
            new Meaning("SIN(pi * x) * exp(-abs(y))", (x, y) -> Math.sin(Math.PI * x) * Math.exp(-Math.abs(y))),
            new Meaning(
                    "tanh(x) + cos(y) * tan(x) + sqrt(4) + log(e)",
                    (x, y) -> Math.tanh(x) + Math.cos(y) * Math.tan(x) + 3),
            new Meaning("7", (x, y) -> 7),
        };
    }

    @ParameterizedTest
    @MethodSource("meanings")
    void meansWhatMathematicsMeans(Meaning each) {
        DoubleBinaryOperator parsed = Formula.parse(each.text());
        for (double x : new double[] {-2.5, -.3, .7, 1.9}) {
            for (double y : new double[] {-1.1, .4, 2}) {
                assertThat(parsed.applyAsDouble(x, y)).isEqualTo(each.meaning().applyAsDouble(x, y), within(1e-12));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x + z            | at character 5: \"z\" is not known",
                "x + (y           | at character",
                "x + )            | at character 5",
                "x + * y          | at character 5",
                "fact(100)        | at character 1",
                "x + foo(y)       | at character 5",
                "min(x)           | at character",
                "cbrt(x, y)       | at character",
                "x = y            | at character 3",
                "x $ y            | at character 3",
                "x; y             | at character 2",
                "\"text\"        | at character 1",
                "x y              | at character",
                "x > y            | is not known",
                "x + 0x10         | at character 5: \"0x10\" is not known",
            })
    void saysWhereItIsWrong(String text, String message) {
        assertThatThrownBy(() -> Formula.parse(text))
                .isInstanceOf(InvalidParametersException.class)
                .hasMessageStartingWith("formula: ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "()"})
    void nothingIsNoFormula(String text) {
        assertThatThrownBy(() -> Formula.parse(text)).isInstanceOf(InvalidParametersException.class);
    }

    @Test
    void whatIsNestedWithoutEndIsRefused() {
        assertThatThrownBy(() -> Formula.parse("-".repeat(199) + "x")).isInstanceOf(InvalidParametersException.class);
        assertThatThrownBy(() -> Formula.parse("(".repeat(90) + "x" + ")".repeat(90) + "+".repeat(9)))
                .isInstanceOf(InvalidParametersException.class);
    }

    @Test
    void aFormulaWithoutAValueSomewhereIsRefusedWithThePlace() {
        assertThatThrownBy(() -> Formula.requireFinite("1 / x", Plane.trained()))
                .hasMessageContaining("at x = ")
                .isInstanceOf(InvalidParametersException.class);
        assertThatThrownBy(() -> Formula.requireFinite("sqrt(y)", Plane.trained()))
                .hasMessageContaining("at x = -3.00, y = -3.00 it is NaN");
    }
}
