package dev.tenth.serve.text;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenth.http.ErrorForm;
import dev.tenth.http.Problem;
import dev.tenth.serve.engine.ModelException;
import dev.tenth.serve.inference.OpenInferenceErrors;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Errors as OpenAI's clients know them. */
@Singleton
public class CompletionErrors implements ErrorForm {
    private static final Pattern FIELD = Pattern.compile("^([a-z_]+): ");

    @RegisterForReflection
    record Document(Detail error) {}

    /**
     * An error.
     *
     * @param param the field that is meant; null if none is
     */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Detail(String message, String type, String param, String code) {}

    @Override
    public boolean covers(String path) {
        return path.equals("/v1") || path.startsWith("/v1/");
    }

    @Override
    public Document body(Problem problem, Throwable cause) {
        String message = OpenInferenceErrors.named(problem.detail()).replaceFirst("^prefix:", "prompt:");
        Matcher field = FIELD.matcher(message);
        return new Document(new Detail(
                message,
                problem.status() < 500 ? "invalid_request_error" : "server_error",
                cause instanceof ModelException && field.find() ? field.group(1) : null,
                cause instanceof ModelException refusal ? code(refusal.reason()) : code(problem.status())));
    }

    private static String code(ModelException.Reason reason) {
        return switch (reason) {
            case NO_SUCH_MODEL, NO_SUCH_VERSION, OTHER_VERSION, NOT_FINITE, DELETED, OTHER_ABILITY -> "model_not_found";
            case NO_ROOM, NOT_YET, UNAVAILABLE -> "model_not_available";
            case MALFORMED, NOT_ACCEPTABLE, TOO_LARGE, UNSUPPORTED, UNREADABLE -> null;
            case BROKEN -> "internal_error";
        };
    }

    private static String code(int status) {
        return status == 500 ? "internal_error" : null;
    }
}
