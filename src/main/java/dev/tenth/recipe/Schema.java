package dev.tenth.recipe;

import dev.tenth.text.Excerpt;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The parameters of a recipe as data: their types, bounds, defaults and help, read off its record. It makes records from
 * what people typed, and says of each field what is wrong with it.
 *
 * @param <P> the parameter record
 */
public final class Schema<P extends Record & Parameters> {
    private final Class<P> record;
    private final List<Field> fields;

    /** The kinds of values that a parameter can have. */
    public enum Kind {
        INTEGER,
        NUMBER,
        BOOLEAN,
        TEXT,
        CHOICE
    }

    /**
     * One parameter.
     *
     * @param allowed what may be given, for people: {@code "a number from 0 to 1"}
     * @param choices the names that a {@link Kind#CHOICE} knows, in order; else empty
     */
    public record Field(String name, Kind kind, Parameter about, String allowed, List<String> choices) {}

    /** A value that cannot be: which field, what was given, what is allowed. */
    public record Violation(String field, Object value, String allowed) {}

    /** Some values of a request cannot be. */
    public static final class InvalidParametersException extends RuntimeException {
        private final transient List<Violation> violations;

        public InvalidParametersException(List<Violation> violations) {
            super(violations.stream()
                    .map(v -> Excerpt.of(v.field()) + ": " + Excerpt.of(v.value()) + " is not allowed; give "
                            + v.allowed())
                    .collect(Collectors.joining("; ")));
            this.violations = List.copyOf(violations);
        }

        public List<Violation> violations() {
            return violations;
        }
    }

    private Schema(Class<P> record) {
        this.record = record;
        this.fields = fields(record).toList();
    }

    /** The schema of a recipe's parameters. */
    @SuppressWarnings("unchecked")
    public static <P extends Record & Parameters> Schema<P> of(Recipe<P> recipe) {
        return new Schema<>((Class<P>) recipe.presets().getFirst().parameters().getClass());
    }

    /** The parameters in the order of the record. */
    public List<Field> fields() {
        return fields;
    }

    /** The values of a record by name, as JSON knows them: choices as their lower-case names. */
    public Map<String, Object> values(P parameters) {
        Map<String, Object> values = new LinkedHashMap<>();
        collect(parameters, values);
        return values;
    }

    private static void collect(Object parameters, Map<String, Object> values) {
        for (RecordComponent component : parameters.getClass().getRecordComponents()) {
            Object value = get(component, parameters);
            if (isGroup(component)) {
                collect(value, values);
            } else {
                values.put(component.getName(), value instanceof Enum<?> choice ? wire(choice) : value);
            }
        }
    }

    /**
     * The record with some values changed.
     *
     * @param changes numbers, booleans and texts by name, as a JSON reader gives them
     * @throws InvalidParametersException naming every field that is unknown, mistyped or out of range
     */
    public P with(P parameters, Map<String, ?> changes) {
        List<Violation> violations = new ArrayList<>();
        changes.forEach((name, value) -> {
            if (fields.stream().noneMatch(field -> field.name().equals(name))) {
                violations.add(new Violation(name, value, "one of " + names()));
            }
        });
        Object changed = with(parameters, changes, violations);
        if (!violations.isEmpty()) {
            throw new InvalidParametersException(violations);
        }
        return record.cast(changed);
    }

