package dev.tenth.recipe;

import dev.tenth.data.Dataset;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one component of a recipe's parameter record. The form, the validation and the documentation all come from
 * it; the default is the value in the recipe's first preset.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Parameter {
    /** One line for people: what it does. */
    String help();

    /** The smallest value allowed (numbers), or the shortest text. */
    double min() default Double.NEGATIVE_INFINITY;

    /** The largest value allowed (numbers), or the longest text. */
    double max() default Double.POSITIVE_INFINITY;

    /** Whether {@link #min} itself is excluded: for rates, which must be positive. */
    boolean minExclusive() default false;

    /** The unit, where the value has one: {@code "steps"}, {@code "nats"}. */
    String unit() default "";

    /** Whether it may be turned while the run trains. */
    boolean turnable() default false;

    /** Of a turnable one: whether it shapes the program, so that turning it takes as long as tracing another. */
    boolean reshapes() default false;

    /** For a text that names a data set: the kinds that it may have; else none. */
    Dataset.Kind[] dataset() default {};
}
