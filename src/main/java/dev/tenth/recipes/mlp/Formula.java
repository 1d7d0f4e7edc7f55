package dev.tenth.recipes.mlp;

import com.ezylang.evalex.Expression;
import com.ezylang.evalex.config.ExpressionConfiguration;
import com.ezylang.evalex.config.FunctionDictionaryIfc;
import com.ezylang.evalex.config.MapBasedFunctionDictionary;
import com.ezylang.evalex.data.EvaluationValue;
import com.ezylang.evalex.functions.FunctionIfc;
import com.ezylang.evalex.functions.FunctionParameterDefinition;
import com.ezylang.evalex.operators.OperatorIfc;
import com.ezylang.evalex.parser.ASTNode;
import com.ezylang.evalex.parser.ParseException;
import com.ezylang.evalex.parser.Token;
import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.recipe.Schema.Violation;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * A function of x and y that somebody typed. A library reads it; the few operations that it may have are then composed here, in
 * doubles, so that nothing that was typed is ever run as code.
 */
final class Formula {
    static final String ALLOWED =
            "a formula in x and y with numbers, + - * / ^, pi, e, sqrt cbrt abs exp log sin cos tan tanh, min max";
    /** Operations nested deeper than this would be no formula of a person. */
    private static final int DEEPEST = 64;

    private static final Map<String, DoubleUnaryOperator> UNARY = new TreeMap<>(Map.of(
            "sqrt", Math::sqrt,
            "cbrt", Math::cbrt,
            "abs", Math::abs,
            "exp", Math::exp,
            "log", Math::log,
            "sin", Math::sin,
            "cos", Math::cos,
            "tan", Math::tan,
            "tanh", Math::tanh));
    private static final Map<String, DoubleBinaryOperator> BINARY = new TreeMap<>(Map.of(
            "+", Double::sum,
            "-", (a, b) -> a - b,
            "*", (a, b) -> a * b,
            "/", (a, b) -> a / b,
            "^", Math::pow,
            "min", Math::min,
            "max", Math::max));
    private static final Map<String, Double> CONSTANTS = Map.of("pi", Math.PI, "e", Math.E);

    private static final ExpressionConfiguration CONFIGURATION = ExpressionConfiguration.builder()
            .functionDictionary(functions())
            .defaultConstants(Map.of())
            .arraysAllowed(false)
            .structuresAllowed(false)
            .binaryAllowed(false)
            .implicitMultiplicationAllowed(false)
            .singleQuoteStringLiteralsAllowed(false)
            // −x² is −(x²), as in mathematics; the library's own default is (−x)²
            .powerOfPrecedence(OperatorIfc.OPERATOR_PRECEDENCE_POWER_HIGHER)
            .build();

    private Formula() {}

    /**
     * Reads a formula.
     *
     * @throws InvalidParametersException of the field {@code formula}, with the place of the error
     */
    static DoubleBinaryOperator parse(String text) {
        try {
            return compose(new Expression(text, CONFIGURATION).getAbstractSyntaxTree(), text, 0);
        } catch (ParseException e) {
            throw wrong(text, "at character " + e.getStartPosition() + ": " + e.getMessage());
        }
    }

    /** Its values at points x₀ y₀ x₁ y₁ …, whatever they are. */
    static float[] values(String text, float[] points) {
        DoubleBinaryOperator function = parse(text);
        float[] values = new float[points.length / 2];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) function.applyAsDouble(points[2 * i], points[2 * i + 1]);
        }
        return values;
    }

    /**
     * Refuses a formula that is not a finite number at one of the points.
     *
     * @throws InvalidParametersException of the field {@code formula}, with the point
     */
    static void requireFinite(String text, float[] points) {
        float[] values = values(text, points);
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw wrong(
                        text, "at x = %.2f, y = %.2f it is %s".formatted(points[2 * i], points[2 * i + 1], values[i]));
            }
        }
    }

    private static InvalidParametersException wrong(String text, String what) {
        return new InvalidParametersException(List.of(new Violation("formula", text, ALLOWED + " (" + what + ")")));
    }

    private static DoubleBinaryOperator compose(ASTNode node, String text, int depth) {
        Token token = node.getToken();
        String name = token.getValue().toLowerCase(Locale.ROOT);
        if (depth > DEEPEST) {
            throw wrong(text, "at character " + token.getStartPosition() + ": it is nested too deeply");
        }
        List<DoubleBinaryOperator> parts = node.getParameters().stream()
                .map(part -> compose(part, text, depth + 1))
                .toList();
        DoubleBinaryOperator made =
                switch (parts.size()) {
                    case 0 -> leaf(token, name);
                    case 1 -> unary(token, name, parts.getFirst());
                    case 2 -> binary(name, parts.getFirst(), parts.getLast());
                    default -> null;
                };
        if (made == null) {
            throw wrong(
                    text, "at character " + token.getStartPosition() + ": \"" + token.getValue() + "\" is not known");
        }
        return made;
    }

    private static DoubleBinaryOperator leaf(Token token, String name) {
        if (token.getType() == Token.TokenType.NUMBER_LITERAL) {
            return number(name);
        } else if (name.equals("x")) {
            return (x, _) -> x;
        } else if (name.equals("y")) {
            return (_, y) -> y;
        }
        Double constant = CONSTANTS.get(name);
        return constant == null ? null : (_, _) -> constant;
    }

    /** A decimal number; of what else the library takes for one (hexadecimal) nothing is made. */
    private static DoubleBinaryOperator number(String text) {
        try {
            double value = Double.parseDouble(text);
            return (_, _) -> value;
        } catch (NumberFormatException _) {
            return null;
        }
    }

    private static DoubleBinaryOperator unary(Token token, String name, DoubleBinaryOperator of) {
        DoubleUnaryOperator function = token.getType() == Token.TokenType.PREFIX_OPERATOR
                ? switch (name) {
                    case "-" -> value -> -value;
                    case "+" -> value -> value;
                    default -> null;
                }
                : UNARY.get(name);
        return function == null ? null : (x, y) -> function.applyAsDouble(of.applyAsDouble(x, y));
    }

    private static DoubleBinaryOperator binary(String name, DoubleBinaryOperator left, DoubleBinaryOperator right) {
        DoubleBinaryOperator function = BINARY.get(name);
        return function == null
                ? null
                : (x, y) -> function.applyAsDouble(left.applyAsDouble(x, y), right.applyAsDouble(x, y));
    }

    private static FunctionDictionaryIfc functions() {
        MapBasedFunctionDictionary functions = new MapBasedFunctionDictionary();
        UNARY.keySet().forEach(name -> functions.addFunction(name, new Signature(1)));
        List.of("min", "max").forEach(name -> functions.addFunction(name, new Signature(2)));
        return functions;
    }

    /** What the reader has to know of a function: how many parts it has. */
    private record Signature(int parts) implements FunctionIfc {
        @Override
        public List<FunctionParameterDefinition> getFunctionParameterDefinitions() {
            return Collections.nCopies(
                    parts, FunctionParameterDefinition.builder().name("value").build());
        }

        @Override
        public boolean hasVarArgs() {
            return false;
        }

        @Override
        public void validatePreEvaluation(Token token, EvaluationValue... values) {
            throw new IllegalStateException("formulas are composed, not evaluated");
        }

        @Override
        public EvaluationValue evaluate(Expression expression, Token token, EvaluationValue... values) {
            throw new IllegalStateException("formulas are composed, not evaluated");
        }
    }
}