    /** A record, or a group in one, with its values changed; as it was if there are violations. */
    private Object with(Object parameters, Map<String, ?> changes, List<Violation> violations) {
        RecordComponent[] components = parameters.getClass().getRecordComponents();
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            Object before = get(components[i], parameters);
            if (isGroup(components[i])) {
                arguments[i] = with(before, changes, violations);
            } else {
                arguments[i] = changes.containsKey(name)
                        ? convert(components[i].getType(), field(components[i]), changes.get(name), violations)
                        : before;
            }
        }
        return violations.isEmpty() ? construct(parameters.getClass(), components, arguments) : parameters;
    }

    /**
     * The same, for a run that trains: only turnable parameters may change.
     *
     * @throws InvalidParametersException naming also every field that is not turnable
     */
    public P turned(P parameters, Map<String, ?> changes) {
        List<Violation> fixed = fields.stream()
                .filter(field ->
                        changes.containsKey(field.name()) && !field.about().turnable())
                .map(field -> new Violation(
                        field.name(),
                        changes.get(field.name()),
                        "turned while the run trains: only "
                                + fields.stream()
                                        .filter(f -> f.about().turnable())
                                        .map(Field::name)
                                        .toList()))
                .toList();
        if (!fixed.isEmpty()) {
            throw new InvalidParametersException(fixed);
        }
        return with(parameters, changes);
    }

    /** Whether two sets of parameters ask for two programs, of which each can go on with the other's state. */
    public boolean reshapes(P before, P after) {
        Map<String, Object> old = values(before);
        Map<String, Object> now = values(after);
        return fields.stream()
                .filter(field -> field.about().reshapes())
                .map(Field::name)
                .anyMatch(name -> !old.get(name).equals(now.get(name)));
    }

    private List<String> names() {
        return fields.stream().map(Field::name).toList();
    }

    private static Stream<Field> fields(Class<?> record) {
        return Arrays.stream(record.getRecordComponents())
                .flatMap(component -> isGroup(component) ? fields(component.getType()) : Stream.of(field(component)));
    }

    /** Parameters that several recipes have in common are a record of their own; outside they stand among the others. */
    private static boolean isGroup(RecordComponent component) {
        return component.getType().isRecord();
    }

    private static Field field(RecordComponent component) {
        Parameter about = component.getAnnotation(Parameter.class);
        if (about == null) {
            throw new IllegalStateException(
                    component.getDeclaringRecord().getName() + "." + component.getName() + " carries no @Parameter");
        }
        Kind kind = kind(component.getType());
        List<String> choices = kind == Kind.CHOICE
                ? Arrays.stream(component.getType().getEnumConstants())
                        .map(c -> wire((Enum<?>) c))
                        .toList()
                : List.of();
        return new Field(component.getName(), kind, about, allowed(kind, about, choices), choices);
    }

    private static Kind kind(Class<?> type) {
        if (type == int.class || type == long.class) {
            return Kind.INTEGER;
        } else if (type == double.class) {
            return Kind.NUMBER;
        } else if (type == boolean.class) {
            return Kind.BOOLEAN;
        } else if (type == String.class) {
            return Kind.TEXT;
        } else if (type.isEnum()) {
            return Kind.CHOICE;
        }
        throw new IllegalStateException("a parameter cannot be a " + type.getName());
    }

    private static String allowed(Kind kind, Parameter about, List<String> choices) {
        return switch (kind) {
            case INTEGER -> "an integer" + range(about);
            case NUMBER -> "a number" + range(about);
            case BOOLEAN -> "true or false";
            case TEXT ->
                about.dataset().length == 0
                        ? "a text" + length(about)
                        : "the id of a data set of kind " + datasets(about);
            case CHOICE -> "one of " + choices;
        };
    }

    /** The kinds of data sets that may be named: {@code "table or images"}. */
    public static String datasets(Parameter about) {
        return Arrays.stream(about.dataset()).map(Schema::wire).collect(Collectors.joining(" or "));
    }

    private static String range(Parameter about) {
        String lower = (about.minExclusive() ? " above " : " from ") + plain(about.min());
        if (Double.isInfinite(about.max())) {
            return Double.isInfinite(about.min()) ? "" : lower;
        }
        return lower + (about.minExclusive() ? " up to " : " to ") + plain(about.max());
    }

    private static String length(Parameter about) {
        return Double.isInfinite(about.max()) ? "" : " of at most " + plain(about.max()) + " characters";
    }

    private static String plain(double value) {
        return Double.isInfinite(value)
                ? Double.toString(value)
                : new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }

    private static Object convert(Class<?> type, Field field, Object value, List<Violation> violations) {
        Object converted =
                switch (field.kind()) {
                    case INTEGER -> integer(type, field.about(), value);
                    case NUMBER -> number(field.about(), value);
                    case BOOLEAN -> value instanceof Boolean ? value : null;
                    case TEXT ->
                        value instanceof String text
                                        && text.length() <= field.about().max()
                                ? text
                                : null;
                    case CHOICE ->
                        Arrays.stream(type.getEnumConstants())
                                .filter(choice -> wire((Enum<?>) choice).equals(value))
                                .findFirst()
                                .orElse(null);
                };
        if (converted == null) {
            violations.add(new Violation(field.name(), value, field.allowed()));
        }
        return converted;
    }

    private static Object integer(Class<?> type, Parameter about, Object value) {
        if (!(value instanceof Number number) || !inRange(about, number.doubleValue())) {
            return null;
        }
        try {
            long exact = new BigDecimal(number.toString()).longValueExact();
            return type == long.class ? (Object) exact : (Object) Math.toIntExact(exact);
        } catch (ArithmeticException | NumberFormatException e) {
            return null;
        }
    }

    private static Object number(Parameter about, Object value) {
        return value instanceof Number number && inRange(about, number.doubleValue()) ? number.doubleValue() : null;
    }

    private static boolean inRange(Parameter about, double value) {
        return Double.isFinite(value)
                && (about.minExclusive() ? value > about.min() : value >= about.min())
                && value <= about.max();
    }

    private static String wire(Enum<?> choice) {
        return choice.toString().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Object get(RecordComponent component, Object parameters) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(parameters);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("a record's component cannot be read: " + component, e);
        }
    }

    private static Object construct(Class<?> record, RecordComponent[] components, Object[] arguments) {
        try {
            Constructor<?> constructor = record.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof InvalidParametersException invalid) {
                throw invalid;
            }
            throw new IllegalStateException("the record refused its values", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record has a canonical constructor: " + record, e);
        }
    }
}
