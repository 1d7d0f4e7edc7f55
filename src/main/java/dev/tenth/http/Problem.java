package dev.tenth.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenth.text.Excerpt;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/**
 * An error as RFC 9457 has it.
 *
 * @param errors what is wrong with which field; left out if no field is meant
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@RegisterForReflection // Quarkus finds what methods return, and this is only ever inside of a Response
public record Problem(String type, String title, int status, String detail, List<FieldError> errors) {
    public static final String MEDIA_TYPE = "application/problem+json";

    /** A value of a request that cannot be. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    @RegisterForReflection
    public record FieldError(String field, Object value, String allowed) {
        public FieldError {
            field = Excerpt.of(field);
            // A number or a flag stays one; of what is long its text begins.
            value = value != null && value.toString().length() > Excerpt.LONGEST ? Excerpt.of(value) : value;
        }
    }

    public static Problem of(int status, String title, String detail, FieldError... errors) {
        return new Problem("about:blank", title, status, detail, List.of(errors));
    }

    /** A request that is answered with a problem. */
    public static final class Exception extends RuntimeException {
        private final transient Problem problem;

        public Exception(int status, String title, String detail, FieldError... errors) {
            super(detail);
            this.problem = of(status, title, detail, errors);
        }

        public Problem problem() {
            return problem;
        }
    }
}
