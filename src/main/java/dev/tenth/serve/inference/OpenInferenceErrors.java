package dev.tenth.serve.inference;

import dev.tenth.http.ErrorForm;
import dev.tenth.http.Problem;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;

/** Errors of the Open Inference Protocol: its {@code error}, and beside it the fields of a problem as the rest of the API has them. */
@Singleton
public class OpenInferenceErrors implements ErrorForm {
    @RegisterForReflection
    public record Document(String error, String type, String title, int status, String detail) {}

    @Override
    public boolean covers(String path) {
        return path.equals("/v2") || path.startsWith("/v2/");
    }

    @Override
    public Document body(Problem problem, Throwable cause) {
        String detail = named(problem.detail()).replaceFirst("^prefix:", "text_input:");
        return new Document(detail, problem.type(), problem.title(), problem.status(), detail);
    }

    /** An error with the names that these protocols have for fields of a choice. */
    public static String named(String detail) {
        return detail.replaceFirst("^topP:", "top_p:").replaceFirst("^topK:", "top_k:");
    }
}
